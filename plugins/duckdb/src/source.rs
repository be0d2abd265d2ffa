//! A source as something DuckDB can select from.

use std::path::{Path, PathBuf};

use data_validator_plugin::{Column, CsvFormat, Dialect, EngineError, ErrorClass, FileFormat};

/// A table function that reads the files of this list where they lie.
pub fn read_files(
    dialect: &Dialect,
    format: &FileFormat,
    paths: &str,
) -> Result<String, EngineError> {
    Ok(match format {
        FileFormat::Parquet => format!("read_parquet([{paths}], hive_partitioning = false)"),
        FileFormat::Json => {
            format!("read_json([{paths}], sample_size = -1, hive_partitioning = false)")
        }
        FileFormat::Csv(csv) => format!("read_csv([{paths}], {})", csv_options(dialect, csv)?),
    })
}

/// What selects from Parquet files with floating-point columns; `None` where there are none.
///
/// Bounds in a footer say nothing of NaN, which writers may leave out of them, but DuckDB 1.5 takes them for
/// those of all values: `x <= 5` is true for NaN too where no other value is above. What is computed has no
/// bounds, and twice negated it is the same number.
pub fn floats_without_bounds(dialect: &Dialect, columns: &[Column], rows: &str) -> Option<String> {
    let floats = columns
        .iter()
        .filter(|column| column.logical_type.can_be_nan());
    let computed = floats.map(|column| {
        let name = dialect.identifier(&column.name);
        format!("-(-{name}) AS {name}")
    });
    let computed = computed.collect::<Vec<_>>().join(", ");
    (!computed.is_empty()).then(|| format!("SELECT * REPLACE ({computed}) FROM {rows}"))
}

/// The files' names as literals.
pub fn file_list(dialect: &Dialect, paths: &[PathBuf]) -> Result<String, EngineError> {
    let names = paths.iter().map(|path| file_name(dialect, path));
    Ok(names.collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// A file's name as a literal. DuckDB takes every path for a pattern, so what would be one is escaped.
fn file_name(dialect: &Dialect, path: &Path) -> Result<String, EngineError> {
    let name = path.to_str().ok_or_else(|| {
        let message = format!(
            "the file name {} is not UTF-8; rename the file",
            path.display()
        );
        EngineError::new(ErrorClass::Unsupported, message)
    })?;
    let mut escaped = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '*' | '?' | '[' => escaped.extend(['[', character, ']']),
            _ => escaped.push(character),
        }
    }
    Ok(dialect.string(&escaped))
}

/// Every option is set, so that nothing is guessed from the file. `new_line` is not: given, it made
/// DuckDB 1.5.6 read no row of a file. The parallel reader refuses some valid files with line breaks
/// inside quotes, so one thread reads.
fn csv_options(dialect: &Dialect, csv: &CsvFormat) -> Result<String, EngineError> {
    let columns = csv.schema.columns.iter().map(|column| {
        let type_name = dialect.type_names.of(&column.logical_type).ok_or_else(|| {
            let message = format!(
                "column '{}': CSV has no values of type {}",
                column.name, column.logical_type
            );
            EngineError::new(ErrorClass::Unsupported, message)
        })?;
        Ok::<_, EngineError>(format!(
            "{}: {}",
            dialect.string(&column.name),
            dialect.string(&type_name)
        ))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?.join(", ");
    let character = |byte: u8| dialect.string(&char::from(byte).to_string());
    Ok(format!(
        "columns = {{{columns}}}, auto_detect = false, header = true, delim = {}, quote = {quote}, escape = {quote}, \
         nullstr = '', allow_quoted_nulls = false, strict_mode = true, null_padding = false, ignore_errors = false, \
         comment = '', skip = 0, encoding = 'utf-8', compression = 'none', hive_partitioning = false, \
         union_by_name = false, filename = false, max_line_size = {}, buffer_size = {}, parallel = false",
        character(csv.delimiter),
        MAX_LINE_BYTES,
        BUFFER_BYTES,
        quote = character(csv.quote),
    ))
}

/// More than the longest record that the host accepts, which is 16 MiB.
const MAX_LINE_BYTES: usize = (16 << 20) + 1;

/// DuckDB wants a buffer that holds two lines; without it `max_line_size` alone takes far more memory.
const BUFFER_BYTES: usize = 2 * MAX_LINE_BYTES + 2;

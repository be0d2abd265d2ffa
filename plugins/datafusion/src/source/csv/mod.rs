//! CSV files as the host understood them; nothing is guessed.
//!
//! DataFusion's own reader does not do: it takes `""` for NULL where it takes an empty field for it.

mod records;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_plugin::{CsvFormat, EngineError, ErrorClass};
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};

use super::column_text::values_of;
use super::sequential::{SequentialFiles, SequentialFormat};
use super::{bad_file, open_file};
use crate::column_type::stored_type;
use crate::error::io_error;
use records::{Fault, Records};

/// The files as one table; their headers are read, and no row.
pub fn table(format: &CsvFormat, paths: &[PathBuf]) -> Result<SequentialFiles, EngineError> {
    let fields = format.schema.columns.iter().map(|column| {
        let data_type = stored_type(&column.logical_type).ok_or_else(|| {
            let message = format!(
                "column '{}': CSV has no values of type {}",
                column.name, column.logical_type
            );
            EngineError::new(ErrorClass::Unsupported, message)
        })?;
        Ok(Field::new(&column.name, data_type, true))
    });
    let schema = Arc::new(Schema::new(
        fields.collect::<Result<Vec<_>, EngineError>>()?,
    ));
    let reader = CsvReader {
        delimiter: format.delimiter,
        quote: format.quote,
        schema: Arc::clone(&schema),
    };
    for path in paths {
        reader.open(path)?;
    }
    Ok(SequentialFiles {
        schema,
        format: Arc::new(reader),
        paths: paths.to_vec(),
    })
}

#[derive(Debug)]
struct CsvReader {
    delimiter: u8,
    quote: u8,
    schema: SchemaRef,
}

/// A batch is given out when its texts have this size, whatever the number of its rows.
const BATCH_BYTES: usize = 4 << 20;

impl CsvReader {
    /// The records of a file behind its header, which has to name the columns of the schema.
    fn open(&self, path: &Path) -> Result<Records<File>, EngineError> {
        let failed = |fault| failure(path, fault);
        let mut records =
            Records::new(open_file(path)?, self.delimiter, self.quote).map_err(failed)?;
        if !records.advance().map_err(failed)? {
            return Err(bad_file(path, "the file is empty; give it a header line"));
        }
        let header: Vec<_> = records
            .fields()
            .iter()
            .map(|field| records.text(*field))
            .collect();
        let names: Vec<&str> = self
            .schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        if header != names {
            let message = format!(
                "the header is '{}' and not '{}'; give all files that are read as one table the same header",
                header.join("', '"),
                names.join("', '")
            );
            return Err(bad_file(path, message));
        }
        Ok(records)
    }
}

impl SequentialFormat for CsvReader {
    fn read(
        &self,
        path: &Path,
        columns: &[usize],
        batch_rows: usize,
        emit: &mut dyn FnMut(RecordBatch) -> bool,
    ) -> Result<(), EngineError> {
        let failed = |fault| failure(path, fault);
        let mut records = self.open(path)?;
        let width = self.schema.fields().len();
        let mut batch = Batch::new(columns.len());
        while records.advance().map_err(failed)? {
            let fields = records.fields();
            // A blank line is a record of one NULL, and none where there are more columns.
            if fields.len() != width {
                if records.is_blank() {
                    continue;
                }
                let problem = format!(
                    "{} fields where the header has {width}; quote the value or fix the line",
                    fields.len()
                );
                return Err(failed(records.malformed(problem)));
            }
            for (texts, column) in batch.texts.iter_mut().zip(columns) {
                let field = fields[*column];
                if field.start == field.end && !field.quoted {
                    texts.append_null();
                } else {
                    texts.append_value(records.text(field));
                    batch.bytes += field.end - field.start;
                }
            }
            batch.lines.push(records.line());
            if (batch.lines.len() >= batch_rows || batch.bytes >= BATCH_BYTES)
                && !emit(self.typed(path, columns, &mut batch)?)
            {
                return Ok(());
            }
        }
        if !batch.lines.is_empty() {
            emit(self.typed(path, columns, &mut batch)?);
        }
        Ok(())
    }
}

/// Rows whose texts have no type yet.
struct Batch {
    texts: Vec<StringBuilder>,
    /// The line that each row begins on.
    lines: Vec<u64>,
    bytes: usize,
}

impl Batch {
    fn new(columns: usize) -> Self {
        Self {
            texts: std::iter::repeat_with(StringBuilder::new)
                .take(columns)
                .collect(),
            lines: Vec::new(),
            bytes: 0,
        }
    }
}

impl CsvReader {
    /// The rows as values of the columns' types; the batch is empty then.
    fn typed(
        &self,
        path: &Path,
        columns: &[usize],
        batch: &mut Batch,
    ) -> Result<RecordBatch, EngineError> {
        let lines = std::mem::take(&mut batch.lines);
        batch.bytes = 0;
        let values = batch.texts.iter_mut().zip(columns).map(|(texts, column)| {
            let field = self.schema.field(*column);
            values_of(texts.finish(), field.data_type()).map_err(|bad| {
                let logical_type = crate::column_type::logical_type(field.data_type());
                let line = lines.get(bad.row).copied().unwrap_or_default();
                let problem = format!(
                    "'{}' in column '{}' is no {logical_type}",
                    bad.text,
                    field.name()
                );
                failure(path, Fault::Malformed { line, problem })
            })
        });
        let values = values.collect::<Result<Vec<ArrayRef>, _>>()?;
        let schema = self.schema.project(columns).map(Arc::new);
        schema
            .and_then(|schema| RecordBatch::try_new(schema, values))
            .map_err(|error| crate::error::engine_error(&error.into()))
    }
}

fn failure(path: &Path, fault: Fault) -> EngineError {
    match fault {
        Fault::Unreadable(error) => io_error(&error, format_args!("reading {}", path.display())),
        Fault::Malformed { line, problem } => {
            bad_file(path, format_args!("line {line}: {problem}"))
        }
    }
}

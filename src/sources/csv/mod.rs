//! CSV files as tables: what their columns are called and which types they have.
//!
//! Engines guess types from a sample, each in its own way. So the host reads every row once, refuses
//! what readers understand differently, and hands explicit types to the engine. CSV means:
//!
//! - UTF-8; a byte order mark at the beginning is skipped. The first line is the header.
//! - Records end with `\n` or all with `\r\n`; the last line may lack its ending.
//! - A quoted field may hold delimiters, line endings and doubled quotes. Nothing stands between its
//!   quotes and the delimiters. A quote within an unquoted field is an ordinary character.
//! - Spaces belong to the value. An unquoted empty field is NULL, `""` is empty text.
//! - A record has as many fields as the header, and at most [`MAX_RECORD_BYTES`]. A blank line is a
//!   NULL in a file of one column, and no record in others.

mod infer;
mod moment;
mod records;
mod split;
mod table;
#[cfg(test)]
mod tests;
mod window;

use std::io;
use std::path::{Path, PathBuf};

use infer::Inferred;
use table::Table;

/// The longest record, line ending included; a limit of an engine's own must be higher.
///
/// It bounds the memory that a quote which is never closed can take.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// The bytes that structure the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvFormat {
    pub delimiter: u8,
    pub quote: u8,
}

impl CsvFormat {
    #[cfg(test)]
    pub const COMMA: Self = Self {
        delimiter: b',',
        quote: b'"',
    };
    #[cfg(test)]
    pub const TAB: Self = Self {
        delimiter: b'\t',
        quote: b'"',
    };

    /// Letters, digits and spaces occur in plain values; bytes beyond ASCII are parts of characters.
    fn is_usable(self) -> bool {
        (self.delimiter == b'\t' || self.delimiter.is_ascii_punctuation())
            && self.quote.is_ascii_punctuation()
            && self.delimiter != self.quote
    }
}

/// The type of a column: the narrowest of which all its values have the written form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// `true` and `false`, in upper or lower case.
    Boolean,
    /// 64 bits, without leading zeros or `+`, which identifiers would lose.
    Integer,
    /// Finite numbers as JSON writes them; integers among them are exact as doubles.
    Double,
    /// `YYYY-MM-DD`
    Date,
    /// `YYYY-MM-DD HH:MM[:SS[.ffffff]]`, also with a `T` in between, or a date as its midnight.
    Timestamp,
    /// `YYYY-MM-DD HH:MM:SS[.ffffff]` and `Z` or `±HH[:MM]`, in every row.
    TimestampTz,
    /// Everything else, and columns without a value.
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvColumn {
    pub name: String,
    pub column_type: ColumnType,
}

/// A file that cannot be read as a table.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {message}", path.display(), line.map_or(String::new(), |line| format!(" line {line}")))]
pub struct CsvError {
    pub path: PathBuf,
    /// Counted from 1; of a record over several lines the first, or the one where the fault begins.
    pub line: Option<u64>,
    pub message: String,
}

impl CsvError {
    fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            message: format!("cannot read the file: {error}; check the path and its permissions"),
        }
    }
}

/// The columns of files that are read as one table, typed by all of their rows.
///
/// Reads every file to its end in bounded memory. All headers must be equal; no files, no columns.
pub fn infer_columns(paths: &[PathBuf], format: CsvFormat) -> Result<Vec<CsvColumn>, CsvError> {
    let Some(first) = paths.first() else {
        return Ok(Vec::new());
    };
    let header = read_header(first, format)?;
    let mut types = vec![Inferred::Nothing; header.len()];
    for path in paths {
        let mut table = Table::open(path, format)?;
        table.require_header(&header, first)?;
        while let Some(fields) = table.next_row()? {
            for (inferred, field) in types.iter_mut().zip(fields) {
                if *inferred != Inferred::Text {
                    *inferred = inferred.join(Inferred::of(field));
                }
            }
        }
    }
    let column = |(name, inferred): (String, Inferred)| CsvColumn {
        name,
        column_type: inferred.column_type(),
    };
    Ok(header.into_iter().zip(types).map(column).collect())
}

/// The column names of a file; its rows are not looked at.
fn read_header(path: &Path, format: CsvFormat) -> Result<Vec<String>, CsvError> {
    Table::open(path, format).map(Table::into_header)
}

//! One file read as a table: a header, and rows of the same shape.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use super::records::{Field, Records};
use super::{CsvError, CsvFormat};

const WINDOW_BYTES: usize = 256 << 10;

pub(super) struct Table {
    header: Vec<String>,
    records: Records<File>,
}

impl Table {
    /// Opens the file and reads its header.
    pub(super) fn open(path: &Path, format: CsvFormat) -> Result<Self, CsvError> {
        let error = |message| CsvError {
            path: path.to_owned(),
            line: None,
            message,
        };
        if !format.is_usable() {
            return Err(error(format!(
                "cannot read with delimiter {:?} and quote {:?}; \
                 take two different ASCII punctuation characters, or a tab as delimiter",
                char::from(format.delimiter),
                char::from(format.quote),
            )));
        }
        let file = File::open(path).map_err(|error| CsvError::unreadable(path, &error))?;
        let mut records = Records::new(path, file, format, WINDOW_BYTES)?;
        if !records.advance()? {
            return Err(error("the file is empty; give it a header line".to_owned()));
        }
        let header: Vec<String> = records
            .fields()
            .map(|name| name.text(format.quote))
            .collect();
        check_names(&header).map_err(|message| records.error(message))?;
        Ok(Self { header, records })
    }

    pub(super) fn into_header(self) -> Vec<String> {
        self.header
    }

    /// Files that are read as one table are matched by position, so their headers must be equal.
    pub(super) fn require_header(&self, expected: &[String], from: &Path) -> Result<(), CsvError> {
        if self.header == expected {
            return Ok(());
        }
        let from = from.display();
        let mut pairs = (1..).zip(self.header.iter().zip(expected));
        let difference = match pairs.find(|(_, (name, other))| name != other) {
            Some((position, (name, other))) => {
                format!("column {position} is `{name}` where {from} has `{other}`")
            }
            None => format!(
                "the number of columns is {} where {from} has {}",
                self.header.len(),
                expected.len()
            ),
        };
        Err(self
            .records
            .error(format!("{difference}; give both files the same header")))
    }

    /// The fields of the next row, as many as the header has.
    pub(super) fn next_row(
        &mut self,
    ) -> Result<Option<impl ExactSizeIterator<Item = Field<'_>>>, CsvError> {
        let expected = self.header.len();
        while self.records.advance()? {
            let found = self.records.fields().len();
            if found == expected {
                return Ok(Some(self.records.fields()));
            }
            if !self.records.is_blank() {
                let noun = if found == 1 { "field" } else { "fields" };
                return Err(self.records.error(format!(
                    "{found} {noun} where the header has {expected}; \
                     quote the value or fix the line"
                )));
            }
        }
        Ok(None)
    }
}

/// Names that differ only in ASCII case are one name to DuckDB.
fn check_names(names: &[String]) -> Result<(), String> {
    let mut positions = HashMap::new();
    for (name, position) in names.iter().zip(1..) {
        if name.is_empty() {
            return Err(format!("column {position} has no name; name it"));
        }
        let Some((earlier, other)) = positions.insert(name.to_ascii_lowercase(), (position, name))
        else {
            continue;
        };
        return Err(if name == other {
            format!("columns {earlier} and {position} are both named `{name}`; rename one")
        } else {
            format!(
                "columns {earlier} and {position} are named `{other}` and `{name}`, \
                 which differ only in case; rename one"
            )
        });
    }
    Ok(())
}

//! The clean or the quarantined rows of a table, and where they are written.

use std::fmt;

use data_validator_plugin::TableName;

use super::new_file::NewFile;

/// Rows that are written to one place.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub rows: Rows,
    pub target: PartTarget<'a>,
}

/// Which rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Those that fail no rule.
    Clean,
    /// Those that fail some, with the names of the rules in a further column.
    Quarantined,
}

/// Where rows are written.
#[derive(Clone, Copy)]
pub enum PartTarget<'a> {
    Table(&'a TableName),
    File(&'a NewFile),
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = match self.rows {
            Rows::Clean => "the clean rows",
            Rows::Quarantined => "the quarantined rows",
        };
        match self.target {
            PartTarget::File(file) => write!(f, "{rows} to {}", file.place().display()),
            PartTarget::Table(name) => {
                let name = name.parts().collect::<Vec<_>>().join(".");
                write!(f, "{rows} to the table {name}")
            }
        }
    }
}

//! A table: typed columns, and rows.

use serde::{Deserialize, Serialize};

use super::value::{ColumnType, Value};

/// Columns of equal length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub columns: Vec<Column>,
}

/// A column with its values as text, NULL as none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    pub values: Vec<Option<String>>,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    table: &'t Table,
    index: usize,
}

impl Table {
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let count = self.columns.first().map_or(0, |column| column.values.len());
        (0..count).map(|index| Row { table: self, index })
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The type of a column; of none when there is no such column.
    pub fn type_of(&self, name: &str) -> Option<&ColumnType> {
        self.column(name).map(|column| &column.column_type)
    }
}

impl Row<'_> {
    /// The row's value in a column.
    ///
    /// # Panics
    /// When the table has no such column.
    pub fn value(&self, column: &str) -> Value {
        match self.table.column(column) {
            Some(column) => column
                .column_type
                .value(column.values[self.index].as_deref()),
            None => panic!("the table has no column '{column}'"),
        }
    }

    pub fn table(&self) -> &Table {
        self.table
    }
}

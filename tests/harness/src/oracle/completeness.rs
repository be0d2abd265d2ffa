//! completeness: a row fails when a value of it is missing.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Nulls, Unjudged, count_rows, judged, type_of};
use super::table::{Row, Table};
use super::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completeness {
    pub columns: Vec<String>,
    #[serde(default)]
    pub parameters: Parameters,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    #[serde(default)]
    pub empty_is_missing: bool,
    #[serde(default)]
    pub nan_is_missing: bool,
}

impl Completeness {
    /// # Errors
    /// When a column is not there.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        for column in &self.columns {
            type_of(table, column)?;
        }
        let is_there = |row: &Row<'_>| {
            let mut values = self.columns.iter().map(|column| row.value(column));
            values.all(|value| !self.is_missing(&value)).then_some(true)
        };
        // Here a missing value is failed.
        Ok(count_rows(rows, Some(Nulls::Fail), |row| {
            judged(is_there(row))
        }))
    }

    fn is_missing(&self, value: &Value) -> bool {
        let is_empty = matches!(value, Value::Text(text) if text.is_empty());
        value.is_null()
            || (self.parameters.empty_is_missing && is_empty)
            || (self.parameters.nan_is_missing && value.is_nan())
    }
}

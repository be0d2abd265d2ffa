//! length: a row fails when its text has too few characters, or too many.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Nulls, Unjudged, count_rows, judged, type_of};
use super::table::{Row, Table};
use super::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Length {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    #[serde(flatten)]
    pub limits: Limits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

/// Limits of a number, at least one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<usize>,
}

impl Limits {
    pub fn hold(&self, number: usize) -> bool {
        self.min.is_none_or(|min| number >= min)
            && self.max.is_none_or(|max| number <= max)
            && self.equals.is_none_or(|equals| number == equals)
    }
}

impl Length {
    /// # Errors
    /// When there is no such column, or it is not text.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        if !column_type.is_text() {
            return Err(Unjudged(format!("{column_type:?} is no text")));
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            judged(match row.value(&self.column) {
                Value::Text(text) => Some(self.parameters.limits.hold(text.chars().count())),
                _ => None,
            })
        }))
    }
}

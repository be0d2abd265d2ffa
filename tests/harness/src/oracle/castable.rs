//! castable: a row fails when its text does not parse as a type.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Nulls, Unjudged, count_rows, judged, type_of};
use super::format::{is_date, is_datetime};
use super::table::{Row, Table};
use super::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Castable {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    pub r#type: Target,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

/// The type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Integer,
    Double,
    Boolean,
    Date,
    Timestamp,
    Timestamptz,
}

impl Castable {
    /// # Errors
    /// When there is no such column, or it is not text.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        if !column_type.is_text() {
            return Err(Unjudged(format!("{column_type:?} is no text")));
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            judged(match row.value(&self.column) {
                Value::Text(text) => Some(self.parameters.r#type.reads(&text)),
                _ => None,
            })
        }))
    }
}

impl Target {
    fn reads(self, text: &str) -> bool {
        let number = text.strip_prefix(['+', '-']).unwrap_or(text);
        let starts_as_number = number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        match self {
            Self::Integer => {
                let is_whole = !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
                is_whole && i64::from_str(text).is_ok()
            }
            // A number, or one of the three names.
            Self::Double => {
                let names = ["nan", "inf", "infinity"];
                (starts_as_number && f64::from_str(number).is_ok())
                    || names.contains(&number.to_ascii_lowercase().as_str())
            }
            Self::Boolean => ["true", "false"].contains(&text.to_ascii_lowercase().as_str()),
            Self::Date => is_date(text),
            Self::Timestamp => is_date(text) || is_datetime(text, false),
            Self::Timestamptz => is_date(text) || is_datetime(text, true),
        }
    }
}

//! castable: a row fails when its text does not parse as a type.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Nulls, Unjudged, count_rows, judged, type_of};
use super::format::{is_date, is_datetime};
use super::table::{Row, Table};
use super::value::{Value, parsed};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Castable {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// As `integer`, or `decimal(5,2)`.
    pub r#type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

impl Castable {
    /// # Errors
    /// When there is no such column, or it is neither text nor of the type already.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        let wanted = &self.parameters.r#type;
        let is_already = column_type.is_called(wanted);
        if !column_type.is_text() && !is_already {
            return Err(Unjudged(format!("{column_type:?} is no text")));
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            judged(match row.value(&self.column) {
                Value::Null => None,
                Value::Text(text) => Some(reads(wanted, &text)),
                _ => Some(true),
            })
        }))
    }
}

/// Whether the text is a value of the type. No white space is, nor a separator between digits.
fn reads(wanted: &str, text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let starts_as_number = number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match wanted {
        "integer" => {
            let is_whole = !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
            is_whole && i64::from_str(text).is_ok()
        }
        // A number, or one of the three names.
        "double" => {
            let names = ["nan", "inf", "infinity"];
            (starts_as_number && f64::from_str(number).is_ok())
                || names.contains(&number.to_ascii_lowercase().as_str())
        }
        "boolean" => ["true", "false"].contains(&text.to_ascii_lowercase().as_str()),
        "date" => is_date(text),
        "timestamp" => is_date(text) || is_datetime(text, false),
        "timestamptz" => is_date(text) || is_datetime(text, true),
        decimal => has_room(decimal, number),
    }
}

/// Whether a decimal such as `decimal(5,2)` has room for the digits, of which there is one at least.
fn has_room(decimal: &str, number: &str) -> bool {
    let digits = decimal.trim_start_matches("decimal(").trim_end_matches(')');
    let (precision, scale) = digits.split_once(',').unwrap_or((digits, "0"));
    let (precision, scale): (usize, usize) = (parsed(precision), parsed(scale));
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let all = [whole, part].concat();
    !all.is_empty()
        && all.bytes().all(|c| c.is_ascii_digit())
        && whole.trim_start_matches('0').len() <= precision - scale
        && part.trim_end_matches('0').len() <= scale
}

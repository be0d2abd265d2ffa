//! freshness: the table fails when its latest moment is too long ago, or there is none.

use bigdecimal::BigDecimal;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::NOW;
use super::counts::{Counts, Judged, Nulls, Unjudged, count_table, type_of};
use super::table::{Row, Table};
use super::value::{ColumnType, Value};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// A whole number of days, hours, minutes or seconds, as `36h`.
    pub max_age: String,
}

impl Freshness {
    /// # Errors
    /// When there is no such column, or it has no dates or moments.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        if *column_type != ColumnType::Date && !column_type.is_timestamp() {
            return Err(Unjudged(format!("{column_type:?} is no time")));
        }
        let Some(most) = span(&self.parameters.max_age) else {
            return Err(Unjudged(format!("{} is no age", self.parameters.max_age)));
        };
        let moments = rows
            .iter()
            .filter_map(|row| moment(&row.value(&self.column)));
        // Where there is no moment, that is missing, and fails.
        let Some(latest) = moments.max() else {
            return Ok(count_table(Judged::Missing, Some(Nulls::Fail), None));
        };
        let age = NOW.duration_since(latest);
        let seconds = Value::Decimal(BigDecimal::new(age.as_micros().into(), 6));
        let judged = match age <= most {
            true => Judged::Passes,
            false => Judged::Fails,
        };
        Ok(count_table(judged, None, Some(seconds.to_string())))
    }
}

fn span(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at(text.len().checked_sub(1)?);
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        _ => return None,
    };
    let number: i64 = number.parse().ok()?;
    Some(SignedDuration::from_secs(number * seconds))
}

/// A date stands for its beginning.
fn moment(value: &Value) -> Option<DateTime> {
    match value {
        Value::Date(date) => Some(date.at(0, 0, 0, 0)),
        Value::Timestamp(at) => Some(*at),
        _ => None,
    }
}

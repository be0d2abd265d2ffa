//! freshness: the table fails when its latest moment is too long ago, or there is none.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::NOW;
use super::counts::{Counts, Judged, Unjudged, count_table, type_of};
use super::table::{Row, Table};
use super::value::{ColumnType, Value};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// Whole hours, as `36h`.
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
        let hours = self.parameters.max_age.strip_suffix('h').map(str::parse);
        let Some(Ok(hours)) = hours else {
            return Err(Unjudged(format!("{} is no age", self.parameters.max_age)));
        };
        let moments = rows
            .iter()
            .filter_map(|row| moment(&row.value(&self.column)));
        let age = moments.max().map(|latest| NOW.duration_since(latest));
        let is_fresh = age.is_some_and(|age| age <= SignedDuration::from_hours(hours));
        Ok(count_table(match is_fresh {
            true => Judged::Passes,
            false => Judged::Fails,
        }))
    }
}

/// A date stands for its beginning.
fn moment(value: &Value) -> Option<DateTime> {
    match value {
        Value::Date(date) => Some(date.at(0, 0, 0, 0)),
        Value::Timestamp(at) => Some(*at),
        _ => None,
    }
}

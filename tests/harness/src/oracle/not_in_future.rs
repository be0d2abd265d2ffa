//! not_in_future: a row fails when its date or moment is later than now.

use serde::{Deserialize, Serialize};

use super::NOW;
use super::counts::{Counts, Nulls, Unjudged, count_rows, judged, type_of};
use super::table::{Row, Table};
use super::value::{ColumnType, Value};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotInFuture {
    pub column: String,
    #[serde(default)]
    pub parameters: Parameters,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

impl NotInFuture {
    /// # Errors
    /// When there is no such column, or it has no dates or moments.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        if *column_type != ColumnType::Date && !column_type.is_timestamp() {
            return Err(Unjudged(format!("{column_type:?} is no time")));
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            judged(match row.value(&self.column) {
                Value::Date(date) => Some(date <= NOW.date()),
                Value::Timestamp(at) => Some(at <= NOW),
                _ => None,
            })
        }))
    }
}

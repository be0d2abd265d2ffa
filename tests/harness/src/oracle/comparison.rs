//! comparison: a row fails when two of its values do not stand to each other as they should.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Judged, Nulls, Unjudged, count_rows, judged, type_of};
use super::expression::Operator;
use super::table::{Row, Table};
use super::value::{ColumnType, Value};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    pub operator: Operator,
    pub other_column: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

impl Comparison {
    /// # Errors
    /// When a column is not there, or their values have no order to each other.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let one = type_of(table, &self.column)?;
        let other = type_of(table, &self.parameters.other_column)?;
        if !are_comparable(one, other) {
            return Err(Unjudged(format!("{one:?} and {other:?} have no order")));
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            let value = row.value(&self.column);
            let other = row.value(&self.parameters.other_column);
            if value.is_null() || other.is_null() {
                return Judged::Missing;
            }
            // NaN fails, whatever the operator.
            let order = order(&value, &other);
            judged(Some(
                order.is_some_and(|order| self.parameters.operator.holds(order)),
            ))
        }))
    }
}

/// Whether values of the two types have an order to each other.
pub fn are_comparable(one: &ColumnType, other: &ColumnType) -> bool {
    let both = |is_one: &dyn Fn(&ColumnType) -> bool| is_one(one) && is_one(other);
    both(&ColumnType::is_exact)
        || both(&|it| it.is_whole() || it.is_floating())
        || both(&ColumnType::is_text)
        || both(&|it| *it == ColumnType::Date || it.is_timestamp())
        || both(&|it| *it == ColumnType::Boolean)
        || both(&|it| *it == ColumnType::Time)
        || both(&|it| *it == ColumnType::Binary)
}

/// The order of two values, none where one is NaN. A date is its midnight, and a whole number beside a
/// floating-point one is the nearest double.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Date(one), Value::Timestamp(other)) => Some(one.at(0, 0, 0, 0).cmp(other)),
        (Value::Timestamp(one), Value::Date(other)) => Some(one.cmp(&other.at(0, 0, 0, 0))),
        _ => match (one.as_exact(), other.as_exact()) {
            (Some(one), Some(other)) => Some(one.cmp(&other)),
            _ => match (one.as_double(), other.as_double()) {
                (Some(one), Some(other)) => one.partial_cmp(&other),
                _ => one.order(other),
            },
        },
    }
}

//! foreign_key: a row fails when its key leads to no row of the other table.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Judged, Nulls, Unjudged, count_rows, type_of};
use super::keys::key;
use super::table::{Row, Table};
use super::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    pub columns: Vec<String>,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    pub references: References,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

/// Columns of the table that is judged, which is its own parent: `id` is, of `parent_id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct References {
    pub columns: Vec<String>,
}

impl ForeignKey {
    /// # Errors
    /// When a column is not there, or its partner has values of another kind, or it can be NaN.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let referenced = &self.parameters.references.columns;
        for (column, partner) in self.columns.iter().zip(referenced) {
            let (one, other) = (type_of(table, column)?, type_of(table, partner)?);
            if one.is_floating() || !one.is_same_kind(other) {
                return Err(Unjudged(format!("{one:?} is no key to {other:?}")));
            }
        }
        // All rows, whatever the scope: they are another table.
        let parents: Vec<_> = table
            .rows()
            .filter_map(|row| key(&row, referenced))
            .collect();
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            let Some(key) = key(row, &self.columns) else {
                return Judged::Missing;
            };
            let leads_to = |parent: &Vec<_>| {
                key.iter()
                    .zip(parent)
                    .all(|(one, other)| is_equal(one, other))
            };
            match parents.iter().any(leads_to) {
                true => Judged::Passes,
                false => Judged::Fails,
            }
        }))
    }
}

/// Whole and decimal numbers are equal by what they are.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one.as_exact(), other.as_exact()) {
        (Some(one), Some(other)) => one == other,
        _ => one.is_same_key(other),
    }
}

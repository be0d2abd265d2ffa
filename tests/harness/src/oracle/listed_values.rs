//! accepted_values and rejected_values: a row fails when its value is not in the list, or is in it.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Judged, Nulls, Unjudged, count_rows, type_of};
use super::range::Bound;
use super::table::{Row, Table};
use super::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedValues {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    pub values: Vec<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_sensitive: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

impl ListedValues {
    /// # Errors
    /// When there is no such column, or a value does not fit it.
    pub fn counts(
        &self,
        table: &Table,
        rows: &[Row<'_>],
        accepted: bool,
    ) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        let unfit = self
            .parameters
            .values
            .iter()
            .find(|value| !value.fits(column_type));
        if let Some(unfit) = unfit {
            return Err(Unjudged(format!("{unfit:?} is no {column_type:?}")));
        }
        if self.parameters.case_sensitive == Some(false) && !column_type.is_text() {
            return Err(Unjudged(format!("{column_type:?} has no case")));
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            match row.value(&self.column) {
                value if value.is_null() => Judged::Missing,
                value if self.lists(&value) == accepted => Judged::Passes,
                _ => Judged::Fails,
            }
        }))
    }

    /// NaN is in no list, since no list can name it.
    fn lists(&self, value: &Value) -> bool {
        if value.is_nan() {
            return false;
        }
        self.parameters
            .values
            .iter()
            .any(|listed| match (listed, value) {
                (Bound::Text(listed), Value::Text(value))
                    if self.parameters.case_sensitive == Some(false) =>
                {
                    is_same_in_any_case(listed, value)
                }
                _ => listed.order_of(value).is_eq(),
            })
    }
}

/// By the simple case folding of Unicode, which is what the crate `regex` does.
fn is_same_in_any_case(one: &str, other: &str) -> bool {
    let pattern = format!("^(?i:{})$", regex::escape(one));
    regex::Regex::new(&pattern).is_ok_and(|regex| regex.is_match(other))
}

//! row_count: the table fails when it has too few rows, or too many.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, count_table, judged};
use super::length::Limits;
use super::table::Row;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCount {
    pub parameters: Limits,
}

impl RowCount {
    pub fn counts(&self, rows: &[Row<'_>]) -> Counts {
        let holds = self.parameters.hold(rows.len());
        count_table(judged(Some(holds)), None, Some(rows.len().to_string()))
    }
}

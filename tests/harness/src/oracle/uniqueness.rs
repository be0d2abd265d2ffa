//! uniqueness: a row fails when its key was there already.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Unjudged, type_of};
use super::keys::Keys;
use super::table::{Row, Table};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uniqueness {
    pub columns: Vec<String>,
}

impl Uniqueness {
    /// # Errors
    /// When a column is not there.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        for column in &self.columns {
            type_of(table, column)?;
        }
        let keys = Keys::of(rows, &self.columns);
        let failed = keys.rows() - keys.distinct();
        Ok(Counts {
            total: rows.len(),
            failed,
            missing: rows.len() - keys.rows(),
            duplicates: (failed > 0).then(|| keys.duplicates()),
            ..Counts::default()
        })
    }
}

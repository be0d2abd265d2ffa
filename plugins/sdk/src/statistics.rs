//! What an engine knows of a relation without reading its rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Facts about all rows of a relation; each is exact, never an estimate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exact {
    pub rows: u64,
    /// By column name; a column that nothing is known of may be missing.
    #[serde(default)]
    pub columns: BTreeMap<String, ExactColumn>,
}

/// Facts about all values of a column; `None` is a fact that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExactColumn {
    pub nulls: Option<u64>,
    /// The least value of an integer or date column that is not NULL, as plain text: `42`, `2013-01-31`.
    pub min: Option<String>,
    /// The greatest such value.
    pub max: Option<String>,
}

//! What is exactly known of a relation without reading its rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a file's footer or an engine's catalogue proves of all rows of a relation.
///
/// An estimate is none: what stands here takes the place of counting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Parts that hold each row once, such as the row groups of Parquet files.
    pub parts: Vec<Part>,
}

/// One part of a relation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub rows: u64,
    /// By column; one that is missing here is not known.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnStatistics>,
}

/// What is known of a column in a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnStatistics {
    /// Rows without a value.
    pub nulls: Option<u64>,
    /// No value is smaller than the first or greater than the second: integers as digits, dates as
    /// `2013-01-31`. Other types have none, for NaN or a collation can lie outside.
    pub bounds: Option<(String, String)>,
}

impl Statistics {
    /// The number of all rows.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }
}

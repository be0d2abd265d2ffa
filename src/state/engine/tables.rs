//! The tables and their columns.

use data_validator_plugin::{Column, LogicalType, NewTable, Schema, TableName};

use crate::config::StateInEngine;

/// The version of the tables that is written here; a database with a higher one is refused.
pub(super) const VERSION: u64 = 1;

/// What states say, in rows of a kind.
pub(super) const STATE: &str = "data_validator_state";
/// The entries of rules.
pub(super) const RESULTS: &str = "data_validator_results";

/// Failing rows.
pub(super) const QUARANTINE: &str = "data_validator_quarantine";

/// A row of [`STATE`] is known by these.
pub(super) const STATE_KEY: [&str; 3] = ["state", "kind", "name"];
/// A row of [`RESULTS`], and the rows of [`QUARANTINE`] that belong to it, are known by these.
pub(super) const RESULT_KEY: [&str; 3] = ["state", "table_name", "rule_name"];

/// What a row of [`STATE`] is about.
pub(super) mod kind {
    /// The version of the tables; it belongs to no state.
    pub const VERSION: &str = "version";
    pub const LEASE: &str = "lease";
    pub const RUN: &str = "run";
    pub const TABLE: &str = "table";
}

const STATE_COLUMNS: [(&str, LogicalType); 4] = [
    ("state", LogicalType::Text),
    ("kind", LogicalType::Text),
    ("name", LogicalType::Text),
    ("value", LogicalType::Text),
];

/// `key` is the same for the same result; `entry` is what this program reads, the others are for people.
pub(super) const RESULT_COLUMNS: [(&str, LogicalType); 14] = [
    ("key", LogicalType::Text),
    ("state", LogicalType::Text),
    ("table_name", LogicalType::Text),
    ("rule_name", LogicalType::Text),
    ("completed_at", LogicalType::Timestamp),
    ("passed", LogicalType::Boolean),
    ("failed_count", LogicalType::Integer),
    ("total_count", LogicalType::Integer),
    ("success_rate", LogicalType::Double),
    ("severity", LogicalType::Text),
    ("message", LogicalType::Text),
    ("data_version", LogicalType::Text),
    ("run_id", LogicalType::Text),
    ("entry", LogicalType::Text),
];

/// `result_key` is that of the result, and `row` a JSON object of the columns.
pub(super) const QUARANTINE_COLUMNS: [(&str, LogicalType); 6] = [
    ("result_key", LogicalType::Text),
    ("state", LogicalType::Text),
    ("table_name", LogicalType::Text),
    ("rule_name", LogicalType::Text),
    ("row_number", LogicalType::Integer),
    ("row", LogicalType::Text),
];

/// What rows are found by, for engines that look for them in an index.
pub(super) const INDEXES: [(&str, [&str; 3]); 3] = [
    (STATE, STATE_KEY),
    (RESULTS, RESULT_KEY),
    (QUARANTINE, RESULT_KEY),
];

pub(super) fn named(place: &StateInEngine, table: &str) -> TableName {
    TableName {
        catalog: None,
        schema: Some(place.schema.clone()),
        table: table.to_owned(),
    }
}

pub(super) fn new_tables(place: &StateInEngine) -> Vec<NewTable> {
    let table = |name: &str, columns: &[(&str, LogicalType)]| NewTable {
        table: named(place, name),
        schema: Schema {
            columns: (columns.iter())
                .map(|(name, logical_type)| Column {
                    name: (*name).to_owned(),
                    logical_type: logical_type.clone(),
                })
                .collect(),
        },
    };
    vec![
        table(STATE, &STATE_COLUMNS),
        table(RESULTS, &RESULT_COLUMNS),
        table(QUARANTINE, &QUARANTINE_COLUMNS),
    ]
}

//! What a store keeps: one thing that changed.

use serde::{Deserialize, Serialize};

use super::entry::{RuleEntry, RunRecord};

/// One change. It names what is, not what to add, so that replaying it again does no harm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The first line: what the journal stands on.
    Base(Base),
    Run(RunRecord),
    Start {
        table: String,
        at: String,
    },
    Put {
        table: String,
        rule: String,
        entry: RuleEntry,
    },
    Complete {
        table: String,
        at: String,
    },
    /// A key of a table that is neither the store's nor the Python tool's.
    Note {
        table: String,
        key: String,
        value: serde_json::Value,
    },
    ResetRule {
        table: String,
        rule: String,
    },
    ResetTable {
        table: String,
    },
    ResetAll {},
    /// A snapshot with this SHA-256 holds everything up to here.
    Snapshot(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// The journal's format.
    pub format: u64,
    /// The SHA-256 of the snapshot to which the records are added.
    pub base: String,
    /// The run that goes on: it counts also where the snapshot was edited meanwhile and does not name it.
    pub run: Option<RunRecord>,
}

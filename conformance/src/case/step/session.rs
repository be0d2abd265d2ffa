//! Steps about sessions and sources.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::query::{Failure, Query, main};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfTable {
    pub table: String,
}

/// A session that is opened with other settings than those of its kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    #[serde(default = "main", rename = "in")]
    pub session: String,
    #[serde(default)]
    pub connection: Map<String, Value>,
    #[serde(default)]
    pub options: Map<String, Value>,
    /// Each setting that is a secret has a wrong value in turn, which no text may show.
    #[serde(default)]
    pub wrong_secrets: bool,
    #[serde(default)]
    pub fails: Option<Failure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// As the interface has it in JSON; `{folder}` in paths is the folder of the case.
    pub source: Value,
    /// Files in the case's folder, by name.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    /// The rows, in the order of the first column.
    #[serde(default)]
    pub gives: Option<Vec<Vec<Value>>>,
    #[serde(default)]
    pub fails: Option<Failure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    pub sql: String,
    pub when: Moment,
    #[serde(default = "main", rename = "in")]
    pub session: String,
}

/// When a query is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// It has not begun.
    Before,
    /// It runs, at some moment.
    Running,
    /// Its first rows are there.
    Streaming,
    /// It has ended, and the next query must not be hit.
    After,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideBySide {
    pub sessions: usize,
    /// In each session.
    pub times: u64,
    pub query: Query,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    pub sql: String,
    pub rows: u64,
    /// The process may have so much more at its peak than before.
    pub megabytes: u64,
    #[serde(default = "main", rename = "in")]
    pub session: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAndClose {
    pub times: u64,
    /// Run in each session.
    pub sql: String,
    /// The process may have so much more afterwards than after a quarter of it.
    pub megabytes: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskDataVersion {
    pub table: String,
    /// Whether the data changed since it was asked for last.
    #[serde(default)]
    pub changed: bool,
    #[serde(default = "main", rename = "in")]
    pub session: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Random {
    pub tables: u64,
}

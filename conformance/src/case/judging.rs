//! Rules, and what the validator has to find with them.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Judges a table of the case by rules, in this process.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    pub table: String,
    /// The table's scope.
    #[serde(default, rename = "where")]
    pub scope: Option<String>,
    /// The moment that counts as now.
    #[serde(default = "new_year")]
    pub now: String,
    pub rules: Vec<JudgedRule>,
}

/// A rule and its result.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgedRule {
    /// The rule as a config has it, without its name.
    pub rule: Map<String, Value>,
    #[serde(default)]
    pub failed: u64,
    /// Rows in scope; 1 for a rule about the table as a whole.
    #[serde(default)]
    pub total: u64,
    #[serde(default)]
    pub missing: u64,
    /// Whether the rule passes; if not given, it does when nothing failed.
    #[serde(default)]
    pub passed: Option<bool>,
    /// The number that was measured on the table as a whole.
    #[serde(default)]
    pub observed: Option<Value>,
    /// The failing rows, by their first column, in any order.
    #[serde(default)]
    pub failing: Option<Vec<Value>>,
    /// The rule cannot be judged, and the message has this text.
    #[serde(default)]
    pub error: Option<String>,
}

fn new_year() -> String {
    "2026-01-01T00:00:00Z".to_owned()
}

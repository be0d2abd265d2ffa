//! What one rule gave, and a table's results together.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::config::{Secrets, Severity};

/// What one rule gave. The first ten fields are those of the Python tool.
#[derive(Clone, Debug, Serialize)]
pub struct RuleResult {
    pub rule_name: String,
    pub rule_type: &'static str,
    pub passed: bool,
    pub failed_count: u64,
    pub total_count: u64,
    /// `(total_count - failed_count) / total_count`; 1 when nothing was to be judged.
    pub success_rate: f64,
    pub message: String,
    pub severity: Severity,
    /// The rule's share of the scans that answered it.
    pub execution_time_ms: f64,
    pub metadata: Map<String, Value>,
    pub status: Status,
    pub missing_count: u64,
    /// Passed, but below the rule's `warn_threshold`.
    pub warned: bool,
    /// Records that the success rate leaves out.
    pub excluded_count: u64,
    /// What was measured on the table as a whole: a number, or text for what JSON has no exact number for.
    pub observed: Option<Value>,
    /// In words, what failed; part of the message.
    #[serde(skip)]
    pub finding: Option<String>,
    /// Taken over from the state, and not asked anew.
    pub reused: bool,
    /// Why it was taken over, or why it ran; empty where no state is kept.
    pub reason: String,
    /// The most attempts a call for it took; 0 when none was made.
    pub attempts: u32,
    /// Why the last failed attempt failed, also where a later one succeeded.
    pub last_error: Option<String>,
    /// The beginning of the hash of all it depends on except the data.
    pub fingerprint: Option<String>,
    /// Some of the failing rows by column, where they were asked for; never recorded in the state.
    pub samples: Vec<Map<String, Value>>,
    /// Why there are none although they were asked for and something failed.
    pub no_samples: Option<String>,
}

/// How a rule ended. "The data is bad" and "it could not be checked" are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Passed,
    Failed,
    /// The rule could not be judged.
    Error,
    /// The rule is disabled, or is a global one and the table lacks its columns.
    Skipped,
}

/// A table's results.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    pub table_name: String,
    pub total_rules: usize,
    pub passed_rules: usize,
    pub failed_rules: usize,
    /// Failed rules of severity warning, and passed ones below their `warn_threshold`.
    pub warning_rules: usize,
    /// Failed rules of severity error.
    pub error_rules: usize,
    /// Passed rules among those that were judged; 1 when none was.
    pub overall_success_rate: f64,
    pub total_execution_time_ms: f64,
    pub results: Vec<RuleResult>,
    /// Rules that could not be judged.
    pub unjudged_rules: usize,
    pub skipped_rules: usize,
    /// Results that were taken over from the state.
    pub reused_rules: usize,
}

impl Summary {
    /// Counts the results of a table.
    pub fn new(table_name: &str, results: Vec<RuleResult>) -> Self {
        let count = |select: &dyn Fn(&RuleResult) -> bool| {
            results.iter().filter(|result| select(result)).count()
        };
        let passed = count(&|result| result.status == Status::Passed);
        let failed = count(&|result| result.status == Status::Failed);
        let failed_as = |severity| {
            count(&|result| result.status == Status::Failed && result.severity == severity)
        };
        Self {
            table_name: table_name.to_owned(),
            total_rules: results.len(),
            passed_rules: passed,
            failed_rules: failed,
            warning_rules: failed_as(Severity::Warning) + count(&|result| result.warned),
            error_rules: failed_as(Severity::Error),
            overall_success_rate: rate(passed, passed + failed),
            total_execution_time_ms: results.iter().map(|result| result.execution_time_ms).sum(),
            unjudged_rules: count(&|result| result.status == Status::Error),
            skipped_rules: count(&|result| result.status == Status::Skipped),
            reused_rules: count(&|result| result.reused),
            results,
        }
    }
}

impl Summary {
    /// The summary with secrets masked in what an engine said.
    #[must_use]
    pub fn redacted(mut self, secrets: &Secrets) -> Self {
        for result in &mut self.results {
            result.message = secrets.redact(&result.message).into_owned();
            result.reason = secrets.redact(&result.reason).into_owned();
            for told in [
                &mut result.finding,
                &mut result.last_error,
                &mut result.no_samples,
            ] {
                *told = (told.take()).map(|told| secrets.redact(&told).into_owned());
            }
        }
        self
    }
}

/// The part of the whole; 1 of nothing.
pub fn rate(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

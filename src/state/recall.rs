//! A result as it is recorded, and a recorded result as it is taken over.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::entry::{RuleEntry, Status as EntryStatus};
use super::fingerprint::Fingerprint;
use super::json_text::JsonText;
use crate::config::{Limit, OnEmpty, Rule, Severity};
use crate::rules::Counts;
use crate::run::result::{RuleResult, Status};
use crate::run::verdict;

/// What is known about a result besides the result.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a> {
    pub fingerprint: &'a Fingerprint,
    pub data_version: Option<&'a str>,
    pub run_id: &'a str,
    /// The moment of the record, as the state file writes it.
    pub at: &'a str,
    /// False for a result that was taken over without proof.
    pub verified: Option<bool>,
}

/// A result as it is recorded: first the keys that the Python tool has. There may be a million of them, so what
/// is nothing, and what follows from the rest, is left out.
#[derive(Serialize)]
struct Recorded<'r> {
    rule_name: &'r str,
    passed: bool,
    failed_count: u64,
    total_count: u64,
    success_rate: f64,
    message: &'r str,
    severity: Severity,
    execution_time_ms: f64,
    #[serde(skip_serializing_if = "Map::is_empty")]
    metadata: &'r Map<String, Value>,
    #[serde(skip_serializing_if = "follows_from_passed")]
    status: Status,
    #[serde(skip_serializing_if = "is_zero")]
    missing_count: u64,
    #[serde(skip_serializing_if = "is_zero")]
    excluded_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<&'r Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'r str>,
    /// Says that the counts are ours.
    judged_by: JudgedBy,
}

/// What is taken over of a recorded result. Each value may be missing or of another type, for it may be
/// written by hand.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Recalled {
    status: Value,
    passed: Value,
    failed_count: Value,
    total_count: Value,
    missing_count: Value,
    excluded_count: Value,
    success_rate: Value,
    message: Value,
    metadata: Value,
    observed: Option<Value>,
    finding: Value,
    judged_by: Option<JsonText>,
}

/// What a verdict is made by, besides the counts.
#[derive(Serialize)]
struct JudgedBy {
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_failed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warn_threshold: Option<f64>,
    #[serde(skip_serializing_if = "is_default")]
    severity: Severity,
    #[serde(skip_serializing_if = "is_default")]
    on_empty: OnEmpty,
}

/// The record of a result.
pub fn entry(rule: &Rule, result: &RuleResult, proof: Proof<'_>) -> RuleEntry {
    let recorded = JsonText::of(&Recorded {
        rule_name: &result.rule_name,
        passed: result.passed,
        failed_count: result.failed_count,
        total_count: result.total_count,
        success_rate: result.success_rate,
        message: &result.message,
        severity: result.severity,
        execution_time_ms: to_microseconds(result.execution_time_ms),
        metadata: &result.metadata,
        status: result.status,
        missing_count: result.missing_count,
        excluded_count: result.excluded_count,
        observed: result.observed.as_ref(),
        finding: result.finding.as_deref(),
        judged_by: JudgedBy::of(rule),
    });
    RuleEntry {
        status: EntryStatus::Completed,
        completed_at: Some(proof.at.into()),
        result: Some(recorded),
        fingerprint: Some(proof.fingerprint.inputs().clone()),
        data_version: proof.data_version.map(Into::into),
        run_id: Some(proof.run_id.into()),
        verified: proof.verified,
        ..RuleEntry::default()
    }
}

/// The result of a rule from its record, and what it is judged by now that it was not then.
///
/// The verdict is made again from the counts, where they are recorded, so that it is never staler
/// than the config. `None` when the record is not of the form of a result.
pub fn recall(rule: &Rule, result: &JsonText) -> Option<(RuleResult, Option<String>)> {
    let recorded: Recalled = result.read()?;
    let message = recorded.message.as_str().unwrap_or_default();
    let mut judged_otherwise = None;
    let counts = (
        recorded.failed_count.as_u64(),
        recorded.total_count.as_u64(),
        recorded.judged_by,
    );
    let mut result = if recorded.status.as_str() == Some("skipped") {
        verdict::skipped_with(rule, message)
    } else if let (Some(failed), Some(total), Some(judged_by)) = counts {
        judged_otherwise = difference(rule, &judged_by);
        let counts = Counts {
            total,
            failed,
            missing: count_or_zero(&recorded.missing_count)?,
            excluded: count_or_zero(&recorded.excluded_count)?,
            observed: recorded.observed,
            finding: recorded.finding.as_str().map(str::to_owned),
            metadata: Map::new(),
        };
        verdict::judge(rule, counts)
    } else {
        let mut result = verdict::skipped_with(rule, message);
        result.passed = recorded.passed.as_bool()?;
        result.status = if result.passed {
            Status::Passed
        } else {
            Status::Failed
        };
        result.success_rate = recorded.success_rate.as_f64().unwrap_or_default();
        result.failed_count = recorded.failed_count.as_u64().unwrap_or_default();
        result.total_count = recorded.total_count.as_u64().unwrap_or_default();
        result.missing_count = recorded.missing_count.as_u64().unwrap_or_default();
        result
    };
    if let Value::Object(metadata) = recorded.metadata {
        for (name, value) in metadata {
            result.metadata.entry(name).or_insert(value);
        }
    }
    Some((result, judged_otherwise))
}

impl JudgedBy {
    fn of(rule: &Rule) -> Self {
        let (threshold, max_failed) = match rule.limit {
            Limit::Threshold(threshold) => (Some(threshold), None),
            Limit::MaxFailed(most) => (None, Some(most)),
        };
        Self {
            threshold,
            max_failed,
            warn_threshold: rule.warn_threshold,
            severity: rule.severity,
            on_empty: rule.on_empty,
        }
    }
}

/// A count that was left out since it is nothing; `None` when it is no count.
fn count_or_zero(value: &Value) -> Option<u64> {
    match value {
        Value::Null => Some(0),
        value => value.as_u64(),
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn follows_from_passed(status: &Status) -> bool {
    matches!(status, Status::Passed | Status::Failed)
}

fn to_microseconds(milliseconds: f64) -> f64 {
    (milliseconds * 1e3).round() / 1e3
}

/// The first thing that a verdict is made by now and was not when it was recorded.
fn difference(rule: &Rule, before: &JsonText) -> Option<String> {
    let now = JsonText::of(&JudgedBy::of(rule));
    if now.as_str() == before.as_str() {
        return None;
    }
    let (now, before): (Map<String, Value>, Map<String, Value>) = (now.read()?, before.read()?);
    let value_in = |judged_by: &Map<String, Value>, name: &str| {
        judged_by.get(name).cloned().unwrap_or_else(|| match name {
            "severity" => json!(Severity::default()),
            "on_empty" => json!(OnEmpty::default()),
            _ => Value::Null,
        })
    };
    let mut names = now.keys().chain(before.keys());
    let name = names.find(|name| value_in(&now, name) != value_in(&before, name))?;
    let shown = |judged_by: &Map<String, Value>| match value_in(judged_by, name) {
        Value::Null => "none".to_owned(),
        Value::String(text) => text,
        value => value.to_string(),
    };
    Some(format!(
        "re-judged: {name} {} → {}",
        shown(&before),
        shown(&now)
    ))
}

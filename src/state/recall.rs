//! A result as it is recorded, and a recorded result as it is taken over.

use serde_json::{Map, Value, json};

use super::entry::{RuleEntry, Status as EntryStatus};
use super::fingerprint::Fingerprint;
use crate::config::{Limit, Rule};
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

/// The record of a result.
pub fn entry(rule: &Rule, result: &RuleResult, proof: Proof<'_>) -> RuleEntry {
    let recorded = json!({
        "rule_name": result.rule_name,
        "rule_type": result.rule_type,
        "passed": result.passed,
        "failed_count": result.failed_count,
        "total_count": result.total_count,
        "success_rate": result.success_rate,
        "message": result.message,
        "severity": result.severity,
        "execution_time_ms": result.execution_time_ms,
        "metadata": result.metadata,
        "status": result.status,
        "missing_count": result.missing_count,
        "excluded_count": result.excluded_count,
        "judged_by": judged_by(rule),
    });
    RuleEntry {
        status: EntryStatus::Completed,
        completed_at: Some(proof.at.to_owned()),
        result: Some(recorded),
        fingerprint: Some(proof.fingerprint.inputs().clone()),
        data_version: proof.data_version.map(str::to_owned),
        run_id: Some(proof.run_id.to_owned()),
        verified: proof.verified,
        ..RuleEntry::default()
    }
}

/// The result of a rule from its record, and what it is judged by now that it was not then.
///
/// The verdict is made again from the counts, where they are recorded, so that it is never staler
/// than the config. `None` when the record is not of the form of a result.
pub fn recall(rule: &Rule, entry: &RuleEntry) -> Option<(RuleResult, Option<String>)> {
    let recorded = entry.result.as_ref()?.as_object()?;
    let count = |name: &str| recorded.get(name).and_then(Value::as_u64);
    let message = recorded
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut judged_otherwise = None;
    let counts = (
        count("failed_count"),
        count("total_count"),
        count("excluded_count"),
    );
    let mut result = if recorded.get("status").and_then(Value::as_str) == Some("skipped") {
        verdict::skipped_with(rule, message)
    } else if let (Some(failed), Some(total), Some(excluded)) = counts {
        judged_otherwise = difference(rule, recorded);
        verdict::judge(
            rule,
            total,
            Counts {
                failed,
                missing: count("missing_count")?,
                excluded,
            },
        )
    } else {
        let mut result = verdict::skipped_with(rule, message);
        result.passed = recorded.get("passed")?.as_bool()?;
        result.status = if result.passed {
            Status::Passed
        } else {
            Status::Failed
        };
        result.success_rate = recorded
            .get("success_rate")
            .and_then(Value::as_f64)
            .unwrap_or_default();
        result.failed_count = count("failed_count").unwrap_or_default();
        result.total_count = count("total_count").unwrap_or_default();
        result.missing_count = count("missing_count").unwrap_or_default();
        result
    };
    for (name, value) in recorded
        .get("metadata")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        result
            .metadata
            .entry(name.clone())
            .or_insert_with(|| value.clone());
    }
    Some((result, judged_otherwise))
}

/// What a verdict is made by, besides the counts.
fn judged_by(rule: &Rule) -> Map<String, Value> {
    let (threshold, max_failed) = match rule.limit {
        Limit::Threshold(threshold) => (Some(threshold), None),
        Limit::MaxFailed(most) => (None, Some(most)),
    };
    [
        ("threshold", json!(threshold)),
        ("max_failed", json!(max_failed)),
        ("warn_threshold", json!(rule.warn_threshold)),
        ("severity", json!(rule.severity)),
        ("on_empty", json!(rule.on_empty)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}

/// The first thing that a verdict is made by now and was not when it was recorded.
fn difference(rule: &Rule, recorded: &Map<String, Value>) -> Option<String> {
    let before = recorded.get("judged_by")?.as_object()?;
    let (name, now) = judged_by(rule)
        .into_iter()
        .find(|(name, now)| before.get(name) != Some(now))?;
    let shown = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    Some(format!(
        "re-judged: {name} {} → {}",
        shown(before.get(&name)),
        shown(Some(&now))
    ))
}

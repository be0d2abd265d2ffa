//! Whether counts pass: the one place where a verdict is made, alike for all rule types and engines.

use serde_json::{Map, Value};

use super::result::{RuleResult, Status};
use crate::config::{Limit, OnEmpty, Rule};
use crate::rules::Counts;

/// Judges what a rule's check found.
pub fn judge(rule: &Rule, counts: Counts) -> RuleResult {
    let judged = counts.total.saturating_sub(counts.excluded);
    if counts.failed > judged {
        return unjudged(
            rule,
            &format!(
                "the counts contradict each other: {} of {judged} records failed",
                counts.failed
            ),
        );
    }
    let mut result = blank(rule, Status::Passed);
    result.failed_count = counts.failed;
    result.total_count = counts.total;
    result.missing_count = counts.missing;
    result.excluded_count = counts.excluded;
    result.observed = counts.observed;
    result.finding = counts.finding;
    result.metadata = counts.metadata;
    if judged == 0 {
        return judge_empty(rule, result);
    }
    result.success_rate = (judged - counts.failed) as f64 / judged as f64;
    let passed = match rule.limit {
        Limit::Threshold(threshold) => result.success_rate >= threshold,
        Limit::MaxFailed(most) => counts.failed <= most,
    };
    result.warned = passed
        && rule
            .warn_threshold
            .is_some_and(|threshold| result.success_rate < threshold);
    set_status(
        &mut result,
        if passed {
            Status::Passed
        } else {
            Status::Failed
        },
    );
    result.message = if counts.failed == 0 {
        "All records valid".into()
    } else {
        match &result.finding {
            Some(finding) => format!("Rule '{}': {finding}", rule.name),
            None => failed_message(rule, judged, &result),
        }
    };
    result
}

/// The result of a rule that could not be judged.
pub fn unjudged(rule: &Rule, why: &str) -> RuleResult {
    let mut result = blank(rule, Status::Error);
    result.message = format!("Rule '{}' could not be judged: {why}", rule.name);
    result
}

/// The result of a rule that was not run on purpose.
pub fn skipped(rule: &Rule, why: &str) -> RuleResult {
    skipped_with(rule, &format!("Rule '{}' skipped: {why}", rule.name))
}

/// As [`skipped`], with the whole message.
pub fn skipped_with(rule: &Rule, message: &str) -> RuleResult {
    let mut result = blank(rule, Status::Skipped);
    message.clone_into(&mut result.message);
    result
}

fn judge_empty(rule: &Rule, mut result: RuleResult) -> RuleResult {
    result.success_rate = 1.0;
    result.metadata.insert("vacuous".into(), Value::Bool(true));
    match rule.on_empty {
        OnEmpty::Pass => {
            set_status(&mut result, Status::Passed);
            result.message = "All records valid (no record in scope)".into();
        }
        OnEmpty::Fail => {
            set_status(&mut result, Status::Failed);
            result.message = format!("Rule '{}': no record in scope", rule.name);
        }
        OnEmpty::Error => return unjudged(rule, "no record in scope"),
    }
    result
}

fn failed_message(rule: &Rule, judged: u64, result: &RuleResult) -> String {
    let limit = match rule.limit {
        Limit::Threshold(threshold) => format!("threshold: {}", percent(threshold)),
        Limit::MaxFailed(0) => "none may fail".into(),
        Limit::MaxFailed(most) => format!("at most {most} may fail"),
    };
    let warning = match rule.warn_threshold {
        Some(threshold) if result.warned => format!(", warning below {}", percent(threshold)),
        _ => String::new(),
    };
    format!(
        "Rule '{}': {}/{judged} failed records (success rate: {}, {limit}{warning})",
        rule.name,
        result.failed_count,
        percent(result.success_rate),
    )
}

/// A rate with two decimals, cut off and not rounded, so that only a whole success reads 100.00%.
fn percent(rate: f64) -> String {
    let hundredths = (rate * 10_000.0 + 1e-6).floor() / 100.0;
    format!("{hundredths:.2}%")
}

fn set_status(result: &mut RuleResult, status: Status) {
    result.status = status;
    result.passed = status == Status::Passed;
}

fn blank(rule: &Rule, status: Status) -> RuleResult {
    RuleResult {
        rule_name: rule.name.clone(),
        rule_type: rule.rule_type,
        passed: status == Status::Passed,
        failed_count: 0,
        total_count: 0,
        success_rate: 0.0,
        message: String::new(),
        severity: rule.severity,
        execution_time_ms: 0.0,
        metadata: Map::new(),
        status,
        missing_count: 0,
        warned: false,
        excluded_count: 0,
        observed: None,
        finding: None,
        reused: false,
        reason: String::new(),
        attempts: 0,
        last_error: None,
        fingerprint: None,
        samples: Vec::new(),
        no_samples: None,
    }
}

//! What counts mean under the limits of a rule.

use super::counts::{Counts, Duplicates};
use super::rule::{OnEmpty, Rule};

/// How a rule ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Judged(Verdict),
    /// It cannot be judged.
    Unjudged,
    /// What no engine promises decides: any answer is right.
    Open,
}

/// What a report says of a rule that was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub passed: bool,
    pub total: usize,
    pub failed: usize,
    pub missing: usize,
    pub excluded: usize,
    pub success_rate: f64,
    /// Passed, but below the rule's `warn_threshold`.
    pub warned: bool,
    pub duplicates: Option<Duplicates>,
    /// The number that was measured on the table as a whole, with all its digits.
    pub observed: Option<String>,
    /// There was no record to judge.
    pub vacuous: bool,
}

/// Judges what was counted.
pub fn verdict(rule: &Rule, counts: Counts) -> Outcome {
    if counts.is_open {
        return Outcome::Open;
    }
    let judged = counts.total - counts.excluded;
    let success_rate = match judged {
        0 => 1.0,
        _ => (judged - counts.failed) as f64 / judged as f64,
    };
    let passed = match (rule.on_empty, rule.threshold, rule.max_failed) {
        (Some(OnEmpty::Error), ..) if judged == 0 => return Outcome::Unjudged,
        (Some(OnEmpty::Fail), ..) if judged == 0 => false,
        _ if judged == 0 => true,
        (_, Some(threshold), _) => success_rate >= threshold,
        (_, None, Some(most)) => counts.failed <= most,
        (_, None, None) => counts.failed == 0,
    };
    let is_low = judged > 0
        && rule
            .warn_threshold
            .is_some_and(|least| success_rate < least);
    Outcome::Judged(Verdict {
        passed,
        total: counts.total,
        failed: counts.failed,
        missing: counts.missing,
        excluded: counts.excluded,
        success_rate,
        warned: passed && is_low,
        duplicates: counts.duplicates,
        observed: counts.observed,
        vacuous: judged == 0,
    })
}

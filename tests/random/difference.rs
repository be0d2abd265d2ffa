//! What an engine found beside what the oracle says.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use data_validator::{RuleResult, Status};
use data_validator_harness::oracle::counts::Duplicates;
use data_validator_harness::oracle::value::Value;
use data_validator_harness::oracle::verdict::{Outcome, Verdict};

/// An engine that is wrong about a rule.
#[derive(Debug)]
pub struct Difference {
    pub case: usize,
    pub engine: &'static str,
    pub rule: String,
    pub expected: Outcome,
    pub found: Outcome,
    /// What the engine said.
    pub message: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on {}\n  oracle: {:?}\n  engine: {:?}\n  {}",
            self.rule, self.engine, self.expected, self.found, self.message
        )
    }
}

pub fn describe(differences: &[Difference]) -> String {
    let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// The result in the oracle's words.
pub fn outcome(result: &RuleResult) -> Outcome {
    let passed = match result.status {
        Status::Passed => true,
        Status::Failed => false,
        Status::Error => return Outcome::Unjudged,
        Status::Skipped => panic!("{result:?} was not to be skipped"),
    };
    let count = |number: u64| usize::try_from(number).unwrap();
    let detail = |name: &str| result.metadata.get(name)?.as_u64().map(count);
    let duplicates = detail("duplicate_keys").zip(detail("duplicate_rows"));
    Outcome::Judged(Verdict {
        passed,
        total: count(result.total_count),
        failed: count(result.failed_count),
        missing: count(result.missing_count),
        excluded: count(result.excluded_count),
        success_rate: result.success_rate,
        warned: result.warned,
        duplicates: duplicates.map(|(keys, rows)| Duplicates { keys, rows }),
        observed: result.observed.as_ref().map(shown),
        vacuous: result.metadata.contains_key("vacuous"),
    })
}

/// A number or text of a report as the oracle shows it.
fn shown(observed: &serde_json::Value) -> String {
    let text = match observed {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match BigDecimal::from_str(&text) {
        Ok(number) => Value::Decimal(number).to_string(),
        Err(_) => text,
    }
}

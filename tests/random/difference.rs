//! What an engine found beside what the oracle says.

use std::fmt;

use data_validator_harness::oracle::verdict::Outcome;

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

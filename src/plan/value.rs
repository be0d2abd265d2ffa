//! Answers to questions: numbers as engines give them.

use bigdecimal::BigDecimal;

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL: there was nothing to compute from.
    Missing,
    /// A whole number.
    Integer(i128),
    /// A number that came as text, with all its digits.
    Exact(BigDecimal),
    Double(f64),
}

impl Value {
    /// The answer as a count; 0 where it is none, which whoever asks engines rules out.
    pub fn count(&self) -> u64 {
        match self {
            Self::Integer(number) => u64::try_from(*number).unwrap_or_default(),
            _ => 0,
        }
    }
}

//! A rule that judges the value of a column in each row: what it asks and how it counts.

use super::nulls::Nulls;
use super::{Answers, Counts};
use crate::plan::question::{Condition, Question};

/// Asks for the rows without a value, and for those whose value fails.
pub fn questions(column: &str, failed: Condition) -> Vec<Question> {
    missing_and_failed(Condition::IsNull(column.to_owned()), failed)
}

/// As [`questions`], where more than one column can be missing.
pub fn missing_and_failed(missing: Condition, failed: Condition) -> Vec<Question> {
    vec![Question::rows(missing), Question::rows(failed)]
}

/// Counts from the answers to these questions.
pub fn judge(nulls: Nulls, answers: &Answers<'_>) -> Counts {
    nulls.counts(answers.total, answers.count(1), answers.count(0))
}

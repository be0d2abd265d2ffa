//! Counts that exact statistics prove, so that no row need be read.

use data_validator_plugin::{ColumnStatistics, LogicalType, Part, Statistics};
use jiff::civil::Date;

use super::question::{Condition, Literal, Operator};

/// What statistics say about the rows for which a condition is TRUE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Their number, when all parts prove theirs.
    pub count: Option<u64>,
    /// Rows of the parts that may have some.
    pub rows_left: u64,
}

/// Asks the statistics about a condition.
pub fn prove(condition: &Condition, statistics: &Statistics) -> Proof {
    let mut proof = Proof {
        count: Some(0),
        rows_left: 0,
    };
    for part in &statistics.parts {
        let count = count_in(condition, part);
        proof.count = proof.count.zip(count).map(|(sum, count)| sum + count);
        if count != Some(0) {
            proof.rows_left += part.rows;
        }
    }
    proof
}

/// The smallest and the greatest integer that a column can have, in any part.
pub fn integer_bounds(column: &str, statistics: &Statistics) -> Option<(i128, i128)> {
    let mut bounds: Option<(i128, i128)> = None;
    for part in &statistics.parts {
        let known = part.columns.get(column)?;
        if known.nulls == Some(part.rows) {
            continue;
        }
        let (min, max) = known.bounds.as_ref()?;
        let (min, max) = (min.parse().ok()?, max.parse().ok()?);
        bounds = Some(bounds.map_or((min, max), |(low, high)| (low.min(min), high.max(max))));
    }
    bounds
}

/// The number of rows of a part for which the condition is TRUE, if that is proven.
fn count_in(condition: &Condition, part: &Part) -> Option<u64> {
    let column = |name: &String| part.columns.get(name);
    match condition {
        Condition::Always => Some(part.rows),
        Condition::Never => Some(0),
        Condition::IsNull(name) => column(name)?.nulls,
        Condition::Not(inner) if matches!(**inner, Condition::IsNull(_)) => {
            part.rows.checked_sub(count_in(inner, part)?)
        }
        Condition::Compare {
            column: name,
            operator,
            literal,
        } => compared(column(name)?, part.rows, *operator, literal),
        Condition::Any(conditions) => {
            let counts = conditions.iter().map(|condition| count_in(condition, part));
            let counts: Vec<u64> = counts.collect::<Option<_>>()?;
            let mut nonzero = counts.into_iter().filter(|count| *count > 0);
            // The rows of two conditions may be the same ones.
            match (nonzero.next(), nonzero.next()) {
                (None, _) => Some(0),
                (Some(count), None) => Some(count),
                (Some(_), Some(_)) => None,
            }
        }
        _ => None,
    }
}

/// The number of rows whose value stands so to the literal.
fn compared(
    column: &ColumnStatistics,
    rows: u64,
    operator: Operator,
    literal: &Literal,
) -> Option<u64> {
    if column.nulls == Some(rows) {
        return Some(0);
    }
    let place = |text: &str| place(&literal.logical_type, text);
    let (min, max) = column.bounds.as_ref()?;
    let (min, max, value) = (place(min)?, place(max)?, place(&literal.text)?);
    let (all, none) = match operator {
        Operator::Less => (max < value, min >= value),
        Operator::LessOrEqual => (max <= value, min > value),
        Operator::Greater => (min > value, max <= value),
        Operator::GreaterOrEqual => (min >= value, max < value),
        Operator::Equal => (min == value && max == value, value < min || value > max),
        Operator::NotEqual => (value < min || value > max, min == value && max == value),
    };
    match (all, none) {
        (_, true) => Some(0),
        (true, _) => rows.checked_sub(column.nulls?),
        _ => None,
    }
}

/// Where a value stands among those of its type; `None` for types whose order bounds do not show.
fn place(logical_type: &LogicalType, text: &str) -> Option<i128> {
    match logical_type {
        LogicalType::Integer => text.parse().ok(),
        LogicalType::Date => {
            let date: Date = text.parse().ok()?;
            let (year, month, day) = (date.year(), date.month(), date.day());
            // A longer text would be a moment, whose date alone parses too.
            (text.len() == "2013-01-31".len())
                .then(|| (i128::from(year) * 100 + i128::from(month)) * 100 + i128::from(day))
        }
        _ => None,
    }
}

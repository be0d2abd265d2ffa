//! Rows of the table and of another relation, put side by side by their keys.

use std::sync::Arc;

use bigdecimal::BigDecimal;

use super::condition::Operand;
use super::other_rows::OtherRows;

/// How rows of the table, the left side, are put beside those of another relation, the right side.
///
/// Keys are null-safe: NULL is a value like any other, and equal to NULL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pairing {
    pub right: Arc<OtherRows>,
    pub keys: Vec<Pair>,
    /// What is compared where a key has one row on each side.
    pub columns: Vec<Pair>,
}

/// A column on each side.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    pub left: Operand,
    pub right: Operand,
    pub kind: Kind,
    pub tolerance: Tolerance,
}

/// What the values of both sides are, as they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Boolean,
    /// A whole or decimal number with at most so many digits behind the point.
    Exact {
        scale: u8,
    },
    Double,
    Text,
    /// A date, a time of day, or a timestamp.
    InTime,
}

/// How far two numbers may lie apart and still agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tolerance {
    /// At most so far.
    pub absolute: BigDecimal,
    /// At most this part of the greater one.
    pub relative: BigDecimal,
}

/// Numbers of such a size, and infinities, agree only where they are equal: so no difference overflows.
pub const GREATEST_WITH_TOLERANCE: f64 = 1e300;

/// Numbers so small have no part that is a number of its own.
pub const LEAST_WITH_PART: f64 = 1e-200;

/// What is counted of the keys. Each key that some row has on either side is one of missing on the left, missing
/// on the right, repeated, changed, or in agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PairCount {
    /// All of them.
    Keys,
    /// No row of the left side has it.
    MissingLeft,
    /// No row of the right side has it.
    MissingRight,
    /// Both sides have it, one of them more than once, so that no row can be put beside another; where no
    /// columns are compared, both do not have it equally often.
    Repeated,
    /// Both sides have one row of it, and at least one column differs.
    Changed,
    /// As [`PairCount::Changed`], in the column of that number.
    ChangedIn(usize),
}

impl Pairing {
    /// All that is counted; the columns come last.
    pub fn counts(&self) -> Vec<PairCount> {
        let by_column = (0..self.columns.len()).map(PairCount::ChangedIn);
        [
            PairCount::Keys,
            PairCount::MissingLeft,
            PairCount::MissingRight,
            PairCount::Repeated,
            PairCount::Changed,
        ]
        .into_iter()
        .chain(by_column)
        .collect()
    }
}

/// The double that is nearest to a number.
pub fn nearest(number: &BigDecimal) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}

impl Tolerance {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

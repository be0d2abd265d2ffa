//! Whether two values agree.

use arrow::datatypes::i256;
use bigdecimal::RoundingMode;

use super::values::{Values, nearest};
use crate::plan::pairing::{self, GREATEST_WITH_TOLERANCE, Kind, LEAST_WITH_PART, Pair};

/// What makes the values of a pair of columns agree.
#[derive(Clone, Debug)]
pub struct Agreement {
    scale: u8,
    /// In units of the last digit.
    units: i256,
    absolute: f64,
    relative: f64,
}

impl Agreement {
    pub fn of(pair: &Pair) -> Self {
        let scale = match pair.kind {
            Kind::Exact { scale } => scale,
            _ => 0,
        };
        // More digits than both values have change nothing.
        let absolute = &pair.tolerance.absolute;
        let units = absolute.with_scale_round(scale.into(), RoundingMode::Floor);
        let (units, _) = units.into_bigint_and_exponent();
        Self {
            scale,
            // More than any number has.
            units: i256::from_string(&units.to_string()).unwrap_or(i256::MAX),
            absolute: pairing::nearest(absolute),
            relative: pairing::nearest(&pair.tolerance.relative),
        }
    }

    /// Whether the values in these rows agree: NULL with NULL, NaN with NaN, and numbers within the tolerance.
    pub fn holds(&self, left: (&Values, usize), right: (&Values, usize)) -> bool {
        let ((left, at_left), (right, at_right)) = (left, right);
        match (left.is_null(at_left), right.is_null(at_right)) {
            (true, true) => return true,
            (false, false) => {}
            _ => return false,
        }
        match (left, right) {
            (Values::Boolean(left), Values::Boolean(right)) => {
                left.value(at_left) == right.value(at_right)
            }
            (Values::Text(left), Values::Text(right)) => {
                left.value(at_left) == right.value(at_right)
            }
            (Values::Double(left), Values::Double(right)) => {
                let (left, right) = (left.value(at_left), right.value(at_right));
                left == right
                    || left.is_nan() && right.is_nan()
                    || self.is_within(left, right, self.absolute)
            }
            (Values::Exact(left), Values::Exact(right)) => {
                let (left, right) = (left.value(at_left), right.value(at_right));
                left == right || self.is_within_exactly(left, right)
            }
            _ => false,
        }
    }

    fn is_within_exactly(&self, left: i256, right: i256) -> bool {
        // Numbers of so many digits are far from the ends of 256 bits.
        let apart = left.wrapping_sub(right).wrapping_abs();
        apart <= self.units
            || self.relative > 0.0
                && self.is_within(nearest(left, self.scale), nearest(right, self.scale), 0.0)
    }

    /// As the SQL of pairs says it.
    fn is_within(&self, left: f64, right: f64, absolute: f64) -> bool {
        let greater = left.abs().max(right.abs());
        let is_measured =
            left.abs() <= GREATEST_WITH_TOLERANCE && right.abs() <= GREATEST_WITH_TOLERANCE;
        let apart = (left - right).abs();
        is_measured
            && (apart <= absolute || greater >= LEAST_WITH_PART && apart <= self.relative * greater)
    }
}

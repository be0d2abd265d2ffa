//! Continuous quantiles: linear interpolation between the two values nearest to a place of the order.
//!
//! This is type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician
//! 50, 1996, and `percentile_cont` of SQL.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive};
use data_validator_plugin::{Column, LogicalType};
use serde::{Serialize, Serializer};

use super::function::{Measured, decimal, double, one_of_the_values};
use super::number::Number;
use super::{Answers, RuleError};
use crate::config::fields::Fields;
use crate::plan::question::{Computation, Rank, Rounded};

/// A share of the values is written with at most so many digits.
const DIGITS: u32 = 6;

/// A share of the values, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantile(u32);

/// All of the values, in millionths.
const WHOLE: u32 = 10_u32.pow(DIGITS);

impl Quantile {
    pub const MEDIAN: Self = Self(WHOLE / 2);

    pub fn read(parameters: &mut Fields<'_>) -> Option<Self> {
        let written: serde_yaml::Value = parameters.required("quantile")?;
        let share = match &written {
            serde_yaml::Value::Number(number) => BigDecimal::from_str(&number.to_string()).ok(),
            _ => None,
        };
        let millionths = share.map(|share| share * BigDecimal::from(WHOLE));
        let whole = millionths
            .filter(BigDecimal::is_integer)
            .and_then(|whole| whole.to_u32())
            .filter(|whole| *whole <= WHOLE);
        if whole.is_none() {
            let message =
                format!("'quantile' is not a number from 0 to 1 of at most {DIGITS} digits");
            parameters.refuse("quantile", &message, "write it as 0.95");
        }
        whole.map(Self)
    }

    /// The values below and above the place.
    pub fn computations(self, of: &LogicalType) -> Vec<Computation> {
        [Rounded::Down, Rounded::Up]
            .map(|rounded| Computation::Ranked {
                rank: Rank {
                    share: self.0,
                    of: WHOLE,
                    rounded,
                },
                of: of.clone(),
            })
            .into()
    }

    /// The number between the two values that the answers of an aggregate have, by how many there are.
    pub fn of_answers(self, column: &Column, answers: &Answers<'_>) -> Result<Measured, RuleError> {
        let (present, low, high) = (answers.count(0), answers.value(4), answers.value(5));
        let part = (u128::from(present.saturating_sub(1)) * u128::from(self.0)) % u128::from(WHOLE);
        if part == 0 || low == high {
            return one_of_the_values(low, column);
        }
        let part = BigDecimal::from(part) / BigDecimal::from(WHOLE);
        Ok(Measured::Number(match (decimal(low), decimal(high)) {
            (Some(low), Some(high)) => Number::Exact(&low + (high - &low) * part),
            _ => {
                let (low, high) = (double(low), double(high));
                let part = part.to_f64().unwrap_or_default();
                // The difference of the two may be greater than any double, or not be a number.
                Number::lasting(low * (1.0 - part) + high * part)
            }
        }))
    }
}

impl Serialize for Quantile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

/// As in "the median".
impl fmt::Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MEDIAN => f.write_str("median"),
            Self(millionths) => write!(f, "{}-quantile", f64::from(millionths) / f64::from(WHOLE)),
        }
    }
}

//! The parameters `min_value`, `max_value` and `tolerance` of rules that judge one number.

use bigdecimal::{BigDecimal, Zero};
use data_validator_plugin::LogicalType;
use serde::Serialize;

use super::constant::{self, Constant, as_text};
use super::number::Interval;
use super::{RuleError, calendar};
use crate::config::fields::Fields;
use crate::config::key::{Key, Kind};

pub const MIN_VALUE: Key = Key::optional(
    "min_value",
    Kind::Bound,
    "The least number that passes; dates and timestamps as in a range.",
);

pub const MAX_VALUE: Key =
    Key::optional("max_value", Kind::Bound, "The greatest number that passes.");

pub const TOLERANCE: Key = Key::optional(
    "tolerance",
    Kind::Number,
    "By how much both bounds give way; for numbers.",
)
.or("0");

/// Bounds as a user wrote them; both inclusive.
#[derive(Debug, Serialize)]
pub struct Bounds {
    min_value: Option<Constant>,
    max_value: Option<Constant>,
    #[serde(serialize_with = "as_text")]
    tolerance: BigDecimal,
}

impl Bounds {
    /// Reads bounds, of which at least one has to be there; `what` is judged by them.
    pub fn read(parameters: &mut Fields<'_>, what: &str) -> Option<Self> {
        let min_value = read_bound(parameters, "min_value");
        let max_value = read_bound(parameters, "max_value");
        let tolerance = read_bound(parameters, "tolerance");
        let zero = BigDecimal::from(0);
        let tolerance = match tolerance {
            None => zero,
            Some(Constant::Number(number)) if number >= zero => number,
            Some(_) => {
                let message = "'tolerance' is not a number from 0";
                parameters.refuse("tolerance", message, "write a number, such as 0.01");
                return None;
            }
        };
        if let (Some(Constant::Number(min)), Some(Constant::Number(max))) = (&min_value, &max_value)
            && min > max
        {
            let message = format!("min_value {min} is more than max_value {max}");
            parameters.refuse("min_value", &message, "swap them");
            return None;
        }
        if min_value.is_none() && max_value.is_none() {
            let message = format!("{what} needs min_value or max_value");
            parameters.refuse_unless_refused(&message, "give one of them, or both");
            return None;
        }
        Some(Self {
            min_value,
            max_value,
            tolerance,
        })
    }

    /// The bounds as numbers of such a type, with what they give way by.
    ///
    /// # Errors
    /// When a bound is none of the type.
    pub fn interval(&self, of: &LogicalType, column: &str) -> Result<Interval, RuleError> {
        let is_in_time = matches!(
            of,
            LogicalType::Date | LogicalType::Timestamp | LogicalType::TimestampTz
        );
        let bound = |constant: &Option<Constant>| {
            let Some(constant) = constant else {
                return Ok(None);
            };
            let unfit = |advice: &str| {
                RuleError::Unfit(format!(
                    "the bound {constant} does not fit column '{column}' of type {of}; {advice}"
                ))
            };
            match constant {
                Constant::Number(number) if !is_in_time => Ok(Some(number.clone())),
                Constant::Text(text) if !is_in_time => constant::number_in(text)
                    .map(Some)
                    .ok_or_else(|| unfit(NO_NUMBER)),
                Constant::Text(text) => calendar::number_of(text, of).map(Some).map_err(unfit),
                _ if is_in_time => Err(unfit("write the date in quotes")),
                _ => Err(unfit(NO_NUMBER)),
            }
        };
        let (min, max) = (bound(&self.min_value)?, bound(&self.max_value)?);
        if is_in_time && !self.tolerance.is_zero() {
            return Err(RuleError::Unfit(
                "'tolerance' is for numbers, not for dates; move the bounds instead".to_owned(),
            ));
        }
        Ok(Interval {
            min: min.map(|min| min - &self.tolerance),
            max: max.map(|max| max + &self.tolerance),
        })
    }
}

const NO_NUMBER: &str = "write the bound as a number, without quotes";

fn read_bound(parameters: &mut Fields<'_>, key: &'static str) -> Option<Constant> {
    let written: serde_yaml::Value = parameters.optional(key)?;
    let constant = Constant::of(&written).filter(|it| !matches!(it, Constant::Boolean(_)));
    if constant.is_none() {
        parameters.refuse(
            key,
            &format!("'{key}' is neither a finite number nor text"),
            constant::NUMBER_FORM,
        );
    }
    constant
}

//! One end of a range, and how it reads in the type of a column.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode};
use data_validator_plugin::{Column, LogicalType};
use serde::Serialize;

use super::{RuleError, constant, moment};
use crate::config::fields::Fields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Literal, Operator};

/// The most digits an exact number has on any engine.
const MAX_DIGITS: i64 = 38;

pub const MIN_VALUE: Key = Key::optional(
    "min_value",
    Kind::Bound,
    "The least value: a number, or text for dates (`2026-01-31`), timestamps (`2026-01-31T12:00:00Z`, UTC without a \
     zone) and text columns. For a column of whole or decimal numbers a number with more than 15 digits stands in \
     quotes, which keep all of them.",
);

pub const MAX_VALUE: Key = Key::optional("max_value", Kind::Bound, "The greatest value, likewise.");

pub const EXCLUSIVE_MIN: Key = Key::optional(
    "exclusive_min",
    Kind::Boolean,
    "Whether `min_value` itself fails.",
)
.or("false");

pub const EXCLUSIVE_MAX: Key = Key::optional(
    "exclusive_max",
    Kind::Boolean,
    "Whether `max_value` itself fails.",
)
.or("false");

/// Which end of the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Min,
    Max,
}

/// One end of a range as a user wrote it.
#[derive(Clone, Debug, Serialize)]
pub struct Bound {
    side: Side,
    value: BoundValue,
    /// The bound itself fails too.
    exclusive: bool,
    /// It was written with more digits than YAML keeps of a number with a point.
    #[serde(skip)]
    digits_lost: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum BoundValue {
    #[serde(serialize_with = "constant::as_text")]
    Number(BigDecimal),
    Text(String),
}

impl Side {
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Min => (MIN_VALUE.name, EXCLUSIVE_MIN.name),
            Self::Max => (MAX_VALUE.name, EXCLUSIVE_MAX.name),
        }
    }
}

impl Bound {
    /// Reads a bound from a rule's parameters, if it is there and well formed.
    pub fn read(parameters: &mut Fields<'_>, side: Side) -> Option<Self> {
        let (key, exclusive_key) = side.keys();
        let exclusive: Option<bool> = parameters.optional(exclusive_key);
        let Some(written) = parameters.optional::<serde_yaml::Value>(key) else {
            if exclusive.is_some() {
                parameters.refuse(
                    exclusive_key,
                    &format!("'{exclusive_key}' stands without '{key}'"),
                    &format!("give '{key}'"),
                );
            }
            return None;
        };
        let value = match &written {
            serde_yaml::Value::Number(written) => BigDecimal::from_str(&written.to_string())
                .ok()
                .map(BoundValue::Number),
            serde_yaml::Value::String(text) => Some(BoundValue::Text(text.clone())),
            _ => None,
        };
        let Some(value) = value else {
            parameters.refuse(
                key,
                &format!("'{key}' is neither a finite number nor text"),
                constant::NUMBER_FORM,
            );
            return None;
        };
        // A column of doubles is compared with the double that is left.
        let digits_lost = match &written {
            serde_yaml::Value::Number(written) => constant::number(written).is_none(),
            _ => false,
        };
        Some(Self {
            side,
            value,
            exclusive: exclusive.unwrap_or_default(),
            digits_lost,
        })
    }

    /// Whether a value can lie above this bound and below the other; unknown is yes.
    pub fn leaves_room_below(&self, max: &Self) -> bool {
        let inclusive = !self.exclusive && !max.exclusive;
        let has_room = |order: Ordering| order.is_lt() || (order.is_eq() && inclusive);
        match (&self.value, &max.value) {
            (BoundValue::Number(min), BoundValue::Number(max)) => has_room(min.cmp(max)),
            // Texts, numbers or moments, which is up to the column.
            (BoundValue::Text(min), BoundValue::Text(max)) => {
                let as_numbers = constant::number_in(min).zip(constant::number_in(max));
                let as_moments = moment::moment(min).zip(moment::moment(max));
                let orders = [
                    Some(min.cmp(max)),
                    as_numbers.map(|(min, max)| min.cmp(&max)),
                    as_moments.map(|(min, max)| min.cmp(&max)),
                ];
                orders.into_iter().flatten().any(has_room)
            }
            _ => true,
        }
    }

    /// The condition that is TRUE for values beyond the bound; `None` when no value can be.
    pub fn violated_by(&self, column: &Column) -> Result<Option<Condition>, RuleError> {
        let logical_type = &column.logical_type;
        let compare = |literal: Literal, exclusive: bool| {
            Some(Condition::Compare {
                column: column.name.clone(),
                operator: self.violation(exclusive),
                literal,
            })
        };
        let typed = |logical_type: &LogicalType, text: String| Literal {
            logical_type: logical_type.clone(),
            text,
        };
        Ok(match (logical_type, &self.value) {
            (LogicalType::Integer | LogicalType::Decimal { .. }, BoundValue::Number(_))
                if self.digits_lost =>
            {
                return Err(self.unfit(
                    column,
                    "write it in quotes, so that all its digits are kept",
                ));
            }
            (LogicalType::Integer, BoundValue::Number(number)) => {
                self.against_exact(column, number, MAX_DIGITS + 1, 0)
            }
            (LogicalType::Decimal { scale, .. }, BoundValue::Number(number)) => self.against_exact(
                column,
                number,
                MAX_DIGITS - i64::from(*scale),
                i64::from(*scale),
            ),
            (LogicalType::Float | LogicalType::Double, BoundValue::Number(number)) => {
                let (text, exclusive) = self.nearest(number, logical_type);
                compare(typed(logical_type, text), exclusive)
            }
            (LogicalType::Text, BoundValue::Text(text)) => {
                compare(typed(logical_type, text.clone()), self.exclusive)
            }
            (LogicalType::Date, BoundValue::Text(text)) => {
                let date =
                    moment::date(text).ok_or_else(|| self.unfit(column, moment::DATE_FORM))?;
                compare(typed(logical_type, date.to_string()), self.exclusive)
            }
            (LogicalType::Timestamp | LogicalType::TimestampTz, BoundValue::Text(text)) => {
                let literal = moment::timestamp_literal(text, logical_type)
                    .map_err(|advice| self.unfit(column, advice))?;
                compare(literal, self.exclusive)
            }
            // In quotes a number keeps digits that YAML would cut.
            (
                LogicalType::Integer
                | LogicalType::Decimal { .. }
                | LogicalType::Float
                | LogicalType::Double,
                BoundValue::Text(text),
            ) if let Some(number) = constant::number_in(text) => {
                let number = Self {
                    value: BoundValue::Number(number),
                    ..self.clone()
                };
                return number.violated_by(column);
            }
            (
                LogicalType::Integer
                | LogicalType::Decimal { .. }
                | LogicalType::Float
                | LogicalType::Double,
                BoundValue::Text(_),
            ) => {
                return Err(self.unfit(column, "write the bound as a number"));
            }
            (
                LogicalType::Text
                | LogicalType::Date
                | LogicalType::Timestamp
                | LogicalType::TimestampTz,
                BoundValue::Number(_),
            ) => {
                return Err(self.unfit(column, "write the bound in quotes to compare as text or date, or cast the column in a custom rule"));
            }
            _ => {
                return Err(
                    self.unfit(column, "a range is for numbers, dates, timestamps and text")
                );
            }
        })
    }

    /// The nearest number of a floating-point type, and whether that fails too. What lies beyond all of them is
    /// told by the greatest or the least one, which only an infinity lies beyond.
    fn nearest(&self, number: &BigDecimal, logical_type: &LogicalType) -> (String, bool) {
        if let Some(text) = constant::nearest(number, logical_type) {
            return (text, self.exclusive);
        }
        let greatest = match logical_type {
            LogicalType::Float => format!("{:e}", f32::MAX),
            _ => format!("{:e}", f64::MAX),
        };
        match number.sign() {
            Sign::Minus => (format!("-{greatest}"), self.side == Side::Max),
            _ => (greatest, self.side == Side::Min),
        }
    }

    /// Compares with a column whose values are whole multiples of `10^-scale`, by a literal that is one too.
    fn against_exact(
        &self,
        column: &Column,
        number: &BigDecimal,
        digits: i64,
        scale: i64,
    ) -> Option<Condition> {
        // Rounded away from the values that pass, where that is inclusive, and towards them where it is not:
        // `v < 0.5` is `v < 1`, and `v <= 0.5` is `v <= 0`.
        let up = (self.side == Side::Min) != self.exclusive;
        let rounded = number.with_scale_round(
            scale,
            if up {
                RoundingMode::Ceiling
            } else {
                RoundingMode::Floor
            },
        );
        if rounded.abs() >= BigDecimal::from(10).powi(digits) {
            let beyond_all = (rounded.sign() == Sign::Minus) == (self.side == Side::Max);
            return beyond_all
                .then(|| Condition::Not(Box::new(Condition::IsNull(column.name.clone()))));
        }
        // A number of so many digits that stands as it is would be a double on some engines.
        let logical_type = match column.logical_type {
            LogicalType::Integer => LogicalType::Integer,
            _ => LogicalType::Decimal {
                precision: MAX_DIGITS as u8,
                scale: scale as u8,
            },
        };
        let literal = Literal {
            logical_type,
            text: rounded.to_plain_string(),
        };
        Some(Condition::Compare {
            column: column.name.clone(),
            operator: self.violation(self.exclusive),
            literal,
        })
    }

    fn violation(&self, exclusive: bool) -> Operator {
        match (self.side, exclusive) {
            (Side::Min, false) => Operator::Less,
            (Side::Min, true) => Operator::LessOrEqual,
            (Side::Max, false) => Operator::Greater,
            (Side::Max, true) => Operator::GreaterOrEqual,
        }
    }

    fn unfit(&self, column: &Column, advice: &str) -> RuleError {
        let key = self.side.keys().0;
        RuleError::Unfit(format!(
            "{key} {self} does not fit column '{}' of type {}; {advice}",
            column.name, column.logical_type
        ))
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            BoundValue::Number(number) => write!(f, "{}", number.to_plain_string()),
            BoundValue::Text(text) => write!(f, "'{text}'"),
        }
    }
}

//! Values in parameters, and as literals in the type of a column.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use data_validator_plugin::{Column, LogicalType};
use serde::{Serialize, Serializer};

use super::{RuleError, moment};
use crate::plan::question::Literal;

/// The most digits an exact number has on any engine.
const MAX_DIGITS: i64 = 38;

/// A value as a user wrote it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Constant {
    #[serde(serialize_with = "as_text")]
    Number(BigDecimal),
    Text(String),
    Boolean(bool),
}

impl Constant {
    /// The value, unless it is none that a column can have: NULL, NaN, an infinity, a list.
    pub fn of(written: &serde_yaml::Value) -> Option<Self> {
        match written {
            serde_yaml::Value::Number(written) => number(written).map(Self::Number),
            serde_yaml::Value::String(text) => Some(Self::Text(text.clone())),
            serde_yaml::Value::Bool(value) => Some(Self::Boolean(*value)),
            _ => None,
        }
    }

    /// The value as one of the column's type; `None` for a number that no value of the type equals.
    ///
    /// # Errors
    /// When the value is none of that kind.
    pub fn in_type_of(&self, column: &Column) -> Result<Option<Literal>, RuleError> {
        let logical_type = &column.logical_type;
        let literal = |text: String| {
            Ok(Some(Literal {
                logical_type: logical_type.clone(),
                text,
            }))
        };
        match (logical_type, self) {
            (
                LogicalType::Integer
                | LogicalType::Decimal { .. }
                | LogicalType::Float
                | LogicalType::Double,
                Self::Text(text),
            ) => match number_in(text) {
                Some(number) => Self::Number(number).in_type_of(column),
                None => Err(self.unfit(column, advice(logical_type))),
            },
            (LogicalType::Integer, Self::Number(number)) => Ok(exact(number, 0)),
            (LogicalType::Decimal { scale, .. }, Self::Number(number)) => Ok(exact(number, *scale)),
            (LogicalType::Float | LogicalType::Double, Self::Number(number)) => {
                match nearest(number, logical_type) {
                    Some(text) => literal(text),
                    None => Ok(None),
                }
            }
            (LogicalType::Text, Self::Text(text)) => literal(text.clone()),
            (LogicalType::Boolean, Self::Boolean(value)) => literal(value.to_string()),
            (LogicalType::Date, Self::Text(text)) => match moment::date(text) {
                Some(date) => literal(date.to_string()),
                None => Err(self.unfit(column, moment::DATE_FORM)),
            },
            (LogicalType::Timestamp | LogicalType::TimestampTz, Self::Text(text)) => {
                moment::timestamp_literal(text, logical_type)
                    .map(Some)
                    .map_err(|advice| self.unfit(column, advice))
            }
            _ => Err(self.unfit(column, advice(logical_type))),
        }
    }

    fn unfit(&self, column: &Column, advice: &str) -> RuleError {
        RuleError::Unfit(format!(
            "the value {self} does not fit column '{}' of type {}; {advice}",
            column.name, column.logical_type
        ))
    }
}

/// The number that a text is. Nobody means one with so many zeros that writing them takes minutes.
pub fn number_in(text: &str) -> Option<BigDecimal> {
    const MOST_ZEROS: u64 = 10_000;
    let number = BigDecimal::from_str(text).ok()?;
    let zeros = number.fractional_digit_count().unsigned_abs();
    (zeros <= MOST_ZEROS).then_some(number)
}

/// A number as it was written; `None` for one that is not finite, or that has more digits than YAML keeps, so
/// that nobody knows which one was meant. In quotes it keeps them.
pub fn number(written: &serde_yaml::Number) -> Option<BigDecimal> {
    const DIGITS_OF_ANY_DOUBLE: u64 = 17;
    let number = BigDecimal::from_str(&written.to_string()).ok()?;
    let is_cut = written.is_f64() && number.normalized().digits() >= DIGITS_OF_ANY_DOUBLE;
    (!is_cut).then_some(number)
}

/// The nearest number of a floating-point type, as text; `None` where only an infinity is as large. Engines refuse
/// numbers that the type has no room for, also those that are too small.
pub fn nearest(number: &BigDecimal, logical_type: &LogicalType) -> Option<String> {
    let text = number.to_string();
    match logical_type {
        LogicalType::Float => {
            let nearest: f32 = text.parse().ok()?;
            nearest.is_finite().then(|| nearest.to_string())
        }
        _ => match text.parse::<f64>().ok()? {
            nearest if nearest.is_infinite() => None,
            0.0 => Some("0".to_owned()),
            _ => Some(text),
        },
    }
}

/// What to do about a number that is none of these.
pub const NUMBER_FORM: &str = "write a number, in quotes if it has more than 16 digits and a point, or a date or text in quotes";

fn advice(logical_type: &LogicalType) -> &'static str {
    match logical_type {
        LogicalType::Integer
        | LogicalType::Decimal { .. }
        | LogicalType::Float
        | LogicalType::Double => "write it as a number, without quotes",
        LogicalType::Boolean => "write true or false, without quotes",
        LogicalType::Text
        | LogicalType::Date
        | LogicalType::Timestamp
        | LogicalType::TimestampTz => "write it in quotes",
        _ => "values of this type are not compared; a custom rule can cast the column",
    }
}

/// A literal of a number with so many digits behind the point, if it has no more.
fn exact(number: &BigDecimal, scale: u8) -> Option<Literal> {
    let digits = MAX_DIGITS - i64::from(scale) + i64::from(scale == 0);
    let rounded = number.with_scale_round(i64::from(scale), RoundingMode::Floor);
    let fits = rounded == *number && rounded.abs() < BigDecimal::from(10).powi(digits);
    fits.then(|| Literal {
        logical_type: match scale {
            0 => LogicalType::Integer,
            scale => LogicalType::Decimal {
                precision: MAX_DIGITS as u8,
                scale,
            },
        },
        text: rounded.to_plain_string(),
    })
}

/// All digits, in one form for equal numbers.
pub fn as_text<S: Serializer>(number: &BigDecimal, serializer: S) -> Result<S::Ok, S::Error> {
    let whole = number.to_i64();
    match whole.filter(|_| number.fractional_digit_count() == 0) {
        // Most are, and the way through decimal arithmetic takes a tenth of all that recording a rule takes.
        Some(whole) => serializer.collect_str(&whole),
        None => serializer.serialize_str(&number.normalized().to_plain_string()),
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{}", number.to_plain_string()),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Boolean(value) => write!(f, "{value}"),
        }
    }
}

//! What an aggregate computes from a column: what is asked for it, and the number the answers make.

use bigdecimal::BigDecimal;
use data_validator_plugin::{Column, LogicalType};
use serde::{Deserialize, Serialize};

use super::number::{Number, is_number};
use super::quantile::Quantile;
use super::{Answers, RuleError};
use crate::config::fields::Fields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{
    Computation, Condition, Count, End, KeyCount, Literal, Operator, Question,
};
use crate::plan::value::Value;

pub const FUNCTION: Key = Key::required(
    "function",
    Kind::one_of::<Name>(),
    "What is computed:\n\n\
     - `min`, `max`: of numbers, dates and timestamps.\n\
     - `sum`, `mean`: of numbers. Of whole and decimal numbers they are exact.\n\
     - `stddev_samp`, `stddev_pop`: the standard deviation of a sample (missing for one value) and of a population, \
     computed in doubles; of numbers whose squares no double holds it is an error on some engines.\n\
     - `median`, `quantile`: continuous, with linear interpolation between the two nearest values.\n\
     - `distinct_count`: different values, exactly.\n\
     - `null_fraction`: NULLs among all rows in scope, 0 to 1.",
);

pub const QUANTILE: Key = Key::optional(
    "quantile",
    Kind::Rate,
    "For `function: quantile`, which one, such as 0.95; up to six digits.",
);

/// Enough digits of a mean that no bound a user writes lies between it and what is left out.
const MEAN_DIGITS: u64 = 60;

/// A function of all values of a column.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Min,
    Max,
    Mean,
    Sum,
    StddevSamp,
    StddevPop,
    Quantile(Quantile),
    DistinctCount,
    NullFraction,
}

/// The functions by their names.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    Min,
    Max,
    Mean,
    Sum,
    StddevSamp,
    StddevPop,
    Median,
    Quantile,
    DistinctCount,
    NullFraction,
}

/// What the answers make.
pub enum Measured {
    Number(Number),
    /// There was no value to compute from.
    Missing,
}

impl Function {
    pub fn read(parameters: &mut Fields<'_>) -> Option<Self> {
        let name: Option<Name> = parameters.required("function");
        if parameters.was_given("quantile") && name.is_some_and(|name| name != Name::Quantile) {
            let message = "'quantile' stands without 'function: quantile'";
            parameters.refuse("quantile", message, "remove it");
        }
        Some(match name? {
            Name::Min => Self::Min,
            Name::Max => Self::Max,
            Name::Mean => Self::Mean,
            Name::Sum => Self::Sum,
            Name::StddevSamp => Self::StddevSamp,
            Name::StddevPop => Self::StddevPop,
            Name::Median => Self::Quantile(Quantile::MEDIAN),
            Name::Quantile => Self::Quantile(Quantile::read(parameters)?),
            Name::DistinctCount => Self::DistinctCount,
            Name::NullFraction => Self::NullFraction,
        })
    }

    /// The function in words.
    pub fn name(self) -> String {
        match self {
            Self::Min => "least value".into(),
            Self::Max => "greatest value".into(),
            Self::Mean => "mean".into(),
            Self::Sum => "sum".into(),
            Self::StddevSamp | Self::StddevPop => "standard deviation".into(),
            Self::Quantile(quantile) => quantile.to_string(),
            Self::DistinctCount => "number of different values".into(),
            Self::NullFraction => "share of NULLs".into(),
        }
    }

    /// The type of the number, by which bounds are read.
    pub fn result_type(self, of: &LogicalType) -> LogicalType {
        match self {
            Self::Min | Self::Max => of.clone(),
            Self::DistinctCount => LogicalType::Integer,
            _ => LogicalType::Double,
        }
    }

    /// What is asked: values, those that are NaN, infinite and infinite below zero, and what is computed.
    ///
    /// # Errors
    /// When the function is not for the column's type.
    pub fn questions(self, column: &Column) -> Result<Vec<Question>, RuleError> {
        self.check_type(column)?;
        let name = &column.name;
        let of = &column.logical_type;
        let present = Condition::IsNull(name.clone()).negated();
        let is_double = of.can_be_nan();
        let only_doubles = |condition: Condition| match is_double {
            true => Question::rows(condition),
            false => Question::rows(Condition::Never),
        };
        let beyond = |operator, number: f64| {
            Condition::All(vec![
                Condition::IsNan(name.clone()).negated(),
                Condition::Compare {
                    column: name.clone(),
                    operator,
                    literal: Literal {
                        logical_type: LogicalType::Double,
                        text: format!("{number:e}"),
                    },
                },
            ])
        };
        let mut questions = vec![
            Question::rows(present),
            only_doubles(Condition::IsNan(name.clone())),
            only_doubles(beyond(Operator::Greater, f64::MAX)),
            only_doubles(beyond(Operator::Less, f64::MIN)),
        ];
        let extreme = |end| Computation::Extreme {
            end,
            of: of.clone(),
        };
        let deviation = |of_sample| Computation::Deviation {
            of_sample,
            of: of.clone(),
        };
        let computations = match self {
            Self::Min => vec![extreme(End::Least)],
            Self::Max => vec![extreme(End::Greatest)],
            Self::Mean | Self::Sum => vec![match of {
                LogicalType::Decimal { scale, .. } => Computation::ExactSum { scale: *scale },
                LogicalType::Integer => Computation::ExactSum { scale: 0 },
                _ => Computation::FiniteSum,
            }],
            Self::StddevSamp => vec![deviation(true)],
            Self::StddevPop => vec![deviation(false)],
            Self::Quantile(quantile) => quantile.computations(of),
            Self::DistinctCount => {
                let columns = vec![name.clone()];
                let which = KeyCount::Distinct;
                questions.push(Question::new(Count::Keys { columns, which }));
                Vec::new()
            }
            Self::NullFraction => {
                questions.push(Question::rows(Condition::Always));
                Vec::new()
            }
        };
        let values = computations.into_iter();
        questions.extend(values.map(|computation| Question::value(name, computation)));
        Ok(questions)
    }

    fn check_type(self, column: &Column) -> Result<(), RuleError> {
        use LogicalType as T;
        let of = &column.logical_type;
        let is_number = is_number(of);
        let is_in_time = matches!(of, T::Date | T::Timestamp | T::TimestampTz);
        let (fits, wanted) = match self {
            Self::NullFraction => (true, ""),
            Self::DistinctCount => (!matches!(of, T::Other(_)), "a type that can be compared"),
            Self::Min | Self::Max => (is_number || is_in_time, "numbers, dates or timestamps"),
            _ => (is_number, "numbers"),
        };
        if fits {
            return Ok(());
        }
        Err(RuleError::Unfit(format!(
            "the {} needs {wanted}, but column '{}' is {of}; a custom rule can cast it",
            self.name(),
            column.name
        )))
    }

    /// The number that the answers make.
    ///
    /// # Errors
    /// When they make none that is exact.
    pub fn measure(self, column: &Column, answers: &Answers<'_>) -> Result<Measured, RuleError> {
        let present = answers.count(0);
        match self {
            Self::DistinctCount => return Ok(exact(BigDecimal::from(answers.count(4)))),
            Self::NullFraction => {
                let total = answers.count(4);
                let nulls = total.checked_sub(present).ok_or_else(|| {
                    let message = "the data changed while it was read; run the rule again";
                    RuleError::BadAnswer(message.to_owned())
                })?;
                return Ok(match total {
                    0 => Measured::Missing,
                    total => exact(share(&BigDecimal::from(nulls), total)),
                });
            }
            _ => {}
        }
        let [nan, above, below] = [1, 2, 3].map(|question| answers.count(question));
        if present == 0 {
            return Ok(Measured::Missing);
        }
        if nan > 0 {
            return Ok(Measured::Number(Number::Double(f64::NAN)));
        }
        let value = answers.value(4);
        match self {
            Self::Min | Self::Max => one_of_the_values(value, column),
            Self::Quantile(quantile) => quantile.of_answers(column, answers),
            Self::Sum | Self::Mean => total_of(self, value, present, above, below),
            // One value is no sample, also where it is an infinity.
            Self::StddevSamp if present == 1 => Ok(Measured::Missing),
            _ if above + below > 0 => Ok(Measured::Number(Number::Double(f64::NAN))),
            _ => match value {
                Value::Missing => Ok(Measured::Missing),
                value => Ok(Measured::Number(Number::lasting(double(value)))),
            },
        }
    }
}

fn total_of(
    function: Function,
    sum: &Value,
    present: u64,
    above: u64,
    below: u64,
) -> Result<Measured, RuleError> {
    let divide = matches!(function, Function::Mean);
    let infinite = match (above, below) {
        (0, 0) => None,
        (_, 0) => Some(f64::INFINITY),
        (0, _) => Some(f64::NEG_INFINITY),
        (_, _) => Some(f64::NAN),
    };
    Ok(match (infinite, sum) {
        (Some(infinite), _) => Measured::Number(Number::Double(infinite)),
        (None, Value::Exact(_) | Value::Integer(_)) => {
            let sum = decimal(sum).unwrap_or_default();
            exact(if divide { share(&sum, present) } else { sum })
        }
        (None, Value::Double(sum)) if sum.is_nan() => Measured::Number(Number::Double(*sum)),
        (None, Value::Double(sum)) if sum.is_finite() => {
            let number = if divide { sum / present as f64 } else { *sum };
            Measured::Number(Number::lasting(number))
        }
        (None, Value::Double(_) | Value::Missing) => {
            let message = "the sum is greater than any double";
            return Err(RuleError::BadAnswer(message.to_owned()));
        }
    })
}

/// A value of the column, which is what it is.
pub fn one_of_the_values(value: &Value, column: &Column) -> Result<Measured, RuleError> {
    Ok(match (value, &column.logical_type) {
        (Value::Missing, _) => {
            return Err(RuleError::BadAnswer(format!(
                "column '{}' has values beyond the years 1 to 9999, which are not compared on all engines; leave them out with 'where'",
                column.name
            )));
        }
        (Value::Double(number), LogicalType::Float) => {
            Measured::Number(Number::Single(*number as f32))
        }
        (Value::Double(number), _) => Measured::Number(Number::Double(*number)),
        (value, _) => exact(decimal(value).unwrap_or_default()),
    })
}

fn exact(number: BigDecimal) -> Measured {
    Measured::Number(Number::Exact(number))
}

/// A part of so many, with more digits than anybody writes.
fn share(sum: &BigDecimal, of: u64) -> BigDecimal {
    let quotient = sum / BigDecimal::from(of);
    match quotient.digits() > MEAN_DIGITS {
        true => quotient.with_prec(MEAN_DIGITS),
        false => quotient,
    }
}

/// An exact number that an engine gave.
pub fn decimal(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(number) => Some(BigDecimal::from(*number)),
        Value::Exact(number) => Some(number.clone()),
        Value::Double(_) | Value::Missing => None,
    }
}

/// The double nearest to what an engine gave.
pub fn double(value: &Value) -> f64 {
    match value {
        Value::Double(number) => *number,
        value => decimal(value)
            .and_then(|number| number.to_string().parse().ok())
            .unwrap_or(f64::NAN),
    }
}

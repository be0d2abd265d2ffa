//! aggregate: the table fails when a number about a column lies outside of the bounds.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, ToPrimitive};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Judged, Unjudged, count_table, judged, type_of};
use super::keys::Keys;
use super::range::Bound;
use super::table::{Row, Table};
use super::value::{ColumnType, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    pub function: Function,
    /// Of `quantile`, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantile: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_value: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_value: Option<Bound>,
}

/// What is computed of the values that are not NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
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

impl Function {
    fn takes(self, column_type: &ColumnType) -> bool {
        let is_number = column_type.is_integer()
            || column_type.is_floating()
            || matches!(column_type, ColumnType::Decimal { .. });
        match self {
            Self::DistinctCount | Self::NullFraction => true,
            Self::Min | Self::Max => {
                is_number || *column_type == ColumnType::Date || column_type.is_timestamp()
            }
            _ => is_number,
        }
    }
}

impl Aggregate {
    /// # Errors
    /// When there is no such column, or it has no values for the function.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        if !self.parameters.function.takes(column_type) {
            return Err(Unjudged(format!("{column_type:?} has no such number")));
        }
        let is_extreme = matches!(self.parameters.function, Function::Min | Function::Max);
        let bounds = [&self.parameters.min_value, &self.parameters.max_value];
        if is_extreme
            && !bounds
                .into_iter()
                .flatten()
                .all(|bound| bound.fits(column_type))
        {
            return Err(Unjudged(format!("a bound does not fit {column_type:?}")));
        }
        Ok(count_table(self.judge(rows)))
    }

    fn judge(&self, rows: &[Row<'_>]) -> Judged {
        let all: Vec<Value> = rows.iter().map(|row| row.value(&self.column)).collect();
        let values: Vec<Value> = all
            .iter()
            .filter(|value| !value.is_null())
            .cloned()
            .collect();
        match self.parameters.function {
            Function::DistinctCount => {
                let keys = Keys::of(rows, std::slice::from_ref(&self.column));
                return self.judge_value(&Value::Integer(keys.distinct() as i128));
            }
            Function::NullFraction if values.is_empty() => {
                return self.judge_value(&Value::Double(1.0));
            }
            Function::NullFraction => {
                let fraction = (all.len() - values.len()) as f64 / all.len() as f64;
                return self.judge_value(&Value::Double(fraction));
            }
            _ if values.is_empty() => return Judged::Missing,
            _ if values.iter().any(Value::is_nan) => return Judged::Fails,
            _ => {}
        }
        let exact: Vec<BigDecimal> = values.iter().filter_map(exact).collect();
        let mut doubles: Vec<f64> = values.iter().filter_map(double).collect();
        doubles.sort_by(f64::total_cmp);
        let count = doubles.len();
        let mean = doubles.iter().sum::<f64>() / count as f64;
        let squares: f64 = doubles.iter().map(|number| (number - mean).powi(2)).sum();
        match self.parameters.function {
            Function::Min => self.judge_extreme(values, Ordering::Less),
            Function::Max => self.judge_extreme(values, Ordering::Greater),
            Function::Sum if exact.len() == count => {
                self.judge_value(&Value::Decimal(exact.iter().sum()))
            }
            Function::Sum => self.judge_value(&Value::Double(doubles.iter().sum())),
            Function::Mean => self.judge_value(&Value::Double(mean)),
            Function::StddevSamp if count == 1 => Judged::Missing,
            Function::StddevSamp => {
                self.judge_value(&Value::Double((squares / (count - 1) as f64).sqrt()))
            }
            Function::StddevPop => {
                self.judge_value(&Value::Double((squares / count as f64).sqrt()))
            }
            Function::Median => self.judge_value(&Value::Double(quantile(&doubles, 0.5))),
            Function::Quantile => {
                let at = self.parameters.quantile.unwrap_or(0.5);
                self.judge_value(&Value::Double(quantile(&doubles, at)))
            }
            Function::DistinctCount | Function::NullFraction => Judged::Missing,
        }
    }

    /// Judges the value that stands so to all others.
    fn judge_extreme(&self, values: Vec<Value>, order: Ordering) -> Judged {
        let extreme =
            values
                .into_iter()
                .reduce(|best, value| match value.order(&best) == Some(order) {
                    true => value,
                    false => best,
                });
        extreme.map_or(Judged::Missing, |value| self.judge_value(&value))
    }

    fn judge_value(&self, value: &Value) -> Judged {
        let Parameters {
            min_value,
            max_value,
            ..
        } = &self.parameters;
        let is_within = !value.is_nan()
            && min_value
                .as_ref()
                .is_none_or(|min| min.order_of(value).is_ge())
            && max_value
                .as_ref()
                .is_none_or(|max| max.order_of(value).is_le());
        judged(Some(is_within))
    }
}

fn exact(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(number) => Some((*number).into()),
        Value::Decimal(number) => Some(number.clone()),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some((*number).into()),
        Value::Double(number) => Some(*number),
        other => exact(other)?.to_f64(),
    }
}

/// Between the two numbers around the place, by how far it is from each.
fn quantile(sorted: &[f64], at: f64) -> f64 {
    let place = at * (sorted.len() - 1) as f64;
    let (Some(below), Some(above)) = (place.floor().to_usize(), place.ceil().to_usize()) else {
        return f64::NAN;
    };
    match sorted[below] == sorted[above] {
        true => sorted[below],
        false => sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor()),
    }
}

//! aggregate: the table fails when a number about a column lies outside of the bounds.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, Zero};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Judged, Nulls, Unjudged, count_table, judged, type_of};
use super::keys::Keys;
use super::range::Bound;
use super::statistic::{self, Statistic};
use super::table::{Row, Table};
use super::value::{ColumnType, Value, parsed};

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
    /// The bounds give way by so much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
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
    /// Whether it is for columns of the type.
    pub fn takes(self, column_type: &ColumnType) -> bool {
        let is_number = column_type.is_exact() || column_type.is_floating();
        match self {
            Self::DistinctCount | Self::NullFraction => true,
            Self::Min | Self::Max => {
                is_number || *column_type == ColumnType::Date || column_type.is_timestamp()
            }
            _ => is_number,
        }
    }

    /// Whether it is one of the values.
    pub fn is_extreme(self) -> bool {
        matches!(self, Self::Min | Self::Max)
    }
}

impl Aggregate {
    /// # Errors
    /// When there is no such column, or it has no values for the function, or a bound does not fit.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        let function = self.parameters.function;
        if !function.takes(column_type) {
            return Err(Unjudged(format!("{column_type:?} has no such number")));
        }
        let bound_type = match function.is_extreme() {
            true => column_type,
            false => &ColumnType::Double,
        };
        let bounds = [&self.parameters.min_value, &self.parameters.max_value];
        let mut bounds = bounds.into_iter().flatten();
        if !bounds.all(|bound| bound.fits(bound_type)) {
            return Err(Unjudged(format!("a bound does not fit {bound_type:?}")));
        }
        let is_number = bound_type.is_exact() || bound_type.is_floating();
        if !is_number && !self.tolerance().is_zero() {
            return Err(Unjudged("the tolerance is for numbers".into()));
        }
        let nulls = self.parameters.nulls;
        Ok(match self.statistic(rows) {
            Statistic::Missing => count_table(Judged::Missing, nulls, None),
            Statistic::Open => Counts {
                is_open: true,
                ..Counts::default()
            },
            Statistic::Number(number) => {
                let zone = match column_type {
                    ColumnType::TimestampTz(..) if function.is_extreme() => "Z",
                    _ => "",
                };
                let observed = format!("{number}{zone}");
                count_table(judged(Some(self.admits(&number))), nulls, Some(observed))
            }
        })
    }

    /// Of a column, whatever it is.
    pub(super) fn of(column: &str, function: Function) -> Self {
        Self {
            column: column.to_owned(),
            parameters: Parameters {
                function,
                quantile: None,
                min_value: None,
                max_value: None,
                tolerance: None,
                nulls: None,
            },
        }
    }

    pub(super) fn statistic(&self, rows: &[Row<'_>]) -> Statistic {
        let all: Vec<Value> = rows.iter().map(|row| row.value(&self.column)).collect();
        let values: Vec<Value> = all
            .iter()
            .filter(|value| !value.is_null())
            .cloned()
            .collect();
        let (total, count) = (all.len(), values.len());
        match self.parameters.function {
            Function::DistinctCount => {
                let keys = Keys::of(rows, std::slice::from_ref(&self.column));
                return Statistic::Number(Value::Integer(keys.distinct() as i128));
            }
            Function::NullFraction if total == 0 => return Statistic::Missing,
            Function::NullFraction => {
                let nulls = BigDecimal::from((total - count) as u64);
                let fraction = nulls / BigDecimal::from(total as u64);
                return Statistic::Number(Value::Decimal(fraction));
            }
            _ if values.is_empty() => return Statistic::Missing,
            Function::Sum | Function::Mean if statistic::is_beyond_doubles(&values, 1) => {
                return Statistic::Open;
            }
            Function::StddevPop | Function::StddevSamp
                if statistic::is_beyond_doubles(&values, 2) =>
            {
                return Statistic::Open;
            }
            _ if values.iter().any(Value::is_nan) => {
                return Statistic::Number(Value::Double(f64::NAN));
            }
            _ => {}
        }
        match self.parameters.function {
            Function::Min => statistic::extreme(&values, Ordering::Less),
            Function::Max => statistic::extreme(&values, Ordering::Greater),
            Function::Sum => statistic::sum(&values, 1),
            Function::Mean => statistic::sum(&values, count),
            Function::StddevSamp => statistic::deviation(&values, count - 1),
            Function::StddevPop => statistic::deviation(&values, count),
            Function::Median => statistic::quantile(&values, &parsed("0.5")),
            Function::Quantile => {
                let share = self.parameters.quantile.unwrap_or_default();
                statistic::quantile(&values, &parsed(&share.to_string()))
            }
            Function::DistinctCount | Function::NullFraction => Statistic::Missing,
        }
    }

    /// Whether the number lies between the bounds; NaN does not.
    fn admits(&self, number: &Value) -> bool {
        let least = moved(self.parameters.min_value.as_ref(), &-self.tolerance());
        let most = moved(self.parameters.max_value.as_ref(), &self.tolerance());
        !number.is_nan()
            && least.is_none_or(|least| least.order_of(number).is_ge())
            && most.is_none_or(|most| most.order_of(number).is_le())
    }

    fn tolerance(&self) -> BigDecimal {
        match &self.parameters.tolerance {
            Some(Bound::Number { number } | Bound::Text(number)) => parsed(number),
            _ => BigDecimal::zero(),
        }
    }
}

/// A bound by so much more.
fn moved(bound: Option<&Bound>, by: &BigDecimal) -> Option<Bound> {
    let bound = bound?.clone();
    Some(match bound {
        Bound::Number { number } | Bound::Text(number) if !by.is_zero() => Bound::Number {
            number: (parsed::<BigDecimal>(&number) + by).to_string(),
        },
        other => other,
    })
}

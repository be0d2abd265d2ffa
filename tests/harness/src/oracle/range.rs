//! range: a row fails when its value lies outside of the bounds.

use std::cmp::Ordering;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Judged, Nulls, Unjudged, count_rows, type_of};
use super::table::{Row, Table};
use super::value::{ColumnType, Value, parsed};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_value: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_value: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive_min: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive_max: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

/// A bound as a config has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// Written without quotes.
    Number { number: String },
    /// `true` or `false` without quotes, of a list of values alone.
    Flag(bool),
    /// Written in quotes.
    Text(String),
}

impl Range {
    /// # Errors
    /// When there is no such column, or a bound does not fit it.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        let Parameters {
            min_value,
            max_value,
            ..
        } = &self.parameters;
        for bound in [min_value, max_value].into_iter().flatten() {
            if !bound.fits(column_type) {
                return Err(Unjudged(format!("{bound:?} does not fit {column_type:?}")));
            }
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            self.judge(&row.value(&self.column))
        }))
    }

    fn judge(&self, value: &Value) -> Judged {
        if value.is_null() {
            return Judged::Missing;
        }
        if value.is_nan() {
            return Judged::Fails;
        }
        let Parameters {
            min_value,
            max_value,
            exclusive_min,
            exclusive_max,
            ..
        } = &self.parameters;
        let above_min = min_value.as_ref().is_none_or(|min| {
            let order = min.order_of(value);
            order.is_gt() || (order.is_eq() && *exclusive_min != Some(true))
        });
        let below_max = max_value.as_ref().is_none_or(|max| {
            let order = max.order_of(value);
            order.is_lt() || (order.is_eq() && *exclusive_max != Some(true))
        });
        match above_min && below_max {
            true => Judged::Passes,
            false => Judged::Fails,
        }
    }
}

impl Bound {
    /// A number is for numbers, a text for dates, timestamps and text; a number may stand in quotes.
    pub fn fits(&self, column_type: &ColumnType) -> bool {
        let is_number = column_type.is_exact() || column_type.is_floating();
        match self {
            Self::Number { .. } => is_number,
            Self::Flag(_) => *column_type == ColumnType::Boolean,
            Self::Text(text) => {
                column_type.is_text()
                    || (is_number && BigDecimal::from_str(text).is_ok())
                    || (*column_type == ColumnType::Date && date(text).is_some())
                    || (column_type.is_timestamp() && moment(text).is_some())
            }
        }
    }

    /// How a value stands to the bound, which fits it.
    pub fn order_of(&self, value: &Value) -> Ordering {
        let text = match self {
            Self::Number { number } => number,
            Self::Text(text) => text,
            Self::Flag(flag) => &flag.to_string(),
        };
        let order = match value {
            Value::Boolean(value) => Some(value.cmp(&parsed(text))),
            Value::Integer(value) => Some(BigDecimal::from(*value).cmp(&parsed(text))),
            Value::Decimal(value) => Some(value.cmp(&parsed(text))),
            // A bound is the nearest number of the column's type.
            Value::Float(value) => floating(f64::from(*value), f64::from(nearest::<f32>(text))),
            Value::Double(value) => floating(*value, nearest(text)),
            Value::Text(value) => Some(value.chars().cmp(text.chars())),
            Value::Date(value) => date(text).map(|bound| value.cmp(&bound)),
            Value::Timestamp(value) => moment(text).map(|bound| value.cmp(&bound)),
            _ => None,
        };
        match order {
            Some(order) => order,
            None => panic!("{value:?} has no order to {self:?}"),
        }
    }
}

/// The nearest floating-point number; an exact number may have `_` between its digits.
fn nearest<T: FromStr>(text: &str) -> T {
    parsed(&parsed::<BigDecimal>(text).to_string())
}

/// How a floating-point value stands to the nearest one to a bound.
fn floating(value: f64, bound: f64) -> Option<Ordering> {
    match value == bound && bound.is_infinite() {
        // Only an infinity lies beyond a number that is too large for the type.
        true => value.partial_cmp(&0.0),
        false => value.partial_cmp(&bound),
    }
}

/// A date, or a moment that is its beginning.
fn date(text: &str) -> Option<Date> {
    let at = moment(text)?;
    (at.time() == Time::midnight()).then(|| at.date())
}

/// A moment in UTC, of whole microseconds: a text without a zone is in UTC, `+02:00` at its end is two hours ahead
/// of it and `-02:00` two hours behind.
fn moment(text: &str) -> Option<DateTime> {
    let end = text
        .rfind(['Z', '+', '-'])
        .filter(|at| *at > "2020-01-01".len());
    let (local, zone) = text.split_at(end.unwrap_or(text.len()));
    let local = DateTime::from_str(local).ok()?;
    let ahead = match zone {
        "" | "Z" => Span::new(),
        zone => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
            // No zone is so far away.
            (hours < 16).then(|| Span::new().hours(hours).minutes(minutes))?
        }
    };
    let at = match zone.starts_with('-') {
        true => local.checked_add(ahead),
        false => local.checked_sub(ahead),
    };
    at.ok().filter(|at| at.subsec_nanosecond() % 1000 == 0)
}

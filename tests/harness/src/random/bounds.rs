//! Random bounds for a column's type.

use super::draws::Draws;
use super::pools;
use crate::oracle::expression::{Operator, compare};
use crate::oracle::range::{Bound, Parameters};
use crate::oracle::value::{ColumnType, Unit};

/// Numbers that lie between those of a column, or beyond all of them.
const NUMBERS: &[&str] = &[
    "0.5",
    "-0.5",
    "1.000000000000000000001",
    "0.1",
    "2.5",
    "1e3",
    "-0.0",
    "18446744073709551616",
    "1e30",
    "-1e30",
    "99999999999999999999999999999999999999.5",
    "123456789012345678.9",
    "1e39",
    "-1e39",
    "1e-50",
    "1e400",
    "-1e400",
    "1e-400",
];

/// A range with one bound or both, of which the lower one is not the greater one.
pub fn range(draws: &mut Draws<'_>, column_type: &ColumnType) -> Parameters {
    let which = draws.below(4);
    let is_wrong = draws.once_in(25);
    let kind = match is_wrong {
        true => of_another_kind(column_type),
        false => column_type.clone(),
    };
    let one = bound_text(draws, &kind);
    let other = bound_text(draws, &kind);
    let (low, high) = match stands(&kind, &one, Operator::Less, &other) {
        true => (one, other),
        false => (other, one),
    };
    let has_room = stands(&kind, &low, Operator::Less, &high);
    let has_min = which != 1;
    let has_max = (which != 0 && has_room) || !has_min;
    Parameters {
        min_value: has_min.then(|| bound(draws, &kind, &low)),
        max_value: has_max.then(|| bound(draws, &kind, &high)),
        exclusive_min: has_min
            .then(|| draws.pick(&[None, Some(true), Some(false)]))
            .flatten(),
        exclusive_max: has_max
            .then(|| draws.pick(&[None, Some(true), Some(false)]))
            .flatten(),
        nulls: None,
    }
}

/// A value of the type, or rarely of another one, as a list of a config has it.
pub fn value(draws: &mut Draws<'_>, column_type: &ColumnType) -> Bound {
    let kind = match draws.once_in(40) {
        true => of_another_kind(column_type),
        false => column_type.clone(),
    };
    let text = bound_text(draws, &kind);
    match kind {
        ColumnType::Boolean => Bound::Flag(text == "true"),
        kind => bound(draws, &kind, &text),
    }
}

/// A type whose bounds do not fit a column.
fn of_another_kind(column_type: &ColumnType) -> ColumnType {
    match column_type {
        ColumnType::Text(_) | ColumnType::Date => ColumnType::Int8,
        _ => ColumnType::Text(crate::oracle::value::TextForm::Plain),
    }
}

/// The type whose values bounds of a column are drawn from.
fn bound_type(column_type: &ColumnType) -> ColumnType {
    let exact = ColumnType::Decimal {
        precision: 38,
        scale: 20,
    };
    match column_type {
        integer if integer.is_integer() => exact,
        ColumnType::Decimal { .. } => exact,
        ColumnType::Float => ColumnType::Double,
        // Also those that nanoseconds have no room for.
        ColumnType::Timestamp(_) | ColumnType::TimestampTz(..) => {
            ColumnType::Timestamp(Unit::Microseconds)
        }
        other => other.clone(),
    }
}

fn is_number(column_type: &ColumnType) -> bool {
    column_type.is_exact() || column_type.is_floating()
}

fn bound_text(draws: &mut Draws<'_>, column_type: &ColumnType) -> String {
    if is_number(column_type) && draws.once_in(3) {
        return (draws.pick(NUMBERS)).to_owned();
    }
    let pool = match column_type.is_timestamp() {
        true => pools::of(&bound_type(column_type)),
        false => pools::of(column_type),
    };
    let text = draws.pick(&pool);
    match column_type.is_floating() && matches!(text.as_str(), "NaN" | "inf" | "-inf") {
        // No bound is one of these.
        true => "0".into(),
        false => text,
    }
}

fn stands(column_type: &ColumnType, one: &str, operator: Operator, other: &str) -> bool {
    let bound_type = bound_type(column_type);
    let value = |text: &str| bound_type.value(Some(text));
    compare(&value(one), operator, &value(other)) == Some(true)
}

/// The bound as it may be written.
fn bound(draws: &mut Draws<'_>, column_type: &ColumnType, text: &str) -> Bound {
    if column_type.is_timestamp() {
        return Bound::Text(moment(draws, text));
    }
    let is_number = is_number(column_type);
    // YAML keeps 64 bits of a number, or 15 digits; in quotes there may be more.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_short = digits <= 15 || text.parse::<i64>().is_ok();
    let is_double = text
        .parse()
        .is_ok_and(|number: f64| number.is_finite() && (number != 0.0 || !text.contains('1')));
    match is_number && is_short && is_double && !draws.once_in(4) {
        true => Bound::Number {
            number: text.to_owned(),
        },
        false => Bound::Text(text.to_owned()),
    }
}

/// A moment in UTC in one of the ways to write it.
fn moment(draws: &mut Draws<'_>, text: &str) -> String {
    match draws.below(3) {
        0 => text.to_owned(),
        1 => format!("{text}Z"),
        _ => {
            let at: jiff::civil::DateTime = crate::oracle::value::parsed(text);
            let ahead = jiff::Span::new().hours(5).minutes(30);
            match at.checked_add(ahead) {
                Ok(local) => format!("{local}+05:30"),
                Err(_) => format!("{text}Z"),
            }
        }
    }
}

//! A number that is computed from all values of a column.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive, Zero};

use super::value::{Value, parsed};

/// What is made of values.
#[derive(Clone, Debug)]
pub enum Statistic {
    /// There is nothing to compute from.
    Missing,
    Number(Value),
    /// The order of additions decides about its nine digits, or engines have no room for it.
    Open,
}

/// The most digits that every engine has room for in an exact number.
const MOST_DIGITS: i64 = 38;

/// The least or the greatest of the values: the one that stands so to the others.
pub fn extreme(values: &[Value], order: Ordering) -> Statistic {
    let is_better = |value: &Value, best: &Value| value.order(best) == Some(order);
    let extreme = values
        .iter()
        .reduce(|best, value| match is_better(value, best) {
            true => value,
            false => best,
        });
    extreme
        .cloned()
        .map_or(Statistic::Missing, Statistic::Number)
}

/// The sum of the values, divided by a number.
pub fn sum(values: &[Value], divided_by: usize) -> Statistic {
    let exact: Option<Vec<BigDecimal>> = values.iter().map(Value::as_exact).collect();
    if let Some(exact) = exact {
        return exact_sum(&exact, divided_by);
    }
    let doubles = doubles(values);
    let (sum, error) = (doubles.iter().sum::<f64>(), error_of_sum(&doubles));
    let divisor = divided_by as f64;
    match doubles.iter().all(|number| number.is_finite()) {
        true => nine_digits(sum / divisor, error / divisor),
        false => Statistic::Number(Value::Double(sum)),
    }
}

fn exact_sum(values: &[BigDecimal], divided_by: usize) -> Statistic {
    let scale = values.iter().map(BigDecimal::fractional_digit_count).max();
    let size: BigDecimal = values.iter().map(BigDecimal::abs).sum();
    if size >= BigDecimal::new(1.into(), scale.unwrap_or(0) - MOST_DIGITS) {
        return Statistic::Open;
    }
    let sum: BigDecimal = values.iter().sum();
    Statistic::Number(Value::Decimal(sum / BigDecimal::from(divided_by as u64)))
}

/// The standard deviation of the values, with so many taken for their number.
pub fn deviation(values: &[Value], divided_by: usize) -> Statistic {
    if divided_by == 0 {
        return Statistic::Missing;
    }
    let doubles = doubles(values);
    if doubles.iter().any(|number| number.is_infinite()) {
        return Statistic::Number(Value::Double(f64::NAN));
    }
    let mean = doubles.iter().sum::<f64>() / doubles.len() as f64;
    let squares: f64 = doubles.iter().map(|number| (number - mean).powi(2)).sum();
    let largest = doubles
        .iter()
        .fold(0.0, |most: f64, number| most.max(number.abs()));
    let is_constant = doubles.iter().all(|number| *number == doubles[0]);
    let error = match is_constant && error_of_sum(&doubles) == 0.0 {
        true => 0.0,
        // The squares of smaller numbers than this are 0.
        false => largest * 1e-12 + 1e-150,
    };
    nine_digits((squares / divided_by as f64).sqrt(), error)
}

/// Between the two values around the place, by how far it is from each.
pub fn quantile(values: &[Value], share: &BigDecimal) -> Statistic {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, other| one.order(other).unwrap_or(Ordering::Equal));
    let place = share * BigDecimal::from(sorted.len().saturating_sub(1) as u64);
    let below = place.with_scale_round(0, RoundingMode::Floor);
    let part = &place - &below;
    let index = below.to_usize().unwrap_or_default();
    let low = &sorted[index];
    if part.is_zero() || low.is_same_key(&sorted[index + 1]) {
        return Statistic::Number(low.clone());
    }
    let high = &sorted[index + 1];
    if let (Some(low), Some(high)) = (low.as_exact(), high.as_exact()) {
        return Statistic::Number(Value::Decimal(&low + (high - &low) * part));
    }
    let ends = doubles(&[low.clone(), high.clone()]);
    let part: f64 = parsed(&part.to_string());
    let number = ends[0] * (1.0 - part) + ends[1] * part;
    match number.is_finite() {
        true => nine_digits(number, ends[0].abs().max(ends[1].abs()) * 1e-15),
        false => Statistic::Number(Value::Double(number)),
    }
}

/// Whether so high powers of the finite values add up to more than a double holds, which may be an error.
pub fn is_beyond_doubles(values: &[Value], power: i32) -> bool {
    let doubles = doubles(values);
    let finite = doubles.iter().filter(|number| number.is_finite());
    let powers: f64 = finite.map(|number| number.abs().powi(power)).sum();
    powers.is_infinite()
}

fn doubles(values: &[Value]) -> Vec<f64> {
    values.iter().filter_map(Value::as_double).collect()
}

/// How far from the sum another order of additions may lead.
fn error_of_sum(numbers: &[f64]) -> f64 {
    let size: f64 = numbers.iter().map(|number| number.abs()).sum();
    let has_few_digits = |number: &f64| (number * 1024.0).fract() == 0.0;
    match size < 1e12 && numbers.iter().all(has_few_digits) {
        true => 0.0,
        false => size * 1e-13,
    }
}

/// The first nine digits of a number that is known but for an error, which must not show in them.
fn nine_digits(number: f64, error: f64) -> Statistic {
    let digits = |number: f64| format!("{:.8e}", number + 0.0);
    let (least, most) = (digits(number - error), digits(number + error));
    match number.is_finite() && error.is_finite() && least == most {
        true => Statistic::Number(Value::Decimal(parsed(&least))),
        false => Statistic::Open,
    }
}

//! Numbers that were measured on a table, what they are compared with, and how they are shown.

use std::cmp::Ordering;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use data_validator_plugin::LogicalType;
use serde_json::Value as Json;

/// The digits with which sums of doubles and what comes of them are judged and shown: the order of the
/// additions, which no engine promises, changes later ones.
const LASTING_DIGITS: usize = 9;

/// A measured number.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    Exact(BigDecimal),
    Double(f64),
    Single(f32),
}

/// Where a number lies among its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Inside,
    Below,
    Above,
    /// NaN lies nowhere.
    Nowhere,
}

/// Bounds, both inclusive.
#[derive(Clone, Debug, Default)]
pub struct Interval {
    pub min: Option<BigDecimal>,
    pub max: Option<BigDecimal>,
}

/// Whether the type is one of numbers.
pub fn is_number(of: &LogicalType) -> bool {
    use LogicalType as T;
    matches!(of, T::Integer | T::Decimal { .. } | T::Float | T::Double)
}

impl Number {
    /// A double of which only the digits that last count.
    pub fn lasting(value: f64) -> Self {
        if !value.is_finite() {
            return Self::Double(value);
        }
        let text = format!("{value:.*e}", LASTING_DIGITS - 1);
        BigDecimal::from_str(&text).map_or(Self::Double(value), Self::Exact)
    }

    /// How it stands to a bound, which takes the number's type first, as in a range; `None` for NaN.
    fn order(&self, bound: &BigDecimal) -> Option<Ordering> {
        let text = bound.to_string();
        match self {
            Self::Exact(number) => Some(number.cmp(bound)),
            Self::Double(number) => order(*number, text.parse().ok()?),
            Self::Single(number) => order((*number).into(), text.parse::<f32>().ok()?.into()),
        }
    }

    /// As a number of JSON, or as text where that would not have all digits.
    pub fn json(&self) -> Json {
        let text = self.to_string();
        if let Ok(whole) = text.parse::<i64>() {
            return whole.into();
        }
        let exact = BigDecimal::from_str(&text);
        let nearest: Option<f64> = text.parse().ok().filter(|double: &f64| {
            BigDecimal::from_str(&double.to_string()).is_ok_and(|nearest| Ok(nearest) == exact)
        });
        nearest
            .and_then(serde_json::Number::from_f64)
            .map_or(Json::String(text), Json::Number)
    }
}

/// How a floating-point number stands to the nearest one to a bound: to a bound that the type has no room for,
/// an infinity is not equal, but beyond it.
fn order(number: f64, bound: f64) -> Option<Ordering> {
    match number == bound && bound.is_infinite() {
        true => number.partial_cmp(&0.0),
        false => number.partial_cmp(&bound),
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = |double: f64| match double {
            double if double.is_nan() => "NaN".to_owned(),
            double if double == f64::INFINITY => "Infinity".to_owned(),
            double if double == f64::NEG_INFINITY => "-Infinity".to_owned(),
            double => (double + 0.0).to_string(),
        };
        match self {
            Self::Exact(number) => f.write_str(&number.normalized().to_plain_string()),
            Self::Double(number) => f.write_str(&words(*number)),
            Self::Single(number) if number.is_finite() => write!(f, "{}", number + 0.0),
            Self::Single(number) => f.write_str(&words(f64::from(*number))),
        }
    }
}

impl Interval {
    pub fn place(&self, number: &Number) -> Place {
        let order = |bound: &Option<BigDecimal>| match bound {
            Some(bound) => number.order(bound),
            // Any bound tells NaN from numbers.
            None => number.order(&BigDecimal::from(0)).map(|_| Ordering::Equal),
        };
        match (order(&self.min), order(&self.max)) {
            (None, _) | (_, None) => Place::Nowhere,
            (Some(Ordering::Less), _) => Place::Below,
            (_, Some(Ordering::Greater)) => Place::Above,
            _ => Place::Inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> BigDecimal {
        BigDecimal::from_str(text).unwrap()
    }

    #[test]
    fn json_has_all_digits_of_an_exact_number() {
        let json = |text: &str| Number::Exact(exact(text)).json().to_string();
        assert_eq!(json("12.50"), "12.5");
        assert_eq!(json("-7"), "-7");
        assert_eq!(json("18446744073709551614"), "\"18446744073709551614\"");
        assert_eq!(json("0.1234567890123456789"), "\"0.1234567890123456789\"");
        assert_eq!(Number::Double(f64::NAN).json(), Json::from("NaN"));
        assert_eq!(Number::Single(0.1).json(), Json::from(0.1));
    }

    #[test]
    fn sums_of_doubles_last_for_nine_digits() {
        let sum = Number::lasting((0..10).fold(0.0, |sum, _| sum + 0.1));
        let one = Interval {
            min: Some(exact("1")),
            max: Some(exact("1")),
        };
        assert_eq!(one.place(&sum), Place::Inside);
        assert_eq!(sum.to_string(), "1");
    }

    #[test]
    fn a_bound_takes_the_type_of_the_number_and_nan_lies_nowhere() {
        let tenth = Interval {
            min: Some(exact("0.1")),
            max: Some(exact("0.1")),
        };
        assert_eq!(tenth.place(&Number::Double(0.1)), Place::Inside);
        assert_eq!(tenth.place(&Number::Single(0.1)), Place::Inside);
        assert_eq!(tenth.place(&Number::Exact(exact("0.2"))), Place::Above);
        assert_eq!(
            tenth.place(&Number::Double(f64::NEG_INFINITY)),
            Place::Below
        );
        let huge = Interval {
            min: Some(exact("-1e400")),
            max: Some(exact("1e400")),
        };
        assert_eq!(huge.place(&Number::Double(f64::MAX)), Place::Inside);
        assert_eq!(huge.place(&Number::Double(f64::INFINITY)), Place::Above);
        assert_eq!(huge.place(&Number::Single(f32::NEG_INFINITY)), Place::Below);
        assert_eq!(
            Interval::default().place(&Number::Double(f64::NAN)),
            Place::Nowhere
        );
    }
}

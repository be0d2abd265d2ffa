//! Whether two texts stand for one value.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use data_validator_plugin::LogicalType;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

/// Whether what an engine gave is the value of the case, exactly; there is one zero, and moments are the same in
/// whatever zone they are shown.
pub fn is_same(logical_type: &LogicalType, wanted: &str, found: &str) -> bool {
    match logical_type {
        LogicalType::Float => both(wanted, found, |one: f32, other: f32| {
            is_same_double(one.into(), other.into())
        }),
        LogicalType::Double => both(wanted, found, is_same_double),
        LogicalType::Decimal { .. } | LogicalType::Integer => {
            both(wanted, found, |one: BigDecimal, other| one == other)
        }
        LogicalType::Timestamp => both(wanted, found, |one: DateTime, other| one == other),
        LogicalType::TimestampTz => both(wanted, found, |one: Timestamp, other| one == other),
        LogicalType::Time => both(wanted, found, |one: Time, other| one == other),
        _ => wanted == found,
    }
}

/// NaN is NaN.
fn is_same_double(one: f64, other: f64) -> bool {
    (one.is_nan() && other.is_nan()) || one == other
}

fn both<T: FromStr>(wanted: &str, found: &str, is_same: impl FnOnce(T, T) -> bool) -> bool {
    let (Ok(wanted), Ok(found)) = (wanted.parse(), found.parse()) else {
        return false;
    };
    is_same(wanted, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_and_not_their_texts() {
        let decimal = LogicalType::Decimal {
            precision: 38,
            scale: 2,
        };
        for (logical_type, wanted, found, expected) in [
            (&LogicalType::Double, "NaN", "NaN", true),
            (&LogicalType::Double, "-0.0", "0.0", true),
            (&LogicalType::Double, "0.1", "0.10000000000000002", false),
            (&LogicalType::Double, "1e300", "1e300", true),
            (&LogicalType::Double, "Infinity", "inf", true),
            (&decimal, "1.50", "1.5", true),
            (
                &decimal,
                "999999999999999999999999999999999999.99",
                "1e36",
                false,
            ),
            (
                &LogicalType::TimestampTz,
                "2024-03-31T01:30:00+02:00",
                "2024-03-30T23:30:00Z",
                true,
            ),
            (
                &LogicalType::TimestampTz,
                "2024-03-31T01:30:00+02:00",
                "2024-03-31T01:30:00",
                false,
            ),
            (&LogicalType::Text, "", " ", false),
        ] {
            assert_eq!(
                is_same(logical_type, wanted, found),
                expected,
                "{wanted} {found}"
            );
        }
    }
}

//! Dates and timestamps as the numbers that engines give for them, and back.

use bigdecimal::BigDecimal;
use data_validator_plugin::LogicalType;
use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::moment;
use crate::plan::value::Value;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

/// The moment in UTC of a number that an engine gave for a value of a date or timestamp type.
pub fn moment_of(value: &Value, logical_type: &LogicalType) -> Option<DateTime> {
    match value {
        Value::Integer(number) => at(i64::try_from(*number).ok()?, logical_type),
        _ => None,
    }
}

/// The date or timestamp of a number, as text.
pub fn text_of(number: i64, logical_type: &LogicalType) -> Option<String> {
    let at = at(number, logical_type)?;
    Some(match logical_type {
        LogicalType::Date => at.date().to_string(),
        LogicalType::TimestampTz => format!("{at}Z"),
        _ => at.to_string(),
    })
}

/// The number of a date or timestamp that stands as text in a parameter.
///
/// # Errors
/// An advice, when it is none.
pub fn number_of(text: &str, logical_type: &LogicalType) -> Result<BigDecimal, &'static str> {
    let at = match logical_type {
        LogicalType::Date => moment::date(text).ok_or(moment::DATE_FORM)?.into(),
        _ => {
            moment::timestamp_literal(text, logical_type)?;
            moment::moment(text).ok_or(moment::DATE_FORM)?
        }
    };
    let microseconds = DateTime::duration_since(at, EPOCH).as_micros();
    let unit = unit(logical_type);
    Ok(BigDecimal::from(microseconds / i128::from(unit)))
}

fn at(number: i64, logical_type: &LogicalType) -> Option<DateTime> {
    let microseconds = number.checked_mul(unit(logical_type))?;
    EPOCH
        .checked_add(SignedDuration::from_micros(microseconds))
        .ok()
}

/// Microseconds in what is counted.
fn unit(logical_type: &LogicalType) -> i64 {
    match logical_type {
        LogicalType::Date => MICROSECONDS_A_DAY,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_lead_to_each_other() {
        for (text, logical_type, number) in [
            ("1970-01-02", LogicalType::Date, 1),
            ("0001-01-01", LogicalType::Date, -719_162),
            (
                "2026-01-01T00:00:00.123456",
                LogicalType::Timestamp,
                1_767_225_600_123_456,
            ),
            ("1969-12-31T23:59:59.999999Z", LogicalType::TimestampTz, -1),
        ] {
            assert_eq!(number_of(text, &logical_type), Ok(BigDecimal::from(number)));
            assert_eq!(text_of(number, &logical_type).as_deref(), Some(text));
        }
    }
}

//! Dates and timestamps in parameters, and as literals in the type of a column.

use std::str::FromStr;

use data_validator_plugin::LogicalType;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::plan::question::Literal;

/// A date or timestamp as a naive moment in UTC.
pub fn moment(text: &str) -> Option<DateTime> {
    Timestamp::from_str(text)
        .map(|timestamp| TimeZone::UTC.to_datetime(timestamp))
        .or_else(|_| DateTime::from_str(text))
        .ok()
}

/// A date that is written as one, or as its midnight in UTC.
pub fn date(text: &str) -> Option<Date> {
    let at_midnight = moment(text).is_none_or(|at| at.time() == Time::midnight());
    Date::from_str(text).ok().filter(|_| at_midnight)
}

/// Why a text is no value of a type, as an advice.
pub const DATE_FORM: &str = "write a date as 2026-01-31";
const TIMESTAMP_FORM: &str = "write a timestamp as 2026-01-31T12:00:00, in UTC";
const TOO_FINE: &str =
    "write at most six digits of a second, since timestamps are judged to the microsecond";

/// The text as a literal of a timestamp type.
///
/// # Errors
/// An advice, when the text is no timestamp or is finer than engines compare: casts cut digits off, which
/// makes another moment of it.
pub fn timestamp_literal(text: &str, logical_type: &LogicalType) -> Result<Literal, &'static str> {
    let at = moment(text).ok_or(TIMESTAMP_FORM)?;
    if at.subsec_nanosecond() % 1000 != 0 {
        return Err(TOO_FINE);
    }
    Ok(literal_of(at, logical_type))
}

/// A moment in UTC as a literal of a date or timestamp type; a date loses the time of day.
pub fn literal_of(at: DateTime, logical_type: &LogicalType) -> Literal {
    let text = match logical_type {
        LogicalType::Date => at.date().to_string(),
        LogicalType::TimestampTz => format!("{} {}+00", at.date(), at.time()),
        _ => format!("{} {}", at.date(), at.time()),
    };
    Literal {
        logical_type: logical_type.clone(),
        text,
    }
}

/// The moment in UTC, cut to microseconds.
pub fn in_utc(now: Timestamp) -> DateTime {
    let at = TimeZone::UTC.to_datetime(now);
    let whole = at.subsec_nanosecond() / 1000 * 1000;
    at.with().subsec_nanosecond(whole).build().unwrap_or(at)
}

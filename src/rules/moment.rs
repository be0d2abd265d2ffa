//! Dates and timestamps in parameters, and as literals in the type of a column.

use data_validator_plugin::LogicalType;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::plan::question::Literal;

/// A date or timestamp as a naive moment in UTC, also of the last days of the year 9999, which
/// `jiff::Timestamp` leaves out. The name of a zone in brackets is refused, since it would say nothing here.
pub fn moment(text: &str) -> Option<DateTime> {
    let written = Pieces::parse(text).ok()?;
    if written.time_zone_annotation().is_some() {
        return None;
    }
    let local = written
        .date()
        .to_datetime(written.time().unwrap_or_default());
    match written.to_numeric_offset() {
        // The offsets that texts may have too.
        Some(offset) if offset.seconds().abs() >= 16 * 3600 => None,
        Some(offset) => {
            let ahead = Span::new().try_seconds(offset.seconds()).ok()?;
            local.checked_sub(ahead).ok()
        }
        None => Some(local),
    }
}

/// A date that is written as one, or as its midnight in UTC.
pub fn date(text: &str) -> Option<Date> {
    let at = moment(text)?;
    (at.time() == Time::midnight()).then(|| at.date())
}

/// Why a text is no value of a type, as an advice.
pub const DATE_FORM: &str = "write a date as 2026-01-31";
const TIMESTAMP_FORM: &str = "write a timestamp as 2026-01-31T12:00:00, in UTC, or with an offset as in 2026-01-31T12:00:00+02:00";
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

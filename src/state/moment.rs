//! Times as the state writes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The instant that a time in the state means; a time without an offset, as Python writes them, is UTC.
pub fn instant(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let naive = text.parse::<DateTime>().ok()?;
        TimeZone::UTC.to_timestamp(naive).ok()
    })
}

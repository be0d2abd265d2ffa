//! How dates and times are written in CSV.

use super::infer::{Inferred, split_digits};

/// The type of a date, or of one with a time: after ` ` or `T` comes `HH:MM[:SS[.f{1,6}]]`, or
/// `HH:MM:SS[.f{1,6}]` with a zone `Z` or `±HH[:MM]`; `None` for other text.
///
/// A zone needs the seconds because DuckDB cannot read `10:00Z`; with its ICU extension loaded, its
/// CSV reader even turns that into NULL.
pub(super) fn moment(text: &[u8]) -> Option<Inferred> {
    let after_date = date(text)?;
    let [b' ' | b'T', time @ ..] = after_date else {
        return after_date.is_empty().then_some(Inferred::Date);
    };
    let after_minutes = hours_and_minutes(time, 23)?;
    if after_minutes.is_empty() {
        return Some(Inferred::Timestamp);
    }
    match seconds(after_minutes)? {
        [] => Some(Inferred::Timestamp),
        zone => is_zone(zone).then_some(Inferred::TimestampTz),
    }
}

/// What follows a date of the years 1 to 9999; PostgreSQL has no year 0.
fn date(text: &[u8]) -> Option<&[u8]> {
    let (year, text) = digits::<4>(text)?;
    let (month, text) = digits::<2>(text.strip_prefix(b"-")?)?;
    let (day, text) = digits::<2>(text.strip_prefix(b"-")?)?;
    let exists = year > 0 && (1..=days_in_month(year, month)).contains(&day);
    exists.then_some(text)
}

fn days_in_month(year: u16, month: u16) -> u16 {
    let leap_year =
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap_year => 29,
        2 => 28,
        _ => 0,
    }
}

/// What follows `HH:MM`.
fn hours_and_minutes(text: &[u8], max_hours: u16) -> Option<&[u8]> {
    let (hours, text) = digits::<2>(text)?;
    let (minutes, text) = digits::<2>(text.strip_prefix(b":")?)?;
    (hours <= max_hours && minutes <= 59).then_some(text)
}

/// What follows `:SS` or `:SS.f`; engines keep microseconds, so more digits would be rounded.
fn seconds(text: &[u8]) -> Option<&[u8]> {
    let (seconds, text) = digits::<2>(text.strip_prefix(b":")?)?;
    if seconds > 59 {
        return None;
    }
    match text.strip_prefix(b".").map(split_digits) {
        Some((fraction, text)) => (1..=6).contains(&fraction.len()).then_some(text),
        None => Some(text),
    }
}

/// `Z`, `±HH` or `±HH:MM`, less than 16 hours as in PostgreSQL.
fn is_zone(text: &[u8]) -> bool {
    const MAX_HOURS: u16 = 15;
    match text {
        b"Z" => true,
        [b'+' | b'-', h1, h2] => {
            digits::<2>(&[*h1, *h2]).is_some_and(|(hours, _)| hours <= MAX_HOURS)
        }
        [b'+' | b'-', offset @ ..] => hours_and_minutes(offset, MAX_HOURS) == Some(&[]),
        _ => false,
    }
}

/// The number that the first `COUNT` bytes write, and what follows them.
fn digits<const COUNT: usize>(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<COUNT>()?;
    let append = |number, digit: &u8| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u16::from(digit - b'0'))
    };
    Some((digits.iter().try_fold(0, append)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of the texts, parted by `|`, is such a moment.
    #[track_caller]
    fn assert_each(expected: Option<Inferred>, texts: &str) {
        for text in texts.split('|') {
            assert_eq!(moment(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn dates_are_in_the_calendar() {
        let date = Some(Inferred::Date);
        assert_each(
            date,
            "2024-01-31|2024-02-29|2000-02-29|2023-04-30|0001-01-01|9999-12-31",
        );
        assert_each(
            None,
            "2023-02-29|1900-02-29|2024-04-31|2024-00-01|2024-13-01",
        );
        assert_each(
            None,
            "2024-01-00|2024-01-32|0000-01-01|-2024-01-01|10000-01-01",
        );
        assert_each(
            None,
            "2024-1-1|2024/01/01|2024-01-01-|2024-01|01-01-2024|20240101|",
        );
    }

    #[test]
    fn timestamps_have_minutes_and_at_most_microseconds() {
        let timestamp = Some(Inferred::Timestamp);
        assert_each(
            timestamp,
            "2024-01-01 00:00|2024-01-01T23:59|2024-01-01 10:00:59",
        );
        assert_each(
            timestamp,
            "2024-01-01T10:00:00.1|2024-01-01 10:00:00.123456",
        );
        assert_each(
            None,
            "2024-01-01 |2024-01-01 10|2024-01-01  10:00|2024-01-01x10:00",
        );
        assert_each(
            None,
            "2024-01-01 24:00|2024-01-01 10:60|2024-01-01 10:00:60|2024-02-30 10:00",
        );
        assert_each(
            None,
            "2024-01-01 10:00:00.|2024-01-01 10:00:00.1234567|2024-01-01 10:00.5",
        );
    }

    #[test]
    fn zones_follow_seconds_and_are_less_than_16_hours() {
        let with_zone = Some(Inferred::TimestampTz);
        assert_each(with_zone, "2024-01-01 10:00:00Z|2024-01-01T10:00:00.5+02");
        assert_each(
            with_zone,
            "2024-01-01 10:00:00-15:59|2024-01-01 10:00:00+05:30",
        );
        assert_each(None, "2024-01-01 10:00Z|2024-01-01 10:00+02|2024-01-01Z");
        assert_each(
            None,
            "2024-01-01 10:00:00z|2024-01-01 10:00:00 Z|2024-01-01 10:00:00ZZ",
        );
        assert_each(
            None,
            "2024-01-01 10:00:00+16:00|2024-01-01 10:00:00+16|2024-01-01 10:00:00+",
        );
        assert_each(
            None,
            "2024-01-01 10:00:00+02:60|2024-01-01 10:00:00+2|2024-01-01 10:00:00+0200",
        );
        assert_each(None, "2024-01-01 10:00:00+02:00:00|2024-01-01 10:00:00 UTC");
    }
}

//! format: a row fails when its text does not have a well-known form.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Nulls, Unjudged, count_rows, judged, type_of};
use super::table::{Row, Table};
use super::url::is_url;
use super::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    pub format: Form,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

/// The forms, which are read here by other means than a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Email,
    Url,
    Json,
    Uuid,
    Ipv4,
    Ipv6,
    Date,
    Datetime,
}

impl Format {
    /// # Errors
    /// When there is no such column, or it is not text.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        if !column_type.is_text() {
            return Err(Unjudged(format!("{column_type:?} is no text")));
        }
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            judged(match row.value(&self.column) {
                Value::Text(text) => Some(self.parameters.format.has(&text)),
                _ => None,
            })
        }))
    }
}

impl Form {
    fn has(self, text: &str) -> bool {
        match self {
            Self::Email => is_email(text),
            Self::Url => is_url(text),
            Self::Json => is_json(text),
            Self::Uuid => is_uuid(text),
            Self::Ipv4 => Ipv4Addr::from_str(text).is_ok(),
            Self::Ipv6 => Ipv6Addr::from_str(text).is_ok(),
            Self::Date => is_date(text),
            Self::Datetime => is_datetime(text, true),
        }
    }
}

/// A name of letters, digits and marks, `@`, and labels with points between them.
fn is_email(text: &str) -> bool {
    let is_in_name = |c: u8| c.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&c);
    let is_label = |label: &str| {
        let is_in_label = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_in_label)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && name.bytes().all(is_in_name) && host.split('.').all(is_label)
    })
}

/// As the crate `serde_json` reads it, which says no of numbers that a double has no room for.
fn is_json(text: &str) -> bool {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(_) => true,
        Err(error) => {
            error.to_string().starts_with("number out of range")
                && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_hex = |group: &&str| group.bytes().all(|digit| digit.is_ascii_hexdigit());
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(is_hex)
}

/// `2020-01-31`, in the calendar of the years 1 to 9999.
pub fn is_date(text: &str) -> bool {
    let is_written_so = has_shape(text, "0000-00-00") && !text.starts_with("0000");
    is_written_so && Date::from_str(text).is_ok()
}

/// A date, `T` or a space, and a time; behind seconds there may be a zone.
pub fn is_datetime(text: &str, with_zone: bool) -> bool {
    let Some((date, time)) = text.get(..10).zip(text.get(11..)) else {
        return false;
    };
    if !is_date(date) || !matches!(&text[10..11], "T" | " ") {
        return false;
    }
    let zone_at = time
        .find(['Z', '+', '-'])
        .filter(|at| with_zone && *at >= 8);
    let (time, zone) = time.split_at(zone_at.unwrap_or(time.len()));
    is_time(time) && (zone.is_empty() || zone == "Z" || is_offset(&zone[1..]))
}

/// `12:30`, `12:30:59` or `12:30:59.123456`.
fn is_time(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let has_part = text.contains('.');
    let is_part = (1..=6).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit());
    let shape = has_shape(whole, "00:00:00") || (has_shape(whole, "00:00") && !has_part);
    shape && is_part && clock_fits(whole)
}

/// `02` or `02:30`, less than 16 hours.
fn is_offset(text: &str) -> bool {
    (has_shape(text, "00") || has_shape(text, "00:00")) && clock_fits(text) && text < "16"
}

/// Hours to 23, minutes and seconds to 59.
fn clock_fits(text: &str) -> bool {
    let mut most = [23, 59, 59].into_iter();
    text.split(':').all(|number| {
        let number: Option<u32> = number.parse().ok();
        number
            .zip(most.next())
            .is_some_and(|(number, most)| number <= most)
    })
}

/// Whether it is written like the example, with any digit for a digit.
fn has_shape(text: &str, example: &str) -> bool {
    let is_like = |(c, example): (u8, u8)| match example {
        b'0' => c.is_ascii_digit(),
        other => c == other,
    };
    text.len() == example.len() && text.bytes().zip(example.bytes()).all(is_like)
}

//! Where one record and its fields end in a piece of CSV text.
//!
//! Stricter than `csv-core`, to which any bytes are CSV: what readers repair each in their own way
//! (text beside a quote, a quote left open, a lone carriage return) is an error here, so that what
//! passes reads the same on every engine.

use super::CsvFormat;

/// The place of a field in its record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The quotes around the field are outside `start..end`; doubled ones within are as written.
    pub(super) quoted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnding {
    LineFeed,
    CarriageReturnLineFeed,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// A record of `length` bytes with its line ending, which only the last line of a file may lack.
    Complete {
        length: usize,
        ending: Option<LineEnding>,
    },
    /// The bytes end before the record does.
    Incomplete,
}

/// Text that is no CSV, and the byte of the record at which that shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) at: usize,
    pub(super) problem: &'static str,
}

/// Splits the record that `bytes` begin with, and leaves its fields in `spans`.
///
/// `at_end` tells that no bytes will follow; with it the answer is never [`Split::Incomplete`].
pub(super) fn split_record(
    bytes: &[u8],
    at_end: bool,
    format: CsvFormat,
    spans: &mut Vec<Span>,
) -> Result<Split, Malformed> {
    spans.clear();
    let malformed = |at, problem| Err(Malformed { at, problem });
    let complete = |length, ending| Ok(Split::Complete { length, ending });
    let mut start = 0;
    loop {
        let span = match bytes.get(start) {
            Some(first) if *first == format.quote => quoted_field(bytes, start, format.quote),
            _ => Some(unquoted_field(bytes, start, format.delimiter)),
        };
        let Some(span) = span else {
            return if at_end {
                malformed(start, OPEN_QUOTE)
            } else {
                Ok(Split::Incomplete)
            };
        };
        if !span.quoted && has_quote_after_spaces(&bytes[span.start..span.end], format.quote) {
            return malformed(start, SPACES_BEFORE_QUOTE);
        }
        spans.push(span);
        let after = span.end + usize::from(span.quoted);
        match bytes.get(after..).unwrap_or_default() {
            [] if at_end => return complete(after, None),
            [] => return Ok(Split::Incomplete),
            [byte, ..] if *byte == format.delimiter => start = after + 1,
            [b'\n', ..] => return complete(after + 1, Some(LineEnding::LineFeed)),
            [b'\r', b'\n', ..] => {
                return complete(after + 2, Some(LineEnding::CarriageReturnLineFeed));
            }
            [b'\r'] if !at_end => return Ok(Split::Incomplete),
            [b'\r', ..] => return malformed(after, LONE_CARRIAGE_RETURN),
            _ => return malformed(after, TEXT_AFTER_QUOTE),
        }
    }
}

const OPEN_QUOTE: &str = "a quote is not closed; close it, or quote the value and double it";
const SPACES_BEFORE_QUOTE: &str = "spaces before a quote; remove them, or quote the whole value";
const TEXT_AFTER_QUOTE: &str = "text after a closing quote; double the quotes within the value";
const LONE_CARRIAGE_RETURN: &str =
    "a carriage return without a line feed; quote the value, or end lines with \\n or \\r\\n";

/// The field in the quotes of which the first is at `open`; `None` if they are not closed.
///
/// Where the bytes end right behind the closing quote, it may still turn out to be a doubled one.
fn quoted_field(bytes: &[u8], open: usize, quote: u8) -> Option<Span> {
    let mut end = open + 1;
    loop {
        end += bytes[end..].iter().position(|&byte| byte == quote)?;
        if bytes.get(end + 1) != Some(&quote) {
            return Some(Span {
                start: open + 1,
                end,
                quoted: true,
            });
        }
        end += 2;
    }
}

fn unquoted_field(bytes: &[u8], start: usize, delimiter: u8) -> Span {
    let ends_field = |&byte: &u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    let length = bytes[start..].iter().position(ends_field);
    Span {
        start,
        end: length.map_or(bytes.len(), |length| start + length),
        quoted: false,
    }
}

/// ` "x"`: to DuckDB this is a quoted `x`, others keep the space and the quotes.
fn has_quote_after_spaces(field: &[u8], quote: u8) -> bool {
    field.starts_with(b" ") && field.iter().find(|&&byte| byte != b' ') == Some(&quote)
}

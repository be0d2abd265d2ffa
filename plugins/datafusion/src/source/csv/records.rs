//! The records of a CSV file and the places of their fields.
//!
//! As strict as the host, which has read the file before: what readers repair each in their own way is an
//! error here too, in case that the file has changed.

use std::io::{self, Read};

/// The place of a field in its record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub start: usize,
    pub end: usize,
    /// The quotes round the field are outside `start..end`.
    pub quoted: bool,
    /// Whether there are doubled quotes within.
    pub doubled: bool,
}

/// Text that is no CSV.
#[derive(Debug)]
pub enum Fault {
    Unreadable(io::Error),
    /// At a line, counted from 1.
    Malformed {
        line: u64,
        problem: String,
    },
}

/// A cursor over the records of an input.
pub struct Records<R> {
    input: R,
    delimiter: u8,
    quote: u8,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..end]`, of which the first `length` are the current record.
    start: usize,
    end: usize,
    length: usize,
    ended: bool,
    fields: Vec<Field>,
    line: u64,
    next_line: u64,
}

/// More than the longest record that the host accepts; it bounds what a quote that is left open can take.
const MAX_RECORD_BYTES: usize = 16 << 20;
const FIRST_BUFFER_BYTES: usize = 256 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<R: Read> Records<R> {
    /// Starts before the first record.
    pub fn new(input: R, delimiter: u8, quote: u8) -> Result<Self, Fault> {
        let mut records = Self {
            input,
            delimiter,
            quote,
            buffer: vec![0; FIRST_BUFFER_BYTES],
            start: 0,
            end: 0,
            length: 0,
            ended: false,
            fields: Vec::new(),
            line: 0,
            next_line: 1,
        };
        records.fill()?;
        if records.unread().starts_with(BYTE_ORDER_MARK) {
            records.start = BYTE_ORDER_MARK.len();
        }
        Ok(records)
    }

    /// Moves to the next record and tells whether there is one.
    pub fn advance(&mut self) -> Result<bool, Fault> {
        self.start += self.length;
        self.length = 0;
        self.line = self.next_line;
        loop {
            let bytes = &self.buffer[self.start..self.end];
            if bytes.is_empty() && self.ended {
                return Ok(false);
            }
            let split = Splitter {
                bytes,
                at_end: self.ended,
                delimiter: self.delimiter,
                quote: self.quote,
            };
            match split.record(&mut self.fields) {
                Ok(Some(length)) => {
                    self.length = length;
                    break;
                }
                Ok(None) if bytes.len() <= MAX_RECORD_BYTES => self.fill()?,
                Ok(None) => {
                    return Err(self.malformed(
                        "a record of more than 16 MiB; close the quote that is left open",
                    ));
                }
                Err(problem) => return Err(self.malformed(problem)),
            }
        }
        let is_over_lines = self.fields.iter().any(|field| field.quoted);
        let lines = match is_over_lines {
            true => self.record().iter().filter(|byte| **byte == b'\n').count(),
            false => 1,
        };
        self.next_line += lines as u64;
        if str::from_utf8(self.record()).is_err() {
            return Err(self.malformed("not UTF-8 text; convert the file to UTF-8"));
        }
        Ok(true)
    }

    /// The line that the current record begins on, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The text of a field of the current record.
    pub fn text(&self, field: Field) -> std::borrow::Cow<'_, str> {
        let raw = String::from_utf8_lossy(&self.record()[field.start..field.end]);
        match field.doubled {
            true => {
                let quote = char::from(self.quote);
                let doubled: String = [quote, quote].iter().collect();
                raw.replace(&doubled, quote.encode_utf8(&mut [0; 4])).into()
            }
            false => raw,
        }
    }

    /// Whether the current record is a line without a byte.
    pub fn is_blank(&self) -> bool {
        matches!(self.record(), b"\n" | b"\r\n")
    }

    /// A fault of the current record.
    pub fn malformed(&self, problem: impl Into<String>) -> Fault {
        Fault::Malformed {
            line: self.line,
            problem: problem.into(),
        }
    }

    fn record(&self) -> &[u8] {
        &self.buffer[self.start..self.start + self.length]
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads more bytes behind the unread ones; the buffer grows only when they fill it.
    fn fill(&mut self) -> Result<(), Fault> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.end * 2, 0);
        }
        while self.end < self.buffer.len() && !self.ended {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Unreadable(error)),
            }
        }
        Ok(())
    }
}

/// Finds the end of the record that some bytes begin with.
struct Splitter<'b> {
    bytes: &'b [u8],
    /// Whether no bytes will follow.
    at_end: bool,
    delimiter: u8,
    quote: u8,
}

impl Splitter<'_> {
    /// The length of the record with its line ending; `None` where the bytes end before the record does.
    fn record(&self, fields: &mut Vec<Field>) -> Result<Option<usize>, &'static str> {
        fields.clear();
        let mut start = 0;
        loop {
            let field = match self.bytes.get(start) {
                Some(first) if *first == self.quote => match self.quoted(start) {
                    Some(field) => field,
                    None if self.at_end => {
                        return Err(
                            "a quote is not closed; close it, or quote the value and double it",
                        );
                    }
                    None => return Ok(None),
                },
                _ => self.unquoted(start),
            };
            let after = field.end + usize::from(field.quoted);
            fields.push(field);
            match self.bytes.get(after..).unwrap_or_default() {
                [] if self.at_end => return Ok(Some(after)),
                [] => return Ok(None),
                [byte, ..] if *byte == self.delimiter => start = after + 1,
                [b'\n', ..] => return Ok(Some(after + 1)),
                [b'\r', b'\n', ..] => return Ok(Some(after + 2)),
                [b'\r'] if !self.at_end => return Ok(None),
                [b'\r', ..] => {
                    return Err(
                        "a carriage return without a line feed; quote the value, or end lines with \\n or \\r\\n",
                    );
                }
                _ => return Err("text after a closing quote; double the quotes within the value"),
            }
        }
    }

    /// The field in the quotes of which the first is at `open`; `None` if they are not closed. Where the
    /// bytes end right behind a quote, it may still turn out to be a doubled one.
    fn quoted(&self, open: usize) -> Option<Field> {
        let mut end = open + 1;
        let mut doubled = false;
        loop {
            end += self.bytes[end..]
                .iter()
                .position(|byte| *byte == self.quote)?;
            match self.bytes.get(end + 1) {
                Some(next) if *next == self.quote => {
                    doubled = true;
                    end += 2;
                }
                None if !self.at_end => return None,
                _ => {
                    return Some(Field {
                        start: open + 1,
                        end,
                        quoted: true,
                        doubled,
                    });
                }
            }
        }
    }

    fn unquoted(&self, start: usize) -> Field {
        let ends = |byte: &u8| *byte == self.delimiter || *byte == b'\n' || *byte == b'\r';
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        Field {
            start,
            end: start + length,
            quoted: false,
            doubled: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes one at a time.
    struct Trickle<'b>(&'b [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let room_for_one = room.len().min(1);
            self.0.read(&mut room[..room_for_one])
        }
    }

    fn rows(text: &[u8]) -> Result<Vec<Vec<Option<String>>>, String> {
        let read = |input: &mut dyn Read| {
            let mut records = Records::new(input, b',', b'"')?;
            let mut rows = Vec::new();
            while records.advance()? {
                let fields = records.fields().iter().map(|field| {
                    let is_null = !field.quoted && field.start == field.end;
                    (!is_null).then(|| records.text(*field).into_owned())
                });
                rows.push(fields.collect());
            }
            Ok(rows)
        };
        let told = |fault| match fault {
            Fault::Unreadable(error) => error.to_string(),
            Fault::Malformed { line, problem } => format!("{line}: {problem}"),
        };
        let at_once: Result<_, Fault> = read(&mut { text });
        let slowly = read(&mut Trickle(text)).map_err(told);
        assert_eq!(at_once.map_err(told), slowly);
        slowly
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn quotes_hold_delimiters_lines_and_doubled_quotes() {
        assert_eq!(
            rows(b"a,\"b,\"\"c\"\"\nd\"\r\n,\"\"").unwrap(),
            [[some("a"), some("b,\"c\"\nd")], [None, some("")]]
        );
    }

    #[test]
    fn a_byte_order_mark_and_a_missing_last_line_ending_are_accepted() {
        assert_eq!(
            rows(b"\xef\xbb\xbfa\nb").unwrap(),
            [[some("a")], [some("b")]]
        );
    }

    #[test]
    fn what_readers_repair_is_refused_with_its_line() {
        for (text, line) in [
            (&b"a\n\"b"[..], "2: a quote"),
            (b"a\n\n\"b\"c\n", "3: text after"),
            (b"\"a\nb\"\nc\rd", "3: a carriage"),
            (b"a\n\xff\n", "2: not UTF-8"),
        ] {
            let fault = rows(text).unwrap_err();
            assert!(fault.starts_with(line), "{fault}");
        }
    }
}

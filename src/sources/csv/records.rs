//! The records of one file, each with the line it begins on.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::split::{LineEnding, Malformed, Span, Split, split_record};
use super::window::Window;
use super::{CsvError, CsvFormat, MAX_RECORD_BYTES};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A cursor over records: [`advance`](Self::advance) to one, then look at it.
pub(super) struct Records<R> {
    path: PathBuf,
    format: CsvFormat,
    window: Window<R>,
    /// The current record is the first `length` unread bytes; 0 before the first.
    length: usize,
    spans: Vec<Span>,
    line: u64,
    next_line: u64,
    ending: Option<LineEnding>,
}

/// A value as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    /// Valid UTF-8, without the surrounding quotes, doubled quotes as written.
    pub(super) raw: &'a [u8],
    pub(super) quoted: bool,
}

impl Field<'_> {
    /// The value, with doubled quotes made single.
    pub(super) fn text(&self, quote: u8) -> String {
        let text = String::from_utf8_lossy(self.raw);
        if !self.quoted {
            return text.into_owned();
        }
        let quote = char::from(quote).to_string();
        text.replace(&quote.repeat(2), &quote)
    }
}

impl<R: Read> Records<R> {
    /// Starts before the first record. Keeps `window_bytes` in memory, more for longer records.
    pub(super) fn new(
        path: &Path,
        input: R,
        format: CsvFormat,
        window_bytes: usize,
    ) -> Result<Self, CsvError> {
        let mut window = Window::open(input, window_bytes.max(BYTE_ORDER_MARK.len()))
            .map_err(|error| CsvError::unreadable(path, &error))?;
        if window.unread().starts_with(BYTE_ORDER_MARK) {
            window.pass(BYTE_ORDER_MARK.len());
        }
        Ok(Self {
            path: path.to_owned(),
            format,
            window,
            length: 0,
            spans: Vec::new(),
            line: 0,
            next_line: 1,
            ending: None,
        })
    }

    /// Moves to the next record, and tells whether there is one.
    pub(super) fn advance(&mut self) -> Result<bool, CsvError> {
        self.window.pass(self.length);
        self.length = 0;
        self.line = self.next_line;
        loop {
            let unread = self.window.unread();
            let ended = self.window.ended();
            if unread.is_empty() && ended {
                return Ok(false);
            }
            match split_record(unread, ended, self.format, &mut self.spans) {
                Ok(Split::Complete { length, ending }) if length <= MAX_RECORD_BYTES => {
                    self.length = length;
                    self.next_line = self.line + self.line_count();
                    self.check_utf8()?;
                    self.check_ending(ending)?;
                    return Ok(true);
                }
                Ok(Split::Incomplete) if unread.len() < MAX_RECORD_BYTES => {
                    let extended = self.window.extend();
                    extended.map_err(|error| CsvError::unreadable(&self.path, &error))?;
                }
                Ok(_) => return Err(self.too_long()),
                Err(Malformed { at, problem }) => return Err(self.error_at(at, problem)),
            }
        }
    }

    /// The fields of the current record; a blank line has one.
    pub(super) fn fields(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        let record = self.record();
        self.spans.iter().map(|span| Field {
            raw: &record[span.start..span.end],
            quoted: span.quoted,
        })
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.record(), b"\n" | b"\r\n")
    }

    /// An error about the current record, which names the line it begins on.
    pub(super) fn error(&self, message: impl Into<String>) -> CsvError {
        self.error_at(0, message)
    }

    /// An error at a byte of the current record, which names the line of that byte.
    fn error_at(&self, at: usize, message: impl Into<String>) -> CsvError {
        CsvError {
            path: self.path.clone(),
            line: Some(self.line + line_feeds(&self.window.unread()[..at])),
            message: message.into(),
        }
    }

    fn too_long(&self) -> CsvError {
        self.error(format!(
            "a record of more than {MAX_RECORD_BYTES} bytes; close the quote that is left open, \
             or split the record"
        ))
    }

    fn record(&self) -> &[u8] {
        &self.window.unread()[..self.length]
    }

    /// How many lines the current record takes; only a quoted field goes on over a line ending.
    fn line_count(&self) -> u64 {
        if self.spans.iter().any(|span| span.quoted) {
            line_feeds(self.record())
        } else {
            1
        }
    }

    fn check_utf8(&self) -> Result<(), CsvError> {
        let Err(error) = str::from_utf8(self.record()) else {
            return Ok(());
        };
        let message = "not UTF-8 text; convert the file to UTF-8";
        Err(self.error_at(error.valid_up_to(), message))
    }

    /// DuckDB cannot read a file that mixes line endings.
    fn check_ending(&mut self, ending: Option<LineEnding>) -> Result<(), CsvError> {
        let Some(ending) = ending else {
            return Ok(());
        };
        if *self.ending.get_or_insert(ending) == ending {
            return Ok(());
        }
        Err(self.error(
            "the line ends otherwise than line 1; end all lines with \\n or all with \\r\\n",
        ))
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte == b'\n')).sum()
}

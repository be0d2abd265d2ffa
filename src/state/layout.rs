//! How the state file looks: a line for each key of a table and of a rule, what is in them on one line.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Deeper than the keys of a rule nothing is broken into lines.
const DEEPEST_LINES: usize = 4;

/// JSON that people can look through: a rule takes a few lines.
#[derive(Default)]
pub(super) struct Layout {
    depth: usize,
    /// Whether the object or array that ends next has something in it.
    is_filled: bool,
}

impl Layout {
    fn begin<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_filled = false;
        out.write_all(bracket)
    }

    fn separate<W: Write + ?Sized>(&self, out: &mut W, is_first: bool) -> io::Result<()> {
        match (is_first, self.depth <= DEEPEST_LINES) {
            (true, false) => Ok(()),
            (false, false) => out.write_all(b", "),
            (true, true) => self.begin_line(out),
            (false, true) => {
                out.write_all(b",")?;
                self.begin_line(out)
            }
        }
    }

    fn end<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.is_filled && self.depth < DEEPEST_LINES {
            self.begin_line(out)?;
        }
        self.is_filled = true;
        out.write_all(bracket)
    }

    fn begin_line<W: Write + ?Sized>(&self, out: &mut W) -> io::Result<()> {
        const SPACES: &[u8] = b"\n        ";
        out.write_all(&SPACES[..=2 * self.depth])
    }
}

impl Formatter for Layout {
    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.separate(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_filled = true;
        Ok(())
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.separate(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_filled = true;
        Ok(())
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }
}

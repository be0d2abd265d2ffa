//! The part of a file that is in memory.

use std::io::{self, Read};

/// Unread bytes of an input, contiguous; memory grows only with what is left unpassed.
pub(super) struct Window<R> {
    input: R,
    ended: bool,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
}

impl<R: Read> Window<R> {
    /// Holds the first `size` bytes, or all there are.
    pub(super) fn open(input: R, size: usize) -> io::Result<Self> {
        let mut window = Self {
            input,
            ended: false,
            buffer: vec![0; size],
            start: 0,
            end: 0,
        };
        window.fill()?;
        Ok(window)
    }

    pub(super) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether nothing follows the unread bytes.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Drops the first `length` unread bytes.
    pub(super) fn pass(&mut self, length: usize) {
        self.start += length;
    }

    /// Appends to the unread bytes, at least one unless the input ends.
    pub(super) fn extend(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.end * 2, 0);
        }
        self.fill()
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.end < self.buffer.len() && !self.ended {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

//! A writer that knows the hash of what went through it.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// Hashes what is written, without the spaces at its end: an editor that adds a line end changed nothing.
pub(super) struct Hashed<W> {
    inner: W,
    hasher: Sha256,
    /// They are part of it only if something follows.
    spaces: Vec<u8>,
}

impl<W: Write> Hashed<W> {
    pub(super) fn new(inner: W) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            spaces: Vec::new(),
        }
    }

    /// The writer, and the SHA-256 in hex.
    pub(super) fn finish(self) -> (W, String) {
        (self.inner, hex::encode(self.hasher.finalize()))
    }

    fn hash(&mut self, bytes: &[u8]) {
        let text = bytes.trim_ascii_end();
        if !text.is_empty() {
            self.hasher.update(&self.spaces);
            self.spaces.clear();
            self.hasher.update(text);
        }
        self.spaces.extend_from_slice(&bytes[text.len()..]);
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The hash of bytes that are there already.
pub(super) fn sha_of(bytes: &[u8]) -> String {
    let mut hashed = Hashed::new(io::sink());
    hashed.hash(bytes);
    hashed.finish().1
}

//! Portable patterns: what a regular expression means is decided here, not by the engine that runs it.
//!
//! A pattern is parsed once, reduced to what every engine can express, and written anew for each,
//! because engines disagree without saying so: `\b` is a backspace in PostgreSQL, `.` matches a
//! newline there, and `\d` matches `٣` in the crate `regex`. What holds on all of them:
//!
//! - The syntax is that of the crate `regex`, without look-around, back-references, `\b{start}`
//!   and the flags `u` and `R`.
//! - `\d`, `\s`, `\w`, `\b`, their negations and classes like `[[:alpha:]]` know only ASCII.
//!   `\p{L}` is the way to Unicode. A negated class matches any other character, also a newline.
//! - `.` is any character except `\n`; `^` and `$` are the ends of the text, with `(?m)` of a line.
//! - `(?i)` is the simple case folding of Unicode: `k` also matches the Kelvin sign and `s` the
//!   long s, and so does a class that holds them, like `\w`.
//! - NUL cannot be asked for, because PostgreSQL's text cannot hold it, but a range may include it.
//! - A count is at most 255, counts in each other multiply to 1000 at most, and the pattern as a
//!   whole has a largest weight, so that each engine compiles it soon.
//!
//! Captures and greediness are dropped: they do not change whether a value matches.

mod node;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod weight;

use std::fmt;
use std::hash::{Hash, Hasher};

use data_validator_plugin::RegexFlavour as Flavour;

use node::Node;

/// A pattern in the portable subset: it means the same on every engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    root: Node,
}

impl Pattern {
    /// Fails when `text` is no regular expression, or when some engine could not run it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let root = parse::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            root,
        })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// An equivalent pattern for one engine, to be used with its case-sensitive search function
    /// and without options.
    pub fn render(&self, flavour: Flavour, extent: Extent) -> String {
        render::render(&self.root, flavour, extent)
    }
}

/// As it was written.
impl serde::Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Equal patterns have the same text, so the text is enough.
impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// How much of the value has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// A part of the value, as in `grep`.
    Search,
    /// The whole value.
    Full,
}

/// Why a text is not a portable pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    pub message: String,
    /// Where in the pattern, in bytes; `None` when it is about the pattern as a whole.
    pub offset: Option<usize>,
    /// What to write instead.
    pub hint: Option<String>,
}

impl PatternError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            offset: None,
            hint: None,
        }
    }

    fn at(self, span: &regex_syntax::ast::Span) -> Self {
        Self {
            offset: Some(span.start.offset),
            ..self
        }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PatternError {}

//! Builds the value of a text from the events of its parser, as `serde_yaml` would read it.

use libyaml_safer::ScalarStyle;
use serde_yaml::{Mapping, Number, Value};

use super::merge::MERGE_KEY;

/// The value of a text that is being read. What is rare in a config is left to `serde_yaml`: tags,
/// aliases, merge keys, and numbers that it refuses.
#[derive(Default)]
pub struct ValueBuilder {
    /// Values whose list or mapping goes on, those of the innermost one last.
    finished: Vec<Value>,
    /// Where the values of the open lists and mappings begin.
    open: Vec<usize>,
    left: bool,
}

impl ValueBuilder {
    /// The text has something that only `serde_yaml` reads.
    pub fn leave(&mut self) {
        self.left = true;
    }

    pub fn begin(&mut self) {
        self.open.push(self.finished.len());
    }

    pub fn end_list(&mut self) {
        let start = self.open.pop().unwrap_or_default();
        let items = self.finished.drain(start..).collect();
        self.finished.push(Value::Sequence(items));
    }

    /// The first of several equal keys counts.
    pub fn end_mapping(&mut self) {
        let start = self.open.pop().unwrap_or_default();
        let mut mapping = Mapping::with_capacity((self.finished.len() - start) / 2);
        let mut entries = self.finished.drain(start..);
        while let (Some(key), Some(value)) = (entries.next(), entries.next()) {
            mapping.entry(key).or_insert(value);
        }
        drop(entries);
        self.finished.push(Value::Mapping(mapping));
    }

    pub fn scalar(&mut self, text: String, style: ScalarStyle) {
        let value = match style {
            ScalarStyle::Plain => plain(text),
            _ => Some(Value::String(text)),
        };
        self.left |= value.as_ref().is_none_or(|value| value == MERGE_KEY);
        self.finished.push(value.unwrap_or_default());
    }

    /// The value, unless it is left to `serde_yaml`.
    pub fn finish(mut self) -> Option<Value> {
        let value = self.finished.pop().unwrap_or_default();
        (!self.left).then_some(value)
    }
}

/// The value of a text without quotes, or `None` for a number beyond 64 bits.
fn plain(text: String) -> Option<Value> {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(true.into()),
        "false" | "False" | "FALSE" => return Some(false.into()),
        _ => {}
    }
    let digits = text.trim_start_matches(['+', '-']);
    if !digits.starts_with(|first: char| first == '.' || first.is_ascii_digit()) {
        return Some(Value::String(text));
    }
    match text.parse::<Number>() {
        Ok(number) => Some(Value::Number(number)),
        Err(_) if may_be_an_integer(digits) => None,
        Err(_) => Some(Value::String(text)),
    }
}

/// Whether there is no character that an integer cannot have, in any base.
fn may_be_an_integer(digits: &str) -> bool {
    let more_than_64_bits = digits.len() > 16;
    more_than_64_bits
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || b"xo".contains(&byte))
}

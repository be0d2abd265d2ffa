//! Reading a mapping of a config key by key, collecting what is wrong instead of stopping.
//!
//! Which keys a mapping has is listed ([`Key`]). Whoever reads one looks at all of them, even after one was
//! found wrong, and then calls [`Fields::finish`], which reports all other keys.

use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_yaml::{Mapping, Value};

use super::findings::Findings;
use super::key::Key;
use super::keys;
use super::path::KeyPath;

mod duration;
mod known;
mod refuse;
mod rule;
pub mod wording;

pub use duration::time_span;

pub use known::Known;
pub use rule::{Home, RuleFields};
use wording::{advice, wanted, words};

/// Looking at so many keys takes less time than hashing one.
const FEW_KEYS: usize = 16;

/// One mapping of a config.
#[derive(Clone)]
pub struct Fields<'a> {
    findings: &'a Findings,
    path: KeyPath,
    /// `None` when the mapping is not given, or not a mapping.
    mapping: Option<&'a Mapping>,
    known: Known<'a>,
    /// Whether something was found wrong already.
    refused: bool,
}

impl<'a> Fields<'a> {
    pub fn new(
        findings: &'a Findings,
        path: KeyPath,
        mapping: &'a Mapping,
        keys: &'static [Key],
    ) -> Self {
        Self {
            mapping: Some(mapping),
            known: Known::Keys(keys),
            ..Self::absent(findings, path)
        }
    }

    /// The root of a config, which is a mapping.
    pub fn of(findings: &'a Findings, root: &'a Value) -> Self {
        Self {
            mapping: root.as_mapping(),
            known: Known::Keys(keys::CONFIG),
            ..Self::absent(findings, KeyPath::default())
        }
    }

    /// A mapping that is not given.
    pub fn absent(findings: &'a Findings, path: KeyPath) -> Self {
        Self {
            findings,
            path,
            mapping: None,
            known: Known::Keys(&[]),
            refused: false,
        }
    }

    pub fn path(&self) -> &KeyPath {
        &self.path
    }

    pub fn findings(&self) -> &'a Findings {
        self.findings
    }

    /// Says which keys the mapping has, where that depends on something else.
    pub fn set_known(&mut self, known: Known<'a>) {
        self.known = known;
    }

    /// Whether the key has a value.
    pub fn was_given(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// The value of a key, if it is given and not null.
    ///
    /// A value of another type leaves a diagnostic.
    pub fn optional<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.value(key)?;
        self.read(value, |path| path.key(key))
    }

    /// As [`Fields::optional`], with a diagnostic when the key is missing.
    pub fn required<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let Some(value) = self.value(key) else {
            self.refuse_missing(key);
            return None;
        };
        self.read(value, |path| path.key(key))
    }

    /// A text that no message shows, with a diagnostic when it is missing.
    pub fn required_secret(&mut self, key: &str) -> Option<String> {
        if !self.was_given(key) {
            return self.required(key);
        }
        let path = self.path.key(key);
        let reading = self
            .findings
            .places()
            .reading(&path)
            .map(|reading| &reading.value);
        let text = [self.value(key), reading]
            .into_iter()
            .flatten()
            .find_map(Value::as_str);
        if text.is_none() {
            self.refuse(key, &format!("'{key}' must be text"), "put it in quotes");
        }
        text.map(str::to_owned)
    }

    /// The value of a key as it stands, if it is given and not null.
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        let mapping = self.mapping?;
        let value = if mapping.len() <= FEW_KEYS {
            let mut entries = mapping.iter();
            let entry = entries.find(|(known, _)| known.as_str() == Some(key));
            entry.map(|(_, value)| value)
        } else {
            mapping.get(key)
        };
        value.filter(|value| !value.is_null())
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let items = self.items(key)?;
        let texts: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.read(item, |path| path.key(key).index(index)))
            .collect();
        texts.into_iter().collect()
    }

    /// A mapping that may be left out; then it is empty.
    pub fn section(&mut self, key: &str) -> Self {
        let path = self.path.key(key);
        let value = self.value(key);
        let mapping = value.and_then(|value| self.as_mapping(&path, value));
        let refused = value.is_some() && mapping.is_none();
        Fields {
            mapping,
            refused,
            known: self.known.below(key),
            ..Fields::absent(self.findings, path)
        }
    }

    /// A list of mappings; items that are none are left out, with a diagnostic.
    pub fn mappings(&mut self, key: &str) -> Option<Vec<Self>> {
        let path = self.path.key(key);
        let items = self.items(key)?;
        let (known, findings) = (self.known.below(key), self.findings);
        let fields = items.iter().enumerate().filter_map(|(index, item)| {
            let path = path.index(index);
            let mapping = self.as_mapping(&path, item)?;
            Some(Fields {
                mapping: Some(mapping),
                known: known.clone(),
                ..Fields::absent(findings, path)
            })
        });
        Some(fields.collect())
    }

    /// The entries of a mapping with names of the user's choice.
    pub fn entries(&self) -> Vec<(&'a str, &'a Value)> {
        let entries = self.mapping.into_iter().flatten();
        entries
            .filter_map(|(key, value)| Some((key.as_str()?, value)))
            .collect()
    }

    /// A mapping that is open: any key, any value.
    pub fn open(&mut self, key: &str) -> Map<String, serde_json::Value> {
        let Some(value) = self.value(key) else {
            return Map::new();
        };
        if self.as_mapping(&self.path.key(key), value).is_none() {
            return Map::new();
        }
        match serde_json::to_value(value) {
            Ok(serde_json::Value::Object(map)) => map,
            _ => {
                self.refuse(
                    key,
                    &format!("'{key}' has a key that is not text"),
                    "put the keys in quotes",
                );
                Map::new()
            }
        }
    }

    /// Reads a value from somewhere in this mapping; where, is only asked when it is wrong.
    fn read<T: DeserializeOwned>(
        &mut self,
        value: &Value,
        path: impl FnOnce(&KeyPath) -> KeyPath,
    ) -> Option<T> {
        let error = match T::deserialize(value) {
            Ok(read) => return Some(read),
            Err(error) => error.to_string(),
        };
        let path = &path(&self.path);
        let reading = self.findings.places().reading(path);
        let second = reading
            .map(|reading| &reading.value)
            .filter(|value| !value.is_null());
        if let Some(Ok(read)) = second.map(T::deserialize) {
            return Some(read);
        }
        let wanted = wanted::<T>(&error);
        let found = match reading.and_then(|reading| reading.shown.as_deref()) {
            Some(shown) => format!("the value of '{shown}'"),
            None => words(value),
        };
        let message = format!("{} must be {}, found {found}", path.name(), wanted.words);
        self.refused = true;
        self.findings
            .at_value(path, message, advice(value, &wanted));
        None
    }

    fn as_mapping(&mut self, path: &KeyPath, value: &'a Value) -> Option<&'a Mapping> {
        match value {
            Value::Mapping(mapping) => Some(mapping),
            other => {
                let message = format!("{} must be a mapping, found {}", path.name(), words(other));
                self.refused = true;
                self.findings
                    .at_value(path, message, "write keys and values, as in 'key: value'");
                None
            }
        }
    }

    fn items(&mut self, key: &str) -> Option<&'a [Value]> {
        match self.value(key)? {
            Value::Sequence(items) => Some(items),
            other => {
                let message = format!("'{key}' must be a list, found {}", words(other));
                self.refuse(
                    key,
                    &message,
                    "write it as […], or as lines that begin with '-'",
                );
                None
            }
        }
    }
}

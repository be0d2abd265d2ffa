//! Saying what is wrong with a mapping.

use serde_yaml::Mapping;

use crate::similar::did_you_mean;

use super::Fields;
use super::wording::words;

impl<'a> Fields<'a> {
    /// Refuses keys whose feature is yet to come, by key and what it is for.
    pub fn later(&mut self, keys: &[(&'a str, &str)]) {
        for (key, feature) in keys {
            self.unavailable.push(key);
            if self.was_given(key) {
                let message = format!("'{key}' ({feature}) is not available in this version yet");
                self.refused = true;
                self.findings
                    .at_key(&self.path.key(key), message, "remove it");
            }
        }
    }

    /// A diagnostic about a key's value, or about the mapping when the key is not given.
    pub fn refuse(&mut self, key: &str, message: &str, hint: &str) {
        self.refused = true;
        let path = if self.was_given(key) {
            &self.path.key(key)
        } else {
            &self.path
        };
        self.findings.at_value(path, message, hint);
    }

    /// A diagnostic about the mapping as a whole, unless something in it was refused already and
    /// may be the reason.
    pub fn refuse_unless_refused(&mut self, message: &str, hint: &str) {
        if !self.refused {
            self.refused = true;
            self.findings.at_value(&self.path, message, hint);
        }
    }

    /// Reports the keys nobody asked for.
    pub fn finish(self) {
        self.finish_with(|_| None);
    }

    /// As [`Fields::finish`]; `advice` knows of a key that belongs elsewhere.
    pub fn finish_with(&self, advice: impl Fn(&str) -> Option<String>) {
        for key in self.mapping.into_iter().flat_map(Mapping::keys) {
            let Some(key) = key.as_str() else {
                let written = serde_yaml::to_string(key).unwrap_or_default();
                let message = format!("a key must be text, found {}", words(key));
                self.findings.at_key(
                    &self.path.key(written.trim_end()),
                    message,
                    "put it in quotes",
                );
                continue;
            };
            if self.named || self.asked.contains(&key) || self.unavailable.contains(&key) {
                continue;
            }
            let near = || did_you_mean(key, self.asked.iter().copied());
            let hint = advice(key)
                .or_else(near)
                .unwrap_or_else(|| self.known_keys());
            self.findings
                .at_key(&self.path.key(key), format!("unknown key '{key}'"), hint);
        }
    }

    pub(super) fn refuse_missing(&mut self, key: &str) {
        // When the mapping itself was wrong, everything is missing.
        if self.mapping.is_none() && self.refused {
            return;
        }
        self.refused = true;
        let message = format!("'{key}' is missing in {}", self.path.name());
        self.findings
            .at_value(&self.path, message, format!("add '{key}: …'"));
    }

    fn known_keys(&self) -> String {
        if self.asked.is_empty() {
            return "no keys are known here".to_owned();
        }
        let mut known: Vec<&str> = Vec::new();
        for key in &self.asked {
            if !known.contains(key) {
                known.push(key);
            }
        }
        format!("known keys: {}", known.join(", "))
    }
}

//! Saying what is wrong with a mapping.

use super::Fields;
use super::wording::words;

impl Fields<'_> {
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

    /// Reports the keys that the mapping does not have, or not yet.
    pub fn finish(self) {
        self.finish_with(|_| None);
    }

    /// As [`Fields::finish`]; `advice` knows of a key that belongs elsewhere.
    pub fn finish_with(&self, advice: impl Fn(&str) -> Option<String>) {
        for (key, value) in self.mapping.into_iter().flatten() {
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
            let (message, hint) = if self.known.allows(key) {
                match self.known.feature_to_come(key) {
                    Some(feature) if !value.is_null() => (
                        format!("'{key}' ({feature}) is not available in this version yet"),
                        "remove it".to_owned(),
                    ),
                    _ => continue,
                }
            } else {
                let hint = advice(key).unwrap_or_else(|| self.known.near(key));
                (format!("unknown key '{key}'"), hint)
            };
            self.findings.at_key(&self.path.key(key), message, hint);
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
}

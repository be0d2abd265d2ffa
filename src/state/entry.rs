//! What the state knows about a table, a rule and a run.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::canonical::{write_canonical, write_text};

/// How far a table or a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Also everything that another tool calls by another word.
    #[default]
    InProgress,
    Completed,
}

/// One rule's record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleEntry {
    pub status: Status,
    /// As written; [`instant`](super::instant) reads it.
    pub completed_at: Option<String>,
    pub result: Option<Value>,
    /// All that the result depends on except the data, by name.
    pub fingerprint: Option<Map<String, Value>>,
    /// The token of the data, if there was one.
    pub data_version: Option<String>,
    pub run_id: Option<String>,
    /// `false` for a result that was taken over although nobody could check it.
    pub verified: Option<bool>,
    /// The store's own, written when the entry is put: its CRC with the names of table and rule.
    pub check: Option<String>,
    /// Keys that nobody here knows, and known ones whose values are of another type.
    pub extra: Map<String, Value>,
}

/// Who wrote an entry, which says how far it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// As it was put, under these names.
    Ours,
    /// Written by hand or by another tool: it has none of our keys.
    Foreign,
    /// Has some of our keys, but is not what was put: edited, torn or moved.
    Damaged,
}

/// One table's record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableEntry {
    pub status: Status,
    pub started_at: Option<String>,
    pub completed_at: Option<String>,
    pub rules: IndexMap<String, RuleEntry>,
    /// Keys that nobody here knows, such as the Python tool's `results`.
    pub extra: Map<String, Value>,
}

/// One run; the state remembers the newest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    pub id: String,
    pub started_at: String,
    /// `None` while it runs, and for ever if it died.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<String>,
}

/// The keys of a rule that the Python tool has too, and then those that only we write.
pub(super) const RULE_KEYS: [&str; 8] = [
    "status",
    "completed_at",
    "result",
    "fingerprint",
    "data_version",
    "run_id",
    "verified",
    "check",
];
const OUR_KEYS: &[&str] = RULE_KEYS.split_at(3).1;

impl RuleEntry {
    /// Who wrote the entry that stands under these names.
    ///
    /// Keys in `extra` are not checked: a note that somebody adds to an entry does not make it wrong.
    pub fn origin(&self, table: &str, rule: &str) -> Origin {
        let misplaced = |key: &&str| self.extra.contains_key(*key);
        match &self.check {
            Some(check) if *check == self.expected_check(table, rule) => Origin::Ours,
            Some(_) => Origin::Damaged,
            None if self.fingerprint.is_none()
                && self.data_version.is_none()
                && self.run_id.is_none()
                && self.verified.is_none()
                && !OUR_KEYS.iter().any(misplaced) =>
            {
                Origin::Foreign
            }
            None => Origin::Damaged,
        }
    }

    /// Makes the entry one that was put under these names.
    pub(super) fn seal(&mut self, table: &str, rule: &str) {
        self.extra
            .retain(|key, _| !RULE_KEYS.contains(&key.as_str()));
        if self.result == Some(Value::Null) {
            self.result = None;
        }
        self.check = Some(self.expected_check(table, rule));
    }

    fn expected_check(&self, table: &str, rule: &str) -> String {
        let mut text = Vec::with_capacity(512);
        for name in [table, rule, self.status.word()] {
            write_text(name, &mut text);
            text.push(b',');
        }
        let texts = [&self.completed_at, &self.data_version, &self.run_id];
        for value in texts {
            match value {
                Some(value) => write_text(value, &mut text),
                None => text.extend_from_slice(b"null"),
            }
            text.push(b',');
        }
        let verified = self.verified.map_or(Value::Null, Value::Bool);
        write_canonical(&verified, &mut text);
        text.push(b',');
        match &self.fingerprint {
            Some(inputs) => super::canonical::write_object(inputs, &mut text),
            None => text.extend_from_slice(b"null"),
        }
        text.push(b',');
        write_canonical(self.result.as_ref().unwrap_or(&Value::Null), &mut text);
        format!("{:08x}", crc32fast::hash(&text))
    }
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::InProgress, Self::Completed]
            .into_iter()
            .find(|status| status.word() == word)
    }
}

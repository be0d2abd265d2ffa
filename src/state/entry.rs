//! What the state knows about a table, a rule and a run.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::extra::Extra;
use super::json_text::JsonText;

/// How far a table or a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Also everything that another tool calls by another word.
    #[default]
    InProgress,
    Completed,
}

/// One rule's record. There may be a million of them in memory, so what many have in common is shared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleEntry {
    pub status: Status,
    /// As written; [`instant`](super::instant) reads it.
    pub completed_at: Option<Arc<str>>,
    pub result: Option<JsonText>,
    /// All that the result depends on except the data, by name.
    pub fingerprint: Option<JsonText>,
    /// The token of the data, if there was one.
    pub data_version: Option<Arc<str>>,
    pub run_id: Option<Arc<str>>,
    /// `false` for a result that was taken over although nobody could check it.
    pub verified: Option<bool>,
    /// The store's own, written when the entry is put: the CRC of the names of table and rule and of the
    /// values above, of the two JSON values as they were put.
    pub check: Option<Check>,
    /// Keys that nobody here knows, and known ones whose values are of another form.
    pub extra: Extra,
}

/// A CRC-32, written as eight digits in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check(u32);

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
    /// Stands for an entry that cannot be read.
    pub(super) fn damaged() -> Self {
        let mut entry = Self::default();
        entry.extra.insert("check".to_owned(), Value::Null);
        entry
    }

    /// Who wrote the entry that stands under these names.
    ///
    /// Keys in `extra` are not checked: a note that somebody adds to an entry does not make it wrong.
    pub fn origin(&self, table: &str, rule: &str) -> Origin {
        let misplaced = |key: &&str| self.extra.contains_key(key);
        match self.check {
            Some(check) if self.fits(check, table, rule) => Origin::Ours,
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
        self.extra.retain(|key| !RULE_KEYS.contains(&key));
        self.result = self.result.take().filter(|result| !result.is_null());
        let (fingerprint, result) = (self.fingerprint.as_ref(), self.result.as_ref());
        self.check = Some(self.check_with(fingerprint, result, table, rule));
    }

    /// Whether the entry has that check, also where an editor wrote its values in another way.
    fn fits(&self, check: Check, table: &str, rule: &str) -> bool {
        let (fingerprint, result) = (self.fingerprint.as_ref(), self.result.as_ref());
        if self.check_with(fingerprint, result, table, rule) == check {
            return true;
        }
        let fingerprint = fingerprint.and_then(JsonText::rewritten);
        let result = result.and_then(JsonText::rewritten);
        self.check_with(fingerprint.as_ref(), result.as_ref(), table, rule) == check
    }

    fn check_with(
        &self,
        fingerprint: Option<&JsonText>,
        result: Option<&JsonText>,
        table: &str,
        rule: &str,
    ) -> Check {
        let verified = self.verified.map(|verified| verified.to_string());
        let parts = [
            Some(table),
            Some(rule),
            Some(self.status.word()),
            self.completed_at.as_deref(),
            self.data_version.as_deref(),
            self.run_id.as_deref(),
            verified.as_deref(),
            fingerprint.map(JsonText::as_str),
            result.map(JsonText::as_str),
        ];
        let mut crc = crc32fast::Hasher::new();
        for part in parts {
            // The length keeps the parts apart, and one that is missing from one that is empty.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            crc.update(&length.to_le_bytes());
            crc.update(part.unwrap_or_default().as_bytes());
        }
        Check(crc.finalize())
    }

    /// Takes the texts of another entry where they are the same: rules of a table mostly have them in common.
    pub(super) fn share_with(&mut self, other: &Self) {
        let share = |mine: &mut Option<Arc<str>>, other: &Option<Arc<str>>| {
            if mine == other {
                mine.clone_from(other);
            }
        };
        share(&mut self.completed_at, &other.completed_at);
        share(&mut self.data_version, &other.data_version);
        share(&mut self.run_id, &other.run_id);
    }
}

impl TableEntry {
    /// Puts a rule in the place of the one of that name, or behind the others.
    pub(super) fn put(&mut self, rule: String, mut entry: RuleEntry) {
        if let Some((_, newest)) = self.rules.last() {
            entry.share_with(newest);
        }
        self.rules.insert(rule, entry);
    }
}

impl Check {
    /// `None` where it is not as it is written here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let check = Self(u32::from_str_radix(text, 16).ok()?);
        (check.to_string() == text).then_some(check)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}", self.0)
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

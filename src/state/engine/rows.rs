//! What a state says, as rows.

use data_validator_plugin::{Replacement, Rows, Scalar};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

use super::tables::{QUARANTINE_COLUMNS, RESULT_COLUMNS, STATE, STATE_KEY, named};
use crate::config::StateInEngine;
use crate::state::entry::RuleEntry;
use crate::state::{JsonText, instant};

/// Rows of the table of states that go, and those that come.
pub(super) struct StateRows<'s> {
    state: &'s str,
    pub replacement: Replacement,
}

impl<'s> StateRows<'s> {
    /// None yet, for the state of that id.
    pub(super) fn of(place: &StateInEngine, state: &'s str) -> Self {
        let [key, kind, name] = STATE_KEY;
        let replacement = Replacement {
            table: named(place, STATE),
            delete: no_rows(STATE_KEY),
            insert: no_rows([key, kind, name, "value"]),
        };
        Self { state, replacement }
    }

    /// Puts a row in the place of the one there was; without a value that one only goes.
    pub(super) fn replace(&mut self, kind: &str, name: &str, value: Option<&JsonText>) {
        self.remove(kind, name);
        self.put(kind, name, value);
    }

    /// Removes a row, if there is one.
    pub(super) fn remove(&mut self, kind: &str, name: &str) {
        let key = [self.state, kind, name].map(Scalar::from);
        self.replacement.delete.rows.push(key.into());
    }

    /// Adds a row where none is left, if there is a value.
    pub(super) fn put(&mut self, kind: &str, name: &str, value: Option<&JsonText>) {
        let row = value.map(|value| [self.state, kind, name, value.as_str()].map(Scalar::from));
        self.replacement.insert.rows.extend(row.map(Vec::from));
    }
}

pub(super) fn no_rows<const N: usize>(columns: [&str; N]) -> Rows {
    Rows {
        columns: columns.map(str::to_owned).into(),
        rows: Vec::new(),
    }
}

/// The row of a rule's entry.
pub(super) fn result_row(
    state: &str,
    table: &str,
    rule: &str,
    entry: &RuleEntry,
) -> [Scalar; RESULT_COLUMNS.len()] {
    let result: Value = (entry.result.as_ref())
        .and_then(JsonText::read)
        .unwrap_or_default();
    let completed_at = entry.completed_at.as_deref().and_then(instant);
    [
        text(&result_key(state, table, rule, entry)),
        text(state),
        text(table),
        text(rule),
        completed_at.map_or(Scalar::Null, |at| {
            text(&at.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string())
        }),
        result["passed"]
            .as_bool()
            .map_or(Scalar::Null, Scalar::Boolean),
        number(result["failed_count"].as_i64()),
        number(result["total_count"].as_i64()),
        number(result["success_rate"].as_f64().and_then(Number::from_f64)),
        optional(result["severity"].as_str()),
        optional(result["message"].as_str()),
        optional(entry.data_version.as_deref()),
        optional(entry.run_id.as_deref()),
        text(JsonText::of(entry).as_str()),
    ]
}

/// The failing rows that are kept with a rule's entry.
pub(super) fn quarantine_rows(
    state: &str,
    table: &str,
    rule: &str,
    entry: &RuleEntry,
    rows: &[Map<String, Value>],
) -> impl Iterator<Item = [Scalar; QUARANTINE_COLUMNS.len()]> {
    let key = result_key(state, table, rule, entry);
    (1_u64..).zip(rows).map(move |(number, row)| {
        [
            text(&key),
            text(state),
            text(table),
            text(rule),
            Scalar::from(number),
            text(JsonText::of(row).as_str()),
        ]
    })
}

/// The same for the same result: of the state, the table, the rule, its fingerprint and the data version.
///
/// It is a UUID of version 8, the one for hashes of one's own choice: that of SHA-256 here.
fn result_key(state: &str, table: &str, rule: &str, entry: &RuleEntry) -> String {
    let fingerprint = entry.fingerprint.as_ref().map(JsonText::as_str);
    let parts = [Some(state), Some(table), Some(rule), fingerprint];
    let named_by = JsonText::of(&[&parts[..], &[entry.data_version.as_deref()]].concat());
    let hash = Sha256::digest(named_by.as_str());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// A text as a column can have it: some engines store no NUL.
fn text(text: &str) -> Scalar {
    match text.contains('\0') {
        true => Scalar::Text(text.replace('\0', "\u{fffd}")),
        false => Scalar::from(text),
    }
}

fn optional(value: Option<&str>) -> Scalar {
    value.map_or(Scalar::Null, text)
}

fn number(value: Option<impl Into<Number>>) -> Scalar {
    value.map_or(Scalar::Null, |value| Scalar::Number(value.into()))
}

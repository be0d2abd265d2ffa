//! What changed since the last publication, and the rows that publish it.

use std::collections::BTreeMap;

use data_validator_plugin::{Replacement, Scalar};
use serde_json::{Map, Value};

use super::rows::{StateRows, no_rows, quarantine_rows, result_row};
use super::tables::{
    QUARANTINE, QUARANTINE_COLUMNS, RESULT_COLUMNS, RESULT_KEY, RESULTS, kind, named,
};
use crate::config::StateInEngine;
use crate::state::JsonText;
use crate::state::entries::Entries;
use crate::state::entry::TableEntry;
use crate::state::record::Record;

/// What changed since the last publication.
///
/// Of tables and rules it is known whether they may have a row, which has to go: to look for rows that are not there
/// is most of what a first run would cost an engine without indexes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    run: bool,
    tables: BTreeMap<String, bool>,
    rules: BTreeMap<(String, String), bool>,
    /// The failing rows of rules where those that are kept go, by table and rule.
    rows: BTreeMap<(String, String), Vec<Map<String, Value>>>,
}

impl Changes {
    /// All that makes the one of the other.
    pub(super) fn between(before: &Entries, after: &Entries) -> Self {
        let mut changes = Self {
            run: before.run != after.run,
            ..Self::default()
        };
        for name in before.tables.keys().chain(after.tables.keys()) {
            let [old, new] = [before, after].map(|entries| entries.tables.get(name));
            if old.map(table_value) != new.map(table_value) {
                changes.note_table(name, before);
            }
            let both = [old, new].into_iter().flatten();
            for rule in both.flat_map(|table| table.rules.keys()) {
                if before.rule(name, rule) != after.rule(name, rule) {
                    changes.note_rule(name, rule, before);
                    changes.keep_rows(name, rule, Vec::new());
                }
            }
        }
        changes
    }

    /// Notes what a record is about to change.
    pub(super) fn note(&mut self, record: &Record, before: &Entries) {
        match record {
            Record::Run(_) => self.run = true,
            Record::Put { table, rule, .. } => self.note_rule(table, rule, before),
            Record::Start { table, .. }
            | Record::Complete { table, .. }
            | Record::Note { table, .. } => self.note_table(table, before),
            Record::ResetRule { table, rule } => {
                self.note_rule(table, rule, before);
                self.note_table(table, before);
                self.keep_rows(table, rule, Vec::new());
            }
            Record::ResetTable { table } => self.note_all_of(table, before),
            Record::ResetAll {} => {
                self.run = true;
                before
                    .tables
                    .keys()
                    .for_each(|table| self.note_all_of(table, before));
            }
            // They are about files.
            Record::Base(_) | Record::Snapshot(_) => {}
        }
    }

    /// Puts failing rows in the place of those that are kept with a rule's result.
    pub(super) fn keep_rows(&mut self, table: &str, rule: &str, rows: Vec<Map<String, Value>>) {
        self.rows.insert((table.to_owned(), rule.to_owned()), rows);
    }

    /// Takes all rows for possible: what became of a publication with these changes is not known.
    pub(super) fn doubt(&mut self) {
        let tables = self.tables.values_mut();
        tables
            .chain(self.rules.values_mut())
            .for_each(|is_there| *is_there = true);
    }

    fn note_table(&mut self, table: &str, before: &Entries) {
        let is_there = before.tables.contains_key(table);
        self.tables.entry(table.to_owned()).or_insert(is_there);
    }

    fn note_rule(&mut self, table: &str, rule: &str, before: &Entries) {
        let is_there = before.rule(table, rule).is_some();
        let names = (table.to_owned(), rule.to_owned());
        self.rules.entry(names).or_insert(is_there);
    }

    fn note_all_of(&mut self, table: &str, before: &Entries) {
        self.note_table(table, before);
        let entry = before.tables.get(table);
        for rule in entry.into_iter().flat_map(|entry| entry.rules.keys()) {
            self.note_rule(table, rule, before);
            self.keep_rows(table, rule, Vec::new());
        }
    }

    /// The rows in whose place others come: those of the entries as they are now.
    pub(super) fn replacements(&self, place: &StateInEngine, now: &Entries) -> Vec<Replacement> {
        let mut said = StateRows::of(place, &place.id);
        if self.run {
            said.replace(kind::RUN, "", now.run.as_ref().map(JsonText::of).as_ref());
        }
        for (name, is_there) in &self.tables {
            let value = now.tables.get(name).map(table_value);
            if *is_there {
                said.remove(kind::TABLE, name);
            }
            said.put(kind::TABLE, name, value.as_ref());
        }
        let mut results = Replacement {
            table: named(place, RESULTS),
            delete: no_rows(RESULT_KEY),
            insert: no_rows(RESULT_COLUMNS.each_ref().map(|(name, _)| *name)),
        };
        for ((table, rule), is_there) in &self.rules {
            if *is_there {
                let key = [&*place.id, table, rule].map(Scalar::from);
                results.delete.rows.push(key.into());
            }
            if let Some(entry) = now.rule(table, rule) {
                let row = result_row(&place.id, table, rule, entry);
                results.insert.rows.push(row.into());
            }
        }
        let all = [said.replacement, results, self.quarantine(place, now)];
        all.into_iter()
            .filter(|it| !(it.delete.rows.is_empty() && it.insert.rows.is_empty()))
            .collect()
    }

    fn quarantine(&self, place: &StateInEngine, now: &Entries) -> Replacement {
        let mut quarantine = Replacement {
            table: named(place, QUARANTINE),
            delete: no_rows(RESULT_KEY),
            insert: no_rows(QUARANTINE_COLUMNS.each_ref().map(|(name, _)| *name)),
        };
        for (names, rows) in &self.rows {
            let (table, rule) = names;
            // Rows whose result was deleted by hand may lie where new ones come.
            if self.rules.get(names) != Some(&false) || !rows.is_empty() {
                let key = [&*place.id, table, rule].map(Scalar::from);
                quarantine.delete.rows.push(key.into());
            }
            if let Some(entry) = now.rule(table, rule) {
                let rows = quarantine_rows(&place.id, table, rule, entry, rows);
                quarantine.insert.rows.extend(rows.map(Vec::from));
            }
        }
        quarantine
    }
}

/// A table's entry without its rules, which have rows of their own.
fn table_value(entry: &TableEntry) -> JsonText {
    JsonText::of(&TableEntry {
        status: entry.status,
        started_at: entry.started_at.clone(),
        completed_at: entry.completed_at.clone(),
        extra: entry.extra.clone(),
        ..TableEntry::default()
    })
}

//! All that a state knows, in memory.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::entry::{RuleEntry, RunRecord, Status, TableEntry};
use super::record::Record;

/// The content of a state file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entries {
    pub tables: IndexMap<String, TableEntry>,
    pub run: Option<RunRecord>,
    /// What else stands beside the tables; it is kept and not understood.
    pub others: Map<String, Value>,
    /// What else stands under the reserved key.
    pub reserved: Map<String, Value>,
    /// Whether a table was written in the first format.
    pub migrated: bool,
}

impl Entries {
    pub(super) fn rule(&self, table: &str, rule: &str) -> Option<&RuleEntry> {
        self.tables.get(table)?.rules.get(rule)
    }

    /// How many results there are.
    pub fn results(&self) -> usize {
        self.tables.values().map(|table| table.rules.len()).sum()
    }

    /// Does what the record says; doing it twice changes nothing more.
    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Put { table, rule, entry } => {
                self.table_mut(table, &["rules"]).put(rule, entry);
            }
            Record::Start { table, at } => {
                let table = self.table_mut(table, &["status", "started_at", "completed_at"]);
                table.status = Status::InProgress;
                table.started_at = Some(at);
                table.completed_at = None;
            }
            Record::Complete { table, at } => {
                let table = self.table_mut(table, &["status", "completed_at"]);
                table.status = Status::Completed;
                table.completed_at = Some(at);
                table.rules.shrink_to_fit();
            }
            Record::Note { table, key, value } => {
                self.table_mut(table, &[]).extra.insert(key, value);
            }
            Record::ResetRule { table, rule } => self.reset_rule(&table, &rule),
            Record::ResetTable { table } => {
                self.tables.shift_remove(&table);
            }
            Record::ResetAll {} => {
                self.tables.clear();
                self.run = None;
            }
            Record::Run(run) => self.run = Some(run),
            Record::Base(base) => self.run = base.run.or(self.run.take()),
            Record::Snapshot(_) => {}
        }
    }

    /// The table, in which these keys get values of ours: what the file had in their place goes.
    fn table_mut(&mut self, name: String, keys: &[&str]) -> &mut TableEntry {
        self.others.shift_remove(&name);
        let table = self.tables.entry(name).or_default();
        if !table.extra.is_empty() {
            table.extra.retain(|key, _| !keys.contains(&key.as_str()));
        }
        table
    }

    /// A table that lacks a rule is not completed.
    fn reset_rule(&mut self, table: &str, rule: &str) {
        let Some(table) = self.tables.get_mut(table) else {
            return;
        };
        if table.rules.shift_remove(rule).is_some() {
            table.status = Status::InProgress;
            table.completed_at = None;
        }
    }
}

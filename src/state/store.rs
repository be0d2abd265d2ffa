//! A state that this process holds, wherever it is kept.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::RESERVED;
use super::entries::Entries;
use super::entry::{RuleEntry, RunRecord, TableEntry};
use super::error::StateError;
use super::gc::Garbage;
use super::json_text::JsonText;
use super::record::Record;

/// A state that this process holds: what it says is in memory, and each change is kept.
///
/// Dropping it without [`close`](Self::close) is a crash: the next one to open the state finds everything that
/// was put.
pub trait Store: fmt::Debug + Send + Sync {
    /// All that the state says.
    fn entries(&self) -> &Entries;

    /// The engine in whose tables it is, by its name in the config.
    fn engine(&self) -> Option<&str> {
        None
    }

    /// So many failing rows of a rule are kept with its result.
    fn kept_rows(&self) -> u32 {
        0
    }

    /// Puts failing rows in the place of those that are kept with a rule's result. They become visible with the
    /// entry that is put next.
    fn keep_rows(&mut self, _table: &str, _rule: &str, _rows: Vec<Map<String, Value>>) {}

    /// What the user should know: files set aside, edits that were met.
    fn warnings(&self) -> &[String];

    /// Makes the records true: kept, and in memory even where they cannot be kept.
    ///
    /// # Errors
    /// When they cannot be kept. That is said once, from then on everything stays in memory, and
    /// [`close`](Self::close) tries a last time.
    fn commit(&mut self, records: Vec<Record>) -> Result<(), StateError>;

    /// Puts other entries in the place of all that the state says, in one step; what is equal stays as it is.
    ///
    /// # Errors
    /// When that could not be done; the state is then as it was.
    fn replace_all(&mut self, entries: Entries) -> Result<(), StateError>;

    /// Keeps only these entries, which are some of those there are, and removes what stands beside them and belongs
    /// to none: failing rows, keys of publications, files that were set aside before that moment. What of that
    /// second kind was removed comes back.
    ///
    /// # Errors
    /// When that could not be done. What is removed by then was of no use.
    fn collect_garbage(
        &mut self,
        staying: Entries,
        before: Option<Timestamp>,
    ) -> Result<Garbage, StateError>;

    /// Leaves the state with everything in it; what the user should know comes back.
    ///
    /// # Errors
    /// When not everything is kept.
    fn close(self: Box<Self>) -> Result<Vec<String>, StateError>;

    fn table(&self, table: &str) -> Option<&TableEntry> {
        self.entries().tables.get(table)
    }

    fn rule(&self, table: &str, rule: &str) -> Option<&RuleEntry> {
        self.entries().rule(table, rule)
    }

    /// All of the recorded result of a rule; `None` where there is none, or it cannot be read.
    fn result(&self, table: &str, rule: &str) -> Option<Cow<'_, JsonText>> {
        self.rule(table, rule)?.result.as_ref().map(Cow::Borrowed)
    }

    fn last_run(&self) -> Option<&RunRecord> {
        self.entries().run.as_ref()
    }

    /// Records a run as the newest one.
    fn begin_run(&mut self, run: RunRecord) -> Result<(), StateError> {
        self.commit(vec![Record::Run(run)])
    }

    /// Records that the newest run came to its end.
    fn end_run(&mut self, at: &str) -> Result<(), StateError> {
        let Some(mut run) = self.entries().run.clone() else {
            return Ok(());
        };
        run.ended_at = Some(at.to_owned());
        self.commit(vec![Record::Run(run)])
    }

    /// Records that a table is in progress; its rules stay as they are.
    fn start_table(&mut self, table: &str, at: &str) -> Result<(), StateError> {
        require_table_name(table)?;
        let (table, at) = (table.to_owned(), at.to_owned());
        self.commit(vec![Record::Start { table, at }])
    }

    /// Records that a table is completed.
    fn complete_table(&mut self, table: &str, at: &str) -> Result<(), StateError> {
        require_table_name(table)?;
        let (table, at) = (table.to_owned(), at.to_owned());
        self.commit(vec![Record::Complete { table, at }])
    }

    /// Keeps a value beside a table's entry.
    fn put_note(&mut self, table: &str, key: &str, value: Value) -> Result<(), StateError> {
        require_table_name(table)?;
        let (table, key) = (table.to_owned(), key.to_owned());
        self.commit(vec![Record::Note { table, key, value }])
    }

    /// Records what one scan answered, at once; an entry replaces the one that was there.
    ///
    /// # Errors
    /// When a name is refused, and then nothing is put, or it cannot be kept.
    fn put_rules(
        &mut self,
        table: &str,
        entries: Vec<(String, RuleEntry)>,
    ) -> Result<(), StateError> {
        require_table_name(table)?;
        if entries.iter().any(|(rule, _)| rule.is_empty()) {
            return Err(StateError::name(format!(
                "recording a rule of table '{table}': the rule has no name"
            )));
        }
        let put = |(rule, mut entry): (String, RuleEntry)| {
            entry.seal(table, &rule);
            let table = table.to_owned();
            Record::Put { table, rule, entry }
        };
        self.commit(entries.into_iter().map(put).collect())
    }

    /// Forgets a rule, and that its table is completed; whether there was one.
    fn reset_rule(&mut self, table: &str, rule: &str) -> Result<bool, StateError> {
        if self.rule(table, rule).is_none() {
            return Ok(false);
        }
        let (table, rule) = (table.to_owned(), rule.to_owned());
        self.commit(vec![Record::ResetRule { table, rule }])?;
        Ok(true)
    }

    /// Forgets a table; whether there was one.
    fn reset_table(&mut self, table: &str) -> Result<bool, StateError> {
        if self.table(table).is_none() {
            return Ok(false);
        }
        let table = table.to_owned();
        self.commit(vec![Record::ResetTable { table }])?;
        Ok(true)
    }

    /// Forgets all tables and the newest run; whether there was something.
    fn reset_all(&mut self) -> Result<bool, StateError> {
        if self.entries().tables.is_empty() && self.entries().run.is_none() {
            return Ok(false);
        }
        self.commit(vec![Record::ResetAll {}])?;
        Ok(true)
    }
}

fn require_table_name(table: &str) -> Result<(), StateError> {
    match table {
        "" => Err(StateError::name(
            "recording a table: it has no name".to_owned(),
        )),
        RESERVED => Err(StateError::name(format!(
            "recording the table '{table}': the state file needs that name for itself"
        ))),
        _ => Ok(()),
    }
}

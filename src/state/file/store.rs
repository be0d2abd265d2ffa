//! The store: what is put is in the journal before the call returns.

use std::path::Path;

use super::journal::Sync;
use super::lock::Lock;
use super::options::{LockMode, OpenOptions};
use super::place::Place;
use super::probe;
use super::save::Saving;
use super::settle::{Settled, settle};
use crate::state::RESERVED;
use crate::state::entries::Entries;
use crate::state::entry::{RuleEntry, RunRecord, TableEntry};
use crate::state::error::StateError;
use crate::state::record::Record;

/// A state in a file, held by this process.
///
/// Dropping it without [`close`](Self::close) is a crash: the journal stays, and the next one to open the
/// state finds everything that was put.
#[derive(Debug)]
pub struct FileState {
    pub(super) place: Place,
    pub(super) entries: Entries,
    pub(super) warnings: Vec<String>,
    pub(super) saving: Saving,
    /// The last field, and so the last that is dropped.
    _lock: Option<Lock>,
}

impl FileState {
    /// Opens a state, which need not exist, and brings its files to rest.
    ///
    /// # Errors
    /// When the file cannot be read and replaced, another process holds it, or a newer version wrote it.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, StateError> {
        let place = Place::find(path)?;
        place.require_writable()?;
        let lock = match options.lock {
            LockMode::Auto => Some(Lock::acquire(&place, options.lock_timeout)?),
            LockMode::None => None,
        };
        let appends = probe::appends(&place)?;
        let settled = settle(&place)?;
        let saving = Saving::new(options, appends, &settled)
            .map_err(|error| StateError::not_saved(&place.file, &error))?;
        let Settled {
            entries,
            mut warnings,
            ..
        } = settled;
        if !appends {
            warnings.push(format!(
                "{}: files cannot be appended to where it lies, so results are saved only when a table is completed",
                place.file.display()
            ));
        }
        Ok(Self {
            place,
            entries,
            warnings,
            saving,
            _lock: lock,
        })
    }

    /// What the user should know: files set aside, edits that were met.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub fn tables(&self) -> impl Iterator<Item = (&str, &TableEntry)> {
        let tables = self.entries.tables.iter();
        tables.map(|(name, entry)| (name.as_str(), entry))
    }

    pub fn table(&self, table: &str) -> Option<&TableEntry> {
        self.entries.tables.get(table)
    }

    pub fn rule(&self, table: &str, rule: &str) -> Option<&RuleEntry> {
        self.entries.rule(table, rule)
    }

    pub fn last_run(&self) -> Option<&RunRecord> {
        self.entries.run.as_ref()
    }

    /// Records a run as the newest one.
    pub fn begin_run(&mut self, run: RunRecord) -> Result<(), StateError> {
        self.commit(vec![Record::Run(run)], Sync::Soon)
    }

    /// Records that the newest run came to its end.
    pub fn end_run(&mut self, at: &str) -> Result<(), StateError> {
        let Some(mut run) = self.entries.run.clone() else {
            return Ok(());
        };
        run.ended_at = Some(at.to_owned());
        self.commit(vec![Record::Run(run)], Sync::Soon)
    }

    /// Records that a table is in progress; its rules stay as they are.
    pub fn start_table(&mut self, table: &str, at: &str) -> Result<(), StateError> {
        require_table_name(table)?;
        let (table, at) = (table.to_owned(), at.to_owned());
        self.commit(vec![Record::Start { table, at }], Sync::Soon)
    }

    /// Records that a table is completed; where nothing can be appended, its results are saved now.
    pub fn complete_table(&mut self, table: &str, at: &str) -> Result<(), StateError> {
        require_table_name(table)?;
        let (table, at) = (table.to_owned(), at.to_owned());
        let sync = match self.saving.appends {
            true => Sync::Soon,
            false => Sync::Now,
        };
        self.commit(vec![Record::Complete { table, at }], sync)
    }

    /// Keeps a value beside a table's entry.
    pub fn put_note(
        &mut self,
        table: &str,
        key: &str,
        value: serde_json::Value,
    ) -> Result<(), StateError> {
        require_table_name(table)?;
        let (table, key) = (table.to_owned(), key.to_owned());
        self.commit(vec![Record::Note { table, key, value }], Sync::Soon)
    }

    /// Records what one scan answered, with one write; an entry replaces the one that was there.
    ///
    /// # Errors
    /// When a name is refused, and then nothing is put. When it cannot be saved: that is said once, from
    /// then on everything stays in memory, and [`close`](Self::close) tries a last time.
    pub fn put_rules(
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
        self.commit(entries.into_iter().map(put).collect(), Sync::Soon)
    }

    /// Forgets a rule, and that its table is completed; whether there was one.
    pub fn reset_rule(&mut self, table: &str, rule: &str) -> Result<bool, StateError> {
        if self.rule(table, rule).is_none() {
            return Ok(false);
        }
        let (table, rule) = (table.to_owned(), rule.to_owned());
        self.commit(vec![Record::ResetRule { table, rule }], Sync::Now)?;
        Ok(true)
    }

    /// Forgets a table; whether there was one.
    pub fn reset_table(&mut self, table: &str) -> Result<bool, StateError> {
        if self.table(table).is_none() {
            return Ok(false);
        }
        let table = table.to_owned();
        self.commit(vec![Record::ResetTable { table }], Sync::Now)?;
        Ok(true)
    }

    /// Forgets all tables and the newest run; whether there was something.
    pub fn reset_all(&mut self) -> Result<bool, StateError> {
        if self.entries.tables.is_empty() && self.entries.run.is_none() {
            return Ok(false);
        }
        self.commit(vec![Record::ResetAll {}], Sync::Now)?;
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

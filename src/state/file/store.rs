//! The store in a file: what is put is in the journal before the call returns.

use std::borrow::Cow;
use std::path::Path;

use jiff::Timestamp;

use super::journal::Sync;
use super::lock::Lock;
use super::options::{LockMode, OpenOptions};
use super::place::Place;
use super::probe;
use super::result_files::ResultFiles;
use super::save::Saving;
use super::settle::{Settled, settle};
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::gc::Garbage;
use crate::state::record::Record;
use crate::state::{JsonText, Store};

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
    pub(super) result_files: ResultFiles,
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
            result_files: ResultFiles::of(&place),
            place,
            entries,
            warnings,
            saving,
            _lock: lock,
        })
    }
}

impl Store for FileState {
    fn entries(&self) -> &Entries {
        &self.entries
    }

    fn result(&self, table: &str, rule: &str) -> Option<Cow<'_, JsonText>> {
        let result = self.rule(table, rule)?.result.as_ref()?;
        self.result_files.whole(rule, result)
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn commit(&mut self, records: Vec<Record>) -> Result<(), StateError> {
        let sync = match records.last() {
            Some(Record::ResetRule { .. } | Record::ResetTable { .. } | Record::ResetAll {}) => {
                Sync::Now
            }
            // Where nothing can be appended, a table's results are saved when it ends.
            Some(Record::Complete { .. }) if !self.saving.appends => Sync::Now,
            _ => Sync::Soon,
        };
        self.keep(records, sync)
    }

    fn replace_all(&mut self, entries: Entries) -> Result<(), StateError> {
        self.keep_all(entries)
    }

    fn collect_garbage(
        &mut self,
        staying: Entries,
        before: Option<Timestamp>,
    ) -> Result<Garbage, StateError> {
        self.keep_only(staying, before)
    }

    fn close(self: Box<Self>) -> Result<Vec<String>, StateError> {
        (*self).close()
    }
}

//! The store in an engine: what is put is published before the call returns.

use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::changes::Changes;
use super::lease::RENEW_EVERY;
use super::read::{Part, read};
use super::writer::Writer;
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::interrupt::Interrupt;
use crate::state::Store;
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::gc::Garbage;
use crate::state::record::Record;

/// A state in tables of an engine, held by this process.
///
/// Only what a scan answered, and what is forgotten, is published at once; that a run or a table began or ended
/// goes with the next publication, for nothing is lost with it.
pub struct EngineState {
    pub(super) place: StateInEngine,
    pub(super) entries: Entries,
    changes: Changes,
    pub(super) writer: Arc<Mutex<Writer>>,
    /// Why not everything is published.
    failure: Option<StateError>,
    /// Ends the renewal of the lease when it is dropped.
    _renewal: Sender<()>,
}

impl EngineState {
    /// Takes a state, waiting so long for another process that has it.
    ///
    /// # Errors
    /// When another process keeps it, or its tables are missing, cannot be written, or are of a newer version.
    pub fn open(
        connection: Connection,
        place: &StateInEngine,
        patience: Duration,
        interrupt: &Interrupt,
    ) -> Result<Self, StateError> {
        let mut writer = Writer::acquire(connection, place, patience, interrupt)?;
        let limits = Limits::logged(interrupt);
        let stored = read(writer.connection(), place, Part::All, limits);
        if stored.is_err() {
            // Nothing was written, and if others are not told now, they wait for a while.
            let _ = writer.give_back(Vec::new());
        }
        let entries = stored?.entries;
        let writer = Arc::new(Mutex::new(writer));
        Ok(Self {
            place: place.clone(),
            entries,
            changes: Changes::default(),
            _renewal: keep_renewed(Arc::clone(&writer)),
            writer,
            failure: None,
        })
    }

    fn publish(&mut self) -> Result<(), StateError> {
        let rows = self.changes.replacements(&self.place, &self.entries);
        locked(&self.writer)
            .publish(rows)
            .inspect_err(|_| self.changes.doubt())?;
        self.changes = Changes::default();
        Ok(())
    }
}

impl Store for EngineState {
    fn entries(&self) -> &Entries {
        &self.entries
    }

    fn engine(&self) -> Option<&str> {
        Some(&self.place.engine)
    }

    fn kept_rows(&self) -> u32 {
        self.place.quarantine
    }

    fn keep_rows(&mut self, table: &str, rule: &str, rows: Vec<Map<String, Value>>) {
        self.changes.keep_rows(table, rule, rows);
    }

    fn warnings(&self) -> &[String] {
        &[]
    }

    fn commit(&mut self, records: Vec<Record>) -> Result<(), StateError> {
        let is_due = records.iter().any(is_due);
        for record in records {
            self.changes.note(&record, &self.entries);
            self.entries.apply(record);
        }
        if !is_due || self.failure.is_some() {
            return Ok(());
        }
        self.publish()
            .inspect_err(|error| self.failure = Some(error.clone()))
    }

    fn replace_all(&mut self, entries: Entries) -> Result<(), StateError> {
        let changes = Changes::between(&self.entries, &entries);
        let rows = changes.replacements(&self.place, &entries);
        locked(&self.writer).publish(rows)?;
        self.entries = entries;
        Ok(())
    }

    fn collect_garbage(
        &mut self,
        staying: Entries,
        _: Option<Timestamp>,
    ) -> Result<Garbage, StateError> {
        self.keep_only(staying)
    }

    fn close(self: Box<Self>) -> Result<Vec<String>, StateError> {
        let rows = self.changes.replacements(&self.place, &self.entries);
        let has_rows = !rows.is_empty();
        match locked(&self.writer).give_back(rows) {
            Ok(()) => Ok(Vec::new()),
            // Everything is there; who wants the state next waits until the lease runs out.
            Err(_) if !has_rows => Ok(Vec::new()),
            Err(error) => Err(self.failure.unwrap_or(error)),
        }
    }
}

/// The entries alone can be shown.
impl fmt::Debug for EngineState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineState")
            .field("place", &self.place)
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

/// Whether a record is to be published at once.
fn is_due(record: &Record) -> bool {
    matches!(
        record,
        Record::Put { .. }
            | Record::ResetRule { .. }
            | Record::ResetTable { .. }
            | Record::ResetAll {}
    )
}

/// Renews the lease until the sender is dropped.
fn keep_renewed(writer: Arc<Mutex<Writer>>) -> Sender<()> {
    let (sender, ended) = channel();
    let renew = move || {
        while ended.recv_timeout(RENEW_EVERY) == Err(RecvTimeoutError::Timeout) {
            locked(&writer).renew();
        }
    };
    // Without the thread the lease runs out, and others may take the state over: safe, if unfriendly.
    if let Err(error) = thread::Builder::new().name("lease".into()).spawn(renew) {
        log::warn!("renewing the lease of the state: {error}");
    }
    sender
}

/// The writer is whole between any two calls, so a panic elsewhere does not spoil it.
pub(super) fn locked(writer: &Mutex<Writer>) -> MutexGuard<'_, Writer> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

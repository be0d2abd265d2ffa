//! The right to write a state, and what writes it.

use std::time::{Duration, Instant};

use data_validator_plugin::{Fence, Outcome, Publication, Replacement};

use super::error::{SAVING, failed, held, replaced};
use super::lease::Lease;
use super::read::{Part, read};
use super::rows::StateRows;
use super::tables::kind;
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::interrupt::Interrupt;
use crate::state::JsonText;
use crate::state::error::StateError;

/// How often it is looked whether another holder has given a state back.
const POLL: Duration = Duration::from_millis(100);

/// A lease that is seen for the first time is waited for so long even when it ran out: its holder may have got it
/// late, and be about to renew it.
const GRACE: Duration = Duration::from_secs(2);

/// So much time has what is written after all else: when a run was asked to stop, or ends.
const LAST_CALL: Duration = Duration::from_secs(5);

/// What writes a state, as long as nobody else has the right to.
pub(super) struct Writer {
    connection: Connection,
    place: StateInEngine,
    lease: Lease,
    /// How many publications there were under this lease.
    publications: u64,
    /// That of the run.
    interrupt: Interrupt,
    /// Why nothing more is written: another holder has the right to.
    replaced: Option<StateError>,
    /// Whether others may have the state.
    is_over: bool,
}

impl Writer {
    /// Takes the lease of a state, waiting so long for another holder.
    ///
    /// # Errors
    /// When another process keeps it, or the tables are missing or cannot be written.
    pub(super) fn acquire(
        mut connection: Connection,
        place: &StateInEngine,
        patience: Duration,
        interrupt: &Interrupt,
    ) -> Result<Self, StateError> {
        let limits = Limits::logged(interrupt);
        let began = Instant::now();
        let mut number = 1;
        let mut seen: Option<(String, Instant)> = None;
        loop {
            let lease = read(&mut connection, place, Part::Head, limits)?.lease;
            if let Some(lease) = &lease {
                let since = match seen.take() {
                    Some((id, since)) if id == lease.id => since,
                    _ => Instant::now(),
                };
                seen = Some((lease.id.clone(), since));
                let is_new = since.elapsed() < GRACE;
                if lease.is_held() || is_new && !lease.is_over() {
                    if began.elapsed() >= patience || interrupt.sleep(POLL) {
                        return Err(held(place, &lease.holder, began.elapsed()));
                    }
                    continue;
                }
            }
            let last = lease.map_or(0, |lease| lease.number);
            number = number.max(last.saturating_add(1));
            let mut writer = Self {
                connection,
                place: place.clone(),
                lease: Lease::new(number),
                publications: 0,
                interrupt: interrupt.clone(),
                replaced: None,
                is_over: false,
            };
            match writer.take(limits)? {
                Outcome::Fenced { by } => number = by.number.saturating_add(1),
                _ => return Ok(writer),
            }
            connection = writer.connection;
        }
    }

    /// Publishes the lease, which is to last when this returns: behind the open transaction of a process that was
    /// paused it may have waited for longer than its own term.
    fn take(&mut self, limits: Limits<'_>) -> Result<Outcome, StateError> {
        loop {
            let row = self.lease_row(&self.lease);
            let outcome = self.publish_within(row, limits, "taking")?;
            if matches!(outcome, Outcome::Fenced { .. }) || self.lease.is_held() {
                return Ok(outcome);
            }
            self.lease = self.lease.renewed();
            self.publications += 1;
        }
    }

    pub(super) fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Makes rows visible, all or none.
    ///
    /// # Errors
    /// When the right to write is another's, or the engine refuses or cannot be reached.
    pub(super) fn publish(&mut self, tables: Vec<Replacement>) -> Result<(), StateError> {
        if let Some(replaced) = &self.replaced {
            return Err(replaced.clone());
        }
        let interrupt = self.interrupt.clone();
        let limits = Limits::logged(&interrupt);
        self.publications += 1;
        let published = self.publish_within(tables.clone(), limits, SAVING);
        let published = match published {
            // The call was given up because the run is to stop, which is no reason to lose what it found.
            Err(_) if interrupt.requested().is_some() => self.publish_last(tables),
            published => published,
        };
        self.understand(published?)
    }

    /// The last attempt: the run was asked to stop, or an attempt before was in vain.
    fn publish_last(&mut self, tables: Vec<Replacement>) -> Result<Outcome, StateError> {
        let interrupt = Interrupt::default();
        let limits = Limits::logged(&interrupt).within(Some(LAST_CALL));
        self.publish_within(tables, limits, SAVING)
    }

    /// Says that this process is still there.
    pub(super) fn renew(&mut self) {
        if self.is_over || self.replaced.is_some() {
            return;
        }
        let lease = self.lease.renewed();
        let interrupt = self.interrupt.clone();
        let limits = Limits::logged(&interrupt).within(Some(LAST_CALL));
        self.publications += 1;
        // What else may fail is told by the next one that has something to save.
        if let Ok(outcome) = self.publish_within(self.lease_row(&lease), limits, "renewing") {
            let _ = self.understand(outcome);
        }
    }

    /// Saves the last rows and lets others have the state.
    ///
    /// # Errors
    /// As of [`publish`](Self::publish).
    pub(super) fn give_back(&mut self, mut tables: Vec<Replacement>) -> Result<(), StateError> {
        if let Some(replaced) = &self.replaced {
            return Err(replaced.clone());
        }
        self.is_over = true;
        let row = self.lease_row(&self.lease.given_back());
        for table in row {
            match tables.iter_mut().find(|known| known.table == table.table) {
                Some(known) => {
                    known.delete.rows.extend(table.delete.rows);
                    known.insert.rows.extend(table.insert.rows);
                }
                None => tables.push(table),
            }
        }
        self.publications += 1;
        let outcome = self.publish_last(tables)?;
        self.understand(outcome)
    }

    fn understand(&mut self, outcome: Outcome) -> Result<(), StateError> {
        match outcome {
            Outcome::Fenced { by } => {
                let error = replaced(&self.place, &by.holder);
                self.replaced = Some(error.clone());
                Err(error)
            }
            _ => Ok(()),
        }
    }

    fn lease_row(&self, lease: &Lease) -> Vec<Replacement> {
        let mut rows = StateRows::of(&self.place, &self.place.id);
        rows.replace(kind::LEASE, "", Some(&JsonText::of(lease)));
        vec![rows.replacement]
    }

    fn publish_within(
        &mut self,
        tables: Vec<Replacement>,
        limits: Limits<'_>,
        attempted: &str,
    ) -> Result<Outcome, StateError> {
        let StateInEngine { schema, id, .. } = &self.place;
        let Lease {
            number, id: holder, ..
        } = &self.lease;
        let publication = Publication {
            key: format!("{schema}.{id} {holder} {}", self.publications),
            fence: Some(Fence {
                scope: format!("{schema}.{id}"),
                holder: format!("{holder} ({})", self.lease.holder),
                number: *number,
            }),
            create: Vec::new(),
            tables,
        };
        let published = self.connection.publish(&publication, limits);
        published
            .result
            .map_err(|error| failed(&self.place, attempted, &error))
    }
}

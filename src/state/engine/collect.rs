//! Removes what nobody needs of a state in an engine, and tells beforehand what that is.

use super::changes::Changes;
use super::lease::Lease;
use super::leftovers::find;
use super::published;
use super::read::{Part, read};
use super::store::{EngineState, locked};
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::interrupt::Interrupt;
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::gc::Garbage;

/// What would go besides the entries that are not among these; nothing is taken or changed.
///
/// # Errors
/// When the tables of the state cannot be read.
pub fn garbage_beside(
    mut connection: Connection,
    place: &StateInEngine,
    staying: &Entries,
    limits: Limits<'_>,
) -> Result<Garbage, StateError> {
    let lease = read(&mut connection, place, Part::Head, limits)?.lease;
    let lease = lease.filter(Lease::is_held);
    let found = find(&mut connection, place, staying, lease.as_ref(), limits);
    found.map(|found| found.garbage)
}

impl EngineState {
    /// Keeps only these entries and what belongs to them.
    ///
    /// Entries go in one step with their failing rows; rows whose entry went before in another one.
    pub(super) fn keep_only(&mut self, staying: Entries) -> Result<Garbage, StateError> {
        let interrupt = Interrupt::default();
        let limits = Limits::logged(&interrupt);
        let mut writer = locked(&self.writer);
        let lease = writer.lease().clone();
        let mut found = find(
            writer.connection(),
            &self.place,
            &staying,
            Some(&lease),
            limits,
        )?;
        let changes = Changes::between(&self.entries, &staying);
        for rows in [
            changes.replacements(&self.place, &staying),
            found.replacements(&self.place),
        ] {
            if !rows.is_empty() {
                writer.publish(rows)?;
            }
        }
        if let Err(error) = published::remove(writer.connection(), &found.keys, limits) {
            let why = format!("not all keys of publications could be removed: {error}");
            found.garbage.warnings.push(why);
        }
        drop(writer);
        self.entries = staying;
        Ok(found.garbage)
    }
}

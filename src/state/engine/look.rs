//! A look at a state that somebody may be using.

use super::lease::Lease;
use super::read::{Part, read};
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::state::entries::Entries;
use crate::state::error::StateError;

/// What a state says, and who has it.
#[derive(Clone, Debug)]
pub struct Look {
    pub entries: Entries,
    /// Who holds it, in words.
    pub holder: Option<String>,
}

/// Reads a state without taking it and without changing anything, also during a run.
///
/// # Errors
/// When the tables are missing, cannot be read, or are of a newer version.
pub fn look(
    mut connection: Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
) -> Result<Look, StateError> {
    let stored = read(&mut connection, place, Part::All, limits)?;
    let holder = stored.lease.filter(Lease::is_held);
    Ok(Look {
        entries: stored.entries,
        holder: holder.map(|lease| lease.holder.to_string()),
    })
}

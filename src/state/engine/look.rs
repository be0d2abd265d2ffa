//! A look at a state that somebody may be using.

use super::lease::Lease;
use super::leftovers::count_quarantined;
use super::published::count_keys;
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

/// How many rows stand beside the entries of a state; `None` where they cannot be read.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Failing rows that are kept with results.
    pub failing_rows: Option<u64>,
    /// Keys of publications.
    pub keys: Option<u64>,
}

/// Reads a state without taking it and without changing anything, also during a run.
///
/// # Errors
/// When the tables are missing, cannot be read, or are of a newer version.
pub fn look(
    connection: &mut Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
) -> Result<Look, StateError> {
    let stored = read(connection, place, Part::All, limits)?;
    let holder = stored.lease.filter(Lease::is_held);
    Ok(Look {
        entries: stored.entries,
        holder: holder.map(|lease| lease.holder.to_string()),
    })
}

/// Counts rows that who looks at a state may have no right to read.
pub fn sizes(connection: &mut Connection, place: &StateInEngine, limits: Limits<'_>) -> Sizes {
    Sizes {
        failing_rows: count_quarantined(connection, place, limits),
        keys: count_keys(connection, place, limits),
    }
}

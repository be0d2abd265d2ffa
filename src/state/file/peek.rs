//! A look at a state that somebody may be using.

use std::path::Path;

use indexmap::IndexMap;

use super::load::{Loaded, Snapshot, load};
use super::place::Place;
use super::result_files::ResultFiles;
use crate::state::entries::Entries;
use crate::state::entry::{RunRecord, TableEntry};
use crate::state::error::StateError;

/// How often the two files are read again when a new snapshot came between.
const ATTEMPTS: usize = 100;

/// What a state says, and how large its files are.
#[derive(Clone, Debug)]
pub struct Contents {
    pub tables: IndexMap<String, TableEntry>,
    pub last_run: Option<RunRecord>,
    /// Whether there is a state file at all.
    pub exists: bool,
    /// Whether the state file is damaged, and only a part of it could be read.
    pub is_damaged: bool,
    /// The size of the journal, which is there during a run and after a crash.
    pub journal_bytes: u64,
    /// The size of the results beside it.
    pub result_bytes: u64,
}

/// Reads a state without a lock and without changing anything, also during a run.
pub fn peek(path: &Path) -> Result<Contents, StateError> {
    let place = Place::find(path)?;
    let loaded = load_whole(&place, |_| {})?;
    Ok(Contents {
        exists: loaded.snapshot != Snapshot::Missing,
        is_damaged: loaded.snapshot == Snapshot::Unreadable,
        journal_bytes: loaded.journal_bytes,
        result_bytes: ResultFiles::of(&place).bytes().unwrap_or(0),
        tables: loaded.entries.tables,
        last_run: loaded.entries.run,
    })
}

/// All that a state says, read like this too; `None` where there is none. Of results beside it the summaries.
pub fn read(path: &Path) -> Result<Option<Entries>, StateError> {
    let loaded = load_whole(&Place::find(path)?, |_| {})?;
    Ok((loaded.snapshot != Snapshot::Missing).then_some(loaded.entries))
}

/// The same, with the whole of results that are beside it.
pub fn read_whole(path: &Path) -> Result<Option<Entries>, StateError> {
    let place = Place::find(path)?;
    let files = ResultFiles::of(&place);
    let loaded = load_whole(&place, |entries| files.bring_in(entries))?;
    Ok((loaded.snapshot != Snapshot::Missing).then_some(loaded.entries))
}

/// `more` reads what belongs to the entries, and may go when they are replaced.
fn load_whole(place: &Place, more: impl Fn(&mut Entries)) -> Result<Loaded, StateError> {
    let load = |place| {
        let mut loaded = load(place)?;
        more(&mut loaded.entries);
        Ok(loaded)
    };
    let mut loaded = load(place)?;
    for _ in 1..ATTEMPTS {
        // The journal is read last, so it belongs to the snapshot if that is still the one that was read.
        if loaded.is_snapshot_still_there(place) {
            break;
        }
        loaded = load(place)?;
    }
    Ok(loaded)
}

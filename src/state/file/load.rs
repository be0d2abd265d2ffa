//! What the state is, given the bytes of its snapshot and of its journal. Nothing is changed here.

use std::fs;
use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use super::document;
use super::journal::{self, End, Replay};
use super::place::{Place, if_there};
use super::salvage::salvage;
use super::snapshot::{self, Version};
use crate::state::StateError;
use crate::state::entries::Entries;
use crate::state::record::Record;

/// The format of the journal that is written here.
pub(super) const JOURNAL_FORMAT: u64 = 1;

/// The state, and what its files are.
pub(super) struct Loaded {
    pub entries: Entries,
    /// Of the state file, if there is one.
    pub version: Option<Version>,
    pub snapshot: Snapshot,
    pub journal: Journal,
    pub journal_bytes: u64,
}

impl Loaded {
    /// Whether nobody replaced the state file since it was read.
    pub(super) fn is_snapshot_still_there(&self, place: &Place) -> bool {
        let now = snapshot::stamp_of(&place.file).ok();
        self.version.as_ref().map(|version| &version.stamp) == now.as_ref()
    }
}

/// What the state file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Snapshot {
    Missing,
    Whole,
    /// It is not JSON; the entries are what could be saved of it.
    Unreadable,
}

/// What the journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Journal {
    Missing,
    /// It says nothing that is not in the state file.
    Spent,
    /// Its records are in the entries; a line that is not right may follow them.
    Replayed {
        length: u64,
        chain: u32,
        end: End,
    },
    /// Not one of its lines can be read.
    Unreadable,
    /// The state file was edited after it had been begun, so that its records stand on nothing.
    Overruled,
}

/// Reads both files and decides what counts.
pub(super) fn load(place: &Place) -> Result<Loaded, StateError> {
    let stamp = present(&place.file, snapshot::stamp_of(&place.file))?;
    let bytes = read(&place.file)?;
    let journal_bytes = read(&place.journal())?;
    let (understood, version) = thread::scope(|scope| {
        // Hashing takes half as long as reading what is hashed.
        let version = scope.spawn(|| Some(Version::of(bytes.as_ref()?, stamp?)));
        let understood = match &bytes {
            None => Ok((Entries::default(), Snapshot::Missing)),
            Some(bytes) => understand(bytes, place),
        };
        let version = version.join();
        (
            understood,
            version.unwrap_or_else(|panic| resume_unwind(panic)),
        )
    });
    let (mut entries, snapshot) = understood?;
    let replay = journal_bytes.as_deref().map(journal::replay);
    let journal = match replay {
        None => Journal::Missing,
        Some(replay) => {
            require_known_format(&replay, place)?;
            replay_onto(&mut entries, replay, snapshot, version.as_ref())
        }
    };
    Ok(Loaded {
        entries,
        version,
        snapshot,
        journal,
        journal_bytes: journal_bytes.map_or(0, |bytes| bytes.len() as u64),
    })
}

fn understand(bytes: &[u8], place: &Place) -> Result<(Entries, Snapshot), StateError> {
    if let Some(entries) = snapshot::parse(bytes, place)? {
        return Ok((entries, Snapshot::Whole));
    }
    let mut entries = salvage(bytes);
    document::require_known_format(&mut entries, &place.file)?;
    Ok((entries, Snapshot::Unreadable))
}

fn replay_onto(
    entries: &mut Entries,
    replay: Replay,
    snapshot: Snapshot,
    version: Option<&Version>,
) -> Journal {
    let Replay {
        records,
        length,
        chain,
        end,
    } = replay;
    if records.is_empty() {
        return match end {
            End::Broken => Journal::Unreadable,
            End::Clean | End::Torn => Journal::Spent,
        };
    }
    let first = match (snapshot, version) {
        (Snapshot::Missing, _) | (_, None) => None,
        // A torn file has no hash to go by. Records name what is, so those it holds already do no harm.
        (Snapshot::Unreadable, _) => Some(0),
        (Snapshot::Whole, Some(version)) => records
            .iter()
            .rposition(|record| stands_for(record, version)),
    };
    let Some(first) = first else {
        return Journal::Overruled;
    };
    let is_spent = first + 1 == records.len() && end != End::Broken;
    for record in records.into_iter().skip(first) {
        entries.apply(record);
    }
    match is_spent {
        true => Journal::Spent,
        false => Journal::Replayed { length, chain, end },
    }
}

/// Whether the records behind this one are to be added to that state file.
fn stands_for(record: &Record, version: &Version) -> bool {
    match record {
        Record::Base(base) => base.base == version.sha,
        Record::Snapshot(sha) => *sha == version.sha,
        _ => false,
    }
}

fn require_known_format(replay: &Replay, place: &Place) -> Result<(), StateError> {
    match replay.records.first() {
        Some(Record::Base(base)) if base.format > JOURNAL_FORMAT => Err(StateError::newer(
            &place.journal(),
            &base.format.to_string(),
        )),
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, StateError> {
    present(path, fs::read(path))
}

/// What was asked of a file that need not be there.
fn present<T>(path: &Path, asked: io::Result<T>) -> Result<Option<T>, StateError> {
    if_there(asked).map_err(|error| {
        let hint = "check its permissions";
        StateError::path("reading the state file", path, error.to_string(), hint)
    })
}

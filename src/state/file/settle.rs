//! Brings the files to rest: afterwards there is a state file or none, and no journal.

use std::fs;
use std::io;
use std::path::Path;

use super::crash_point::crash_point;
use super::journal::{self, End};
use super::load::{Journal, Loaded, Snapshot, load};
use super::place::Place;
use super::snapshot::{Content, Staged, Version, discard_unfinished};
use crate::state::StateError;
use crate::state::entries::Entries;

/// A state whose files are at rest.
pub(super) struct Settled {
    pub entries: Entries,
    /// `None` if there is no state file.
    pub version: Option<Version>,
    pub warnings: Vec<String>,
}

/// Loads the state, sets aside what cannot be used, and saves what was only in the journal.
pub(super) fn settle(place: &Place) -> Result<Settled, StateError> {
    let Loaded {
        entries,
        mut version,
        snapshot,
        journal,
        ..
    } = load(place)?;
    discard_unfinished(place);
    let saved = |outcome: io::Result<String>| {
        outcome.map_err(|error| StateError::not_saved(&place.file, &error))
    };
    let file = place.file.display();
    let mut warnings = Vec::new();
    let mut resumed = None;
    match journal {
        Journal::Missing => {}
        Journal::Spent => remove_journal(place)?,
        Journal::Overruled | Journal::Unreadable => {
            let aside = saved(move_aside(place))?;
            let why = match (journal, snapshot) {
                (Journal::Unreadable, _) => "its journal cannot be read",
                (_, Snapshot::Missing) => {
                    "it was deleted during a run, so the state begins anew without what the run recorded"
                }
                _ => {
                    "it was edited during a run, so the edited file counts and not what the run recorded"
                }
            };
            warnings.push(format!("{file}: {why}; the journal is kept as {aside}"));
        }
        Journal::Replayed { length, chain, end } => {
            if end == End::Broken {
                let aside = saved(copy_aside(place, &place.journal(), "journal"))?;
                warnings.push(format!(
                    "{file}: its journal is damaged, what it says up to there is used; it is kept as {aside}"
                ));
            }
            resumed = Some((length, chain));
        }
    }
    let is_blank = snapshot == Snapshot::Unreadable && is_blank(&place.file);
    if snapshot == Snapshot::Unreadable && !is_blank {
        let aside = saved(copy_aside(place, &place.file, "corrupt"))?;
        warnings.push(format!(
            "{file}: it is damaged; entries that could be read are used, others run again; it is kept as {aside}"
        ));
    }
    if entries.migrated {
        keep_first_format(place)?;
    }
    crash_point();
    if resumed.is_some() || snapshot == Snapshot::Unreadable {
        let content = Content::Entries(&entries);
        let replaced = match resumed {
            Some((length, chain)) => journal::Journal::resume(place, length, chain)
                .and_then(|mut journal| replace(place, &content, Some(&mut journal))),
            None => replace(place, &content, None),
        };
        let durable = replaced.and_then(|replaced| {
            replaced.is_durable?;
            Ok(replaced.version)
        });
        version = Some(durable.map_err(|error| StateError::not_saved(&place.file, &error))?);
    }
    Ok(Settled {
        entries,
        version,
        warnings,
    })
}

/// A state file that was replaced.
pub(super) struct Replaced {
    pub version: Version,
    /// Whether that lasts through a power cut.
    pub is_durable: io::Result<()>,
}

/// Replaces the state file by one with this content, which has everything, and removes the journal.
///
/// # Errors
/// When that could not be done; the old file and the journal then still say everything.
pub(super) fn replace(
    place: &Place,
    content: &Content<'_>,
    journal: Option<&mut journal::Journal>,
) -> io::Result<Replaced> {
    let staged = Staged::write(place, content)?;
    crash_point();
    let had_journal = journal.is_some();
    if let Some(journal) = journal {
        // If the next step is the last one before a crash, this tells that the journal is spent.
        journal
            .mark_spent(place, &staged.version.sha)
            .inspect_err(|_| staged.discard())?;
    }
    let version = staged.commit()?;
    let is_durable = place.sync_folder();
    crash_point();
    if had_journal && is_durable.is_ok() {
        // One that stays is known to be spent.
        let _ = fs::remove_file(place.journal());
        crash_point();
    }
    Ok(Replaced {
        version,
        is_durable,
    })
}

fn remove_journal(place: &Place) -> Result<(), StateError> {
    fs::remove_file(place.journal()).map_err(|error| StateError::not_saved(&place.file, &error))
}

fn move_aside(place: &Place) -> io::Result<String> {
    let aside = place.aside("journal");
    fs::rename(place.journal(), &aside)?;
    Ok(aside.display().to_string())
}

/// Copies, because the file keeps its name until another one takes it.
fn copy_aside(place: &Place, path: &Path, label: &str) -> io::Result<String> {
    let aside = place.aside(label);
    fs::copy(path, &aside)?;
    fs::File::open(&aside)?.sync_all()?;
    Ok(aside.display().to_string())
}

fn is_blank(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.trim_ascii().is_empty())
}

/// The file in the first format is kept as it was, once.
fn keep_first_format(place: &Place) -> Result<(), StateError> {
    let kept = place.beside(".v0.bak");
    if fs::exists(&kept).unwrap_or(true) {
        return Ok(());
    }
    let unfinished = place.beside(".tmp");
    fs::copy(&place.file, &unfinished)
        .and_then(|_| fs::File::open(&unfinished)?.sync_all())
        .and_then(|()| fs::rename(&unfinished, &kept))
        .map_err(|error| StateError::not_saved(&place.file, &error))
}

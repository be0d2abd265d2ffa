//! Removes what nobody needs of a state in a file, and tells beforehand what that is.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::aside::{Aside, asides_of, of_before};
use super::place::Place;
use super::result_files::{ResultFiles, Unnamed};
use super::store::FileState;
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::gc::Garbage;

/// What would go besides entries, if these stay.
///
/// # Errors
/// When a folder of the state cannot be listed.
pub fn garbage_beside(
    path: &Path,
    staying: &Entries,
    before: Option<Timestamp>,
) -> Result<Garbage, StateError> {
    let place = Place::find(path)?;
    let unnamed = unnamed(&ResultFiles::of(&place), &place, staying)?;
    Ok(garbage(&of_before(asides_of(&place)?, before), &unnamed))
}

fn unnamed(
    files: &ResultFiles,
    place: &Place,
    staying: &Entries,
) -> Result<Vec<Unnamed>, StateError> {
    files.unnamed(staying).map_err(|error| {
        let hint = "check the permissions of the folder beside it whose name ends in .results";
        StateError::path(
            "listing the results of",
            &place.file,
            error.to_string(),
            hint,
        )
    })
}

fn garbage(asides: &[Aside], unnamed: &[Unnamed]) -> Garbage {
    let mut garbage = Garbage::default();
    let bytes = asides.iter().map(|aside| aside.bytes).sum();
    let what = "files that were set aside before that";
    garbage.add(what, asides.len() as u64, bytes);
    let bytes = unnamed.iter().map(|file| file.bytes).sum();
    garbage.add(
        "files of results that are not in it",
        unnamed.len() as u64,
        bytes,
    );
    garbage
}

impl FileState {
    /// Keeps only these entries, and removes files that were set aside before that moment.
    pub(super) fn keep_only(
        &mut self,
        staying: Entries,
        before: Option<Timestamp>,
    ) -> Result<Garbage, StateError> {
        let old = of_before(asides_of(&self.place)?, before);
        if staying != self.entries {
            self.keep_all(staying)?;
        }
        // These go when the state is closed.
        let unnamed = unnamed(&self.result_files, &self.place, &self.entries)?;
        for aside in &old {
            fs::remove_file(&aside.path).map_err(|error| {
                let hint = "check the permissions of its folder";
                StateError::path("removing", &aside.path, error.to_string(), hint)
            })?;
        }
        Ok(garbage(&old, &unnamed))
    }
}

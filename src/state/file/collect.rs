//! Removes what nobody needs of a state in a file, and tells beforehand what that is.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::aside::{asides_of, garbage, of_before, set_aside};
use super::store::FileState;
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::gc::Garbage;

/// What would go besides entries.
///
/// # Errors
/// When the folder of the state cannot be listed.
pub fn garbage_beside(path: &Path, before: Option<Timestamp>) -> Result<Garbage, StateError> {
    Ok(garbage(&of_before(set_aside(path)?, before)))
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
        for aside in &old {
            fs::remove_file(&aside.path).map_err(|error| {
                let hint = "check the permissions of its folder";
                StateError::path("removing", &aside.path, error.to_string(), hint)
            })?;
        }
        Ok(garbage(&old))
    }
}

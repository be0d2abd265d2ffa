//! The state of a validator as a document: written for another place, or brought in from one.

use std::path::Path;

use super::{DataValidator, StatePlace};
use crate::error::Error;
use crate::run::settings::RunSettings;
use crate::state::import::{Imported, Present, import};
use crate::state::{Entries, file};

impl DataValidator {
    /// All that the state says, read without taking it, also during a run.
    ///
    /// # Errors
    /// When there is no state, or it cannot be read.
    pub fn state_entries(&self, settings: &RunSettings) -> Result<Entries, Error> {
        match self.required_place(settings)? {
            StatePlace::Engine(place) => Ok(self.look_into_engine(place, settings)?.entries),
            StatePlace::File(path) => file::read_whole(path)?.ok_or_else(|| is_missing(path)),
        }
    }

    /// Brings the entries of a document into the state, all in one step or nothing; `present` says what becomes
    /// of results that are there, without it there must be none.
    ///
    /// # Errors
    /// When the state has results and nothing is said of them, or it cannot be written.
    pub fn import_state(
        &self,
        settings: &RunSettings,
        document: Entries,
        present: Option<Present>,
    ) -> Result<Imported, Error> {
        let place = self.required_place(settings)?.to_string();
        let Some(mut state) = self.open_state(settings)? else {
            return Ok(Imported::default());
        };
        let there = state.entries().results();
        if there > 0 && present.is_none() {
            state.close().map_err(|error| self.redacted(error))?;
            return Err(Error::usage(
                format!("importing into {place}: it has {there} results already"),
                "type the command again with --merge, which keeps the newer one of two results for a rule, or with \
                 --replace, which removes all that is there",
            ));
        }
        let present = present.unwrap_or(Present::Merged);
        let (entries, imported) = import(state.entries(), document, present);
        state
            .replace_all(entries)
            .and_then(|()| state.close())
            .map_err(|error| self.redacted(error))?;
        Ok(imported)
    }
}

pub(super) fn is_missing(path: &Path) -> Error {
    let message = format!("the state {} is not there", path.display());
    Error::usage(message, "check the path; the first run makes the file")
}

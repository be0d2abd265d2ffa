//! What of the state of a validator nobody needs any more.

use std::time::Duration;

use jiff::Timestamp;

use super::state_document::is_missing;
use super::{DataValidator, StatePlace};
use crate::engines::connection::Limits;
use crate::error::Error;
use crate::run::settings::RunSettings;
use crate::state::gc::{Garbage, Needed, sift};
use crate::state::{StateError, engine, file};

impl DataValidator {
    /// Tells what [`collect_state_garbage`](Self::collect_state_garbage) would remove; nothing is taken or
    /// changed.
    ///
    /// # Errors
    /// When there is no state, or it cannot be read.
    pub fn state_garbage(
        &self,
        settings: &RunSettings,
        older_than: Option<Duration>,
    ) -> Result<Garbage, Error> {
        let since = moment_before(older_than)?;
        let rules = &self.config.rules_by_table();
        let needed = Needed { rules, since };
        let (garbage, beside) = match self.required_place(settings)? {
            StatePlace::File(path) => {
                let entries = file::read(path)?.ok_or_else(|| is_missing(path))?;
                let (staying, garbage) = sift(&entries, needed);
                (garbage, file::garbage_beside(path, &staying, since))
            }
            StatePlace::Engine(place) => {
                let entries = self.look_into_engine(place, settings)?.entries;
                let (staying, garbage) = sift(&entries, needed);
                let connection = self.connection_of(place)?;
                let limits = Limits::logged(&settings.interrupt);
                let beside = engine::garbage_beside(connection, place, &staying, limits);
                (garbage, beside)
            }
        };
        beside
            .map(|beside| self.together(garbage, beside))
            .map_err(|error| self.redacted(error).into())
    }

    /// Removes results of tables and rules that the config does not have, those that are older than this, and
    /// what stands beside the results and belongs to none of them.
    ///
    /// # Errors
    /// When there is no state, or it cannot be written.
    pub fn collect_state_garbage(
        &self,
        settings: &RunSettings,
        older_than: Option<Duration>,
    ) -> Result<Garbage, Error> {
        let since = moment_before(older_than)?;
        let rules = &self.config.rules_by_table();
        self.required_place(settings)?;
        let Some(mut state) = self.open_state(settings)? else {
            return Ok(Garbage::default());
        };
        let (staying, garbage) = sift(state.entries(), Needed { rules, since });
        let beside = state.collect_garbage(staying, since);
        let told = state.warnings().to_vec();
        let closed = state.close();
        let beside: Result<Garbage, StateError> = beside.and_then(|beside| closed.map(|_| beside));
        let mut all = beside
            .map(|beside| self.together(garbage, beside))
            .map_err(|error| self.redacted(error))?;
        all.warnings.extend(told);
        Ok(all)
    }

    fn together(&self, mut garbage: Garbage, beside: Garbage) -> Garbage {
        garbage.parts.extend(beside.parts);
        let redacted = |why: String| self.config.secrets.redact(&why).into_owned();
        let warnings = beside.warnings.into_iter().map(redacted);
        garbage.warnings.extend(warnings);
        garbage
    }
}

fn moment_before(age: Option<Duration>) -> Result<Option<Timestamp>, Error> {
    let moment = age.map(|age| Timestamp::now().checked_sub(age));
    moment.transpose().map_err(|error| {
        let message = format!("finding the moment that long ago: {error}");
        Error::usage(message, "give a shorter time")
    })
}

//! The state of a validator: taken for a run, looked at, reset, and set up.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use data_validator_plugin::EngineError;
use jiff::Timestamp;

use super::DataValidator;
use crate::config::{self, FileKind, StateInEngine};
use crate::engines::connection::{Connection, Limits};
use crate::error::Error;
use crate::run::settings::RunSettings;
use crate::state::engine::{self, EngineState, Look, Sizes};
use crate::state::{
    Contents, FileState, LockMode, OpenOptions, RunOptions, RunState, StateError, Status, Store,
    peek,
};

/// Where a state is.
#[derive(Clone, Copy, Debug)]
pub enum StatePlace<'a> {
    File(&'a Path),
    Engine(&'a StateInEngine),
}

impl fmt::Display for StatePlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the state {}", path.display()),
            Self::Engine(place) => write!(f, "{place}"),
        }
    }
}

/// What is seen of a state without taking it, and where it is.
#[derive(Clone, Debug)]
pub enum Seen<'a> {
    InFile(&'a Path, Contents),
    InEngine(&'a StateInEngine, Look),
}

impl DataValidator {
    /// Where the state is that the settings or the config name.
    pub fn state_place<'a>(&'a self, settings: &'a RunSettings) -> Option<StatePlace<'a>> {
        let pipeline = &self.config.pipeline;
        let file = settings.state.as_deref();
        match (file, &pipeline.state_in_engine) {
            (Some(file), _) => Some(StatePlace::File(file)),
            (None, Some(place)) => Some(StatePlace::Engine(place)),
            (None, None) => pipeline.state_file.as_deref().map(StatePlace::File),
        }
    }

    /// Looks at the state without taking it and without changing anything, also during a run.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn look_at_state<'a>(&'a self, settings: &'a RunSettings) -> Result<Seen<'a>, Error> {
        match self.required_place(settings)? {
            StatePlace::File(path) => Ok(Seen::InFile(path, peek(path)?)),
            StatePlace::Engine(place) => Ok(Seen::InEngine(
                place,
                self.look_into_engine(place, settings)?,
            )),
        }
    }

    pub(super) fn look_into_engine(
        &self,
        place: &StateInEngine,
        settings: &RunSettings,
    ) -> Result<Look, Error> {
        let mut connection = self.connection_of(place)?;
        let limits = Limits::logged(&settings.interrupt);
        let looked = engine::look(&mut connection, place, limits);
        looked.map_err(|error| self.redacted(error).into())
    }

    /// How many rows stand beside the results of a state that is in an engine.
    ///
    /// # Errors
    /// When the engine is not one of the config.
    pub fn state_sizes(
        &self,
        place: &StateInEngine,
        settings: &RunSettings,
    ) -> Result<Sizes, Error> {
        let mut connection = self.connection_of(place)?;
        let limits = Limits::logged(&settings.interrupt);
        Ok(engine::sizes(&mut connection, place, limits))
    }

    /// Whether the state has a completed result of the rule.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn is_rule_completed(&self, table: &str, rule: &str) -> Result<bool, Error> {
        let settings = RunSettings::default();
        if self.state_place(&settings).is_none() {
            return Ok(false);
        }
        let tables = match self.look_at_state(&settings)? {
            Seen::InFile(_, contents) => contents.tables,
            Seen::InEngine(_, look) => look.entries.tables,
        };
        let entry = tables.get(table).and_then(|table| table.rules.get(rule));
        Ok(entry.is_some_and(|entry| entry.status == Status::Completed))
    }

    /// Forgets the recorded result of a rule; gives whether there was one.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn reset_rule_state(&self, table: &str, rule: &str) -> Result<bool, Error> {
        self.reset(&RunSettings::default(), |state| {
            state.reset_rule(table, rule)
        })
    }

    /// Forgets all recorded results of a table; gives whether there were any.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn reset_table_state(&self, table: &str) -> Result<bool, Error> {
        self.reset(&RunSettings::default(), |state| state.reset_table(table))
    }

    /// Forgets everything that is recorded; gives whether there was anything.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn reset_state(&self) -> Result<bool, Error> {
        self.reset(&RunSettings::default(), |state| state.reset_all())
    }

    /// Resets something in the state that the settings or the config name.
    ///
    /// # Errors
    /// When there is no state, or it cannot be written.
    pub fn reset(
        &self,
        settings: &RunSettings,
        reset: impl FnOnce(&mut dyn Store) -> Result<bool, StateError>,
    ) -> Result<bool, Error> {
        self.required_place(settings)?;
        let Some(mut state) = self.open_state(settings)? else {
            return Ok(false);
        };
        let there = reset(&mut *state).map_err(|error| self.redacted(error))?;
        state.close().map_err(|error| self.redacted(error))?;
        Ok(there)
    }

    /// Makes the tables of a state that is in an engine; those that are there stay as they are.
    ///
    /// # Errors
    /// When the state is not in an engine, or the tables cannot be made.
    pub fn set_up_state(&self, settings: &RunSettings) -> Result<(), Error> {
        let place = self.place_in_engine(settings)?;
        let connection = self.connection_of(place)?;
        let made = engine::init(connection, place, Limits::logged(&settings.interrupt));
        made.map_err(|error| self.redacted(error).into())
    }

    /// The SQL that makes the tables of a state that is in an engine; connects to nothing.
    ///
    /// # Errors
    /// When the state is not in an engine, or the engine makes tables without SQL.
    pub fn state_setup_sql(&self, settings: &RunSettings) -> Result<String, Error> {
        let place = self.place_in_engine(settings)?;
        let connection = self.connection_of(place)?;
        Ok(engine::setup_sql(connection.description(), place)?)
    }

    pub(super) fn begin_run(&self, settings: &RunSettings) -> Result<Option<RunState>, Error> {
        let pipeline = &self.config.pipeline;
        let Some(store) = self.open_state(settings)? else {
            return Ok(None);
        };
        let options = RunOptions {
            run_id: settings.run_id.clone(),
            start_anew: settings.no_resume,
            reuse: settings.reuse.unwrap_or(pipeline.reuse),
            resume_window: pipeline.resume_window,
            max_age: pipeline.max_age,
        };
        let now = settings.now.unwrap_or_else(Timestamp::now);
        Ok(Some(RunState::begin(store, options, now)))
    }

    pub(super) fn open_state(
        &self,
        settings: &RunSettings,
    ) -> Result<Option<Box<dyn Store>>, Error> {
        let patience = settings.lock_timeout.unwrap_or(Duration::from_secs(10));
        match self.state_place(settings) {
            None => Ok(None),
            Some(StatePlace::File(path)) => {
                let options = OpenOptions {
                    lock_timeout: patience,
                    lock: if settings.without_lock {
                        LockMode::None
                    } else {
                        LockMode::Auto
                    },
                    durability: self.config.pipeline.durability,
                    results: self.config.pipeline.results,
                };
                self.refuse_state_file(path)?;
                Ok(Some(Box::new(FileState::open(path, &options)?)))
            }
            Some(StatePlace::Engine(place)) => {
                let connection = self.connection_of(place)?;
                let state = EngineState::open(connection, place, patience, &settings.interrupt);
                let state = state.map_err(|error| self.redacted(error))?;
                Ok(Some(Box::new(state)))
            }
        }
    }

    fn refuse_state_file(&self, path: &Path) -> Result<(), Error> {
        if let Some(folder) = &self.config.confined_to {
            config::refuse_link_beside(path, folder).map_err(|(message, hint)| {
                Error::usage(format!("the state file: {message}"), &hint)
            })?;
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        let kind = ending.and_then(FileKind::of_name);
        match kind.filter(|kind| *kind != FileKind::Json) {
            None => Ok(()),
            Some(kind) => {
                let message = format!(
                    "the state file {} has the name of a {kind:?} file",
                    path.display()
                );
                let hint = "name a file for the state alone, such as state.json";
                Err(Error::usage(message, hint))
            }
        }
    }

    pub(super) fn required_place<'a>(
        &'a self,
        settings: &'a RunSettings,
    ) -> Result<StatePlace<'a>, Error> {
        self.state_place(settings).ok_or_else(|| {
            Error::usage(
                "the config has no state".into(),
                "set pipeline.state_file or pipeline.state, or give --state PATH",
            )
        })
    }

    fn place_in_engine<'a>(
        &'a self,
        settings: &'a RunSettings,
    ) -> Result<&'a StateInEngine, Error> {
        match self.required_place(settings)? {
            StatePlace::Engine(place) => Ok(place),
            StatePlace::File(path) => Err(Error::usage(
                format!(
                    "the state {} is a file, which needs no tables",
                    path.display()
                ),
                "set 'pipeline: {state: engine}' to keep the state in tables of the engine",
            )),
        }
    }

    /// A way to the engine of a state, which has it for itself.
    pub(super) fn connection_of(&self, place: &StateInEngine) -> Result<Connection, Error> {
        let attempted = format!("opening {place}");
        self.connections[0]
            .another_to(&place.engine, &self.config)
            .map_err(|error: EngineError| Error::engine(&attempted, &error))
    }

    /// The error without what an engine may repeat of a secret.
    pub(super) fn redacted(&self, error: StateError) -> StateError {
        let message = self.config.secrets.redact(&error.message).into_owned();
        StateError { message, ..error }
    }
}

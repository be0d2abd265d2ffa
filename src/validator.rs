//! The validator: a config, the way to its engines, its state, and the tables validated with them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{PoisonError, RwLock};
use std::thread;

use data_validator_plugin::{Description, Dialect};
use jiff::Timestamp;

use crate::config::{self, Config, ConfigErrors, LoadOptions};
use crate::engines::connection::Limits;
use crate::engines::connections::Connections;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::plan::FormName;
use crate::run::filter::places::places;
use crate::run::filter::{Filtered, Means, filter};
use crate::run::others;
use crate::run::planning::PlanOptions;
use crate::run::prepare::{Prepared, Preparing, prepare};
use crate::run::reach::Reach;
use crate::run::result::Summary;
use crate::run::settings::{FilterSettings, Progress, RunOutcome, RunSettings};
use crate::run::workers::{Work, validate_all};
use crate::selection::Selection;
use crate::sources;
use crate::state::{StateError, new_run_id};

mod state;
mod state_document;
mod state_garbage;

pub use state::{Seen, StatePlace};

/// The dialect of an engine by its name in the config.
pub type DialectOf<'d> = &'d dyn Fn(&str) -> &'d Dialect;

/// Validates the tables of a config.
///
/// A session is opened when the first table of its engine is validated, and is kept for the others.
pub struct DataValidator {
    config: Config,
    /// By worker; never none.
    connections: Vec<Connections>,
}

impl DataValidator {
    /// Reads a config with the process' environment.
    ///
    /// # Errors
    /// All errors of the file at once, with their places.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let options = LoadOptions {
            require_sources: false,
            ..LoadOptions::from_process()
        };
        Ok(Self::from_config(config::load(path.as_ref(), &options)?))
    }

    /// Takes a config that was loaded already.
    pub fn from_config(config: Config) -> Self {
        Self {
            config,
            connections: vec![Connections::default()],
        }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Validates one table by all its rules, and records the results if the config has a state file.
    ///
    /// # Errors
    /// When the config has no table of that name, or the state cannot be used. What cannot be judged
    /// is in the summary.
    pub fn validate_table(&mut self, name: &str) -> Result<Summary, Error> {
        let selection = Selection {
            tables: vec![name.to_owned()],
            ..Selection::default()
        };
        let mut outcome = self.validate(
            &RunSettings {
                selection,
                ..RunSettings::default()
            },
            &mut |_| (),
        )?;
        if let Some(error) = &outcome.state_error {
            return Err(error.into());
        }
        let summary = outcome.summaries.pop();
        summary
            .ok_or_else(|| Error::usage(format!("table '{name}' has no rules"), "add rules to it"))
    }

    /// Validates all tables, in the order of the config, with these sources by table in place of the
    /// config's: a path, a glob, a folder or the name of a relation.
    ///
    /// # Errors
    /// When a source is for no table, or the state cannot be used. What cannot be judged is in the
    /// summaries.
    pub fn validate_all_tables(
        &mut self,
        sources: &BTreeMap<String, String>,
    ) -> Result<Vec<Summary>, Error> {
        for (table, source) in sources {
            self.config.set_source(table, source)?;
        }
        let outcome = self.validate(&RunSettings::default(), &mut |_| ())?;
        outcome
            .state_error
            .as_ref()
            .map_or(Ok(outcome.summaries), |error| Err(error.into()))
    }

    /// Validates what is selected, and tells of each table when it starts and ends.
    ///
    /// # Errors
    /// When the selection names what the config lacks, or the state cannot be opened.
    pub fn validate(
        &mut self,
        settings: &RunSettings,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<RunOutcome, Error> {
        let (mut outcome, saved) =
            self.validate_and_show(settings, progress, |_, outcome| outcome)?;
        match saved {
            Ok(told) => outcome.warnings.extend(told),
            Err(error) => outcome.state_error = Some(error),
        }
        Ok(outcome)
    }

    /// Validates what is selected, and shows what came out while the state is brought to rest: every result is
    /// recorded by then. Gives what showing gave, and what a user should know of the state, or why it could not be
    /// saved.
    ///
    /// # Errors
    /// When the selection names what the config lacks, or the state cannot be opened.
    pub fn validate_and_show<T>(
        &mut self,
        settings: &RunSettings,
        progress: &mut dyn FnMut(Progress<'_>),
        show: impl FnOnce(&Config, RunOutcome) -> T,
    ) -> Result<(T, Result<Vec<String>, StateError>), Error> {
        let state = self.begin_run(settings)?;
        let run_id = match &state {
            Some(state) => state.run_id().to_owned(),
            None => settings.run_id.clone().unwrap_or_else(new_run_id),
        };
        let resumed = state
            .as_ref()
            .is_some_and(|state| state.resumed_from().is_some());
        let warnings = state
            .as_ref()
            .map(|state| state.warnings().to_vec())
            .unwrap_or_default();
        let tables = settings.selection.of(&self.config)?;
        let state = state.map(RwLock::new);
        let jobs = settings.jobs.unwrap_or_else(|| default_jobs(&self.config));
        let workers = jobs.get().min(tables.len());
        while self.connections.len() < workers {
            let more = self.connections.first().map(Connections::of_another_worker);
            self.connections.push(more.unwrap_or_default());
        }
        let work = Work {
            config: &self.config,
            tables: &tables,
            plan: PlanOptions {
                form: settings.form,
                only_shown: false,
            },
            samples: settings.samples,
            interrupt: &settings.interrupt,
            deadline: settings.deadline,
            now: settings.now.unwrap_or_else(Timestamp::now),
            state: state.as_ref(),
        };
        let summaries = validate_all(&work, &mut self.connections[..workers], progress);
        let state = state.map(|state| state.into_inner().unwrap_or_else(PoisonError::into_inner));
        let completed = settings.interrupt.requested().is_none();
        let outcome = RunOutcome {
            summaries,
            run_id,
            resumed,
            warnings,
            state_error: None,
        };
        let (shown, saved) = thread::scope(|scope| {
            let saving = state.map(|state| scope.spawn(move || state.finish(completed)));
            let shown = show(&self.config, outcome);
            let saved = saving.map_or(Ok(Vec::new()), |saving| {
                saving.join().unwrap_or_else(|panic| resume_unwind(panic))
            });
            (shown, saved)
        });
        Ok((shown, saved.map_err(|error| self.redacted(error))))
    }

    /// Writes the rows of each selected table to the places that the config's `outputs` names, and tells what
    /// became of it. The state is neither read nor written.
    ///
    /// # Errors
    /// When the selection or a place is wrong; then nothing is written. What becomes of a table is told.
    pub fn filter(
        &mut self,
        settings: &FilterSettings,
        told: &mut dyn FnMut(Result<Filtered, Error>),
    ) -> Result<(), Error> {
        let tables = settings.selection.of(&self.config)?;
        let places = places(&self.config, tables.iter().map(|(table, _)| *table))?;
        let limits = Limits {
            interrupt: &settings.interrupt,
            deadline: settings.deadline,
            told: &|_| (),
        };
        for ((table, rules), places) in tables.iter().zip(&places) {
            if settings.interrupt.requested().is_some() {
                break;
            }
            let attempted = format!("filtering table '{}'", table.name);
            let connections = &mut self.connections[0];
            let mut connection = match connections.take(&table.engine, &self.config) {
                Ok(connection) => connection,
                Err(error) => {
                    told(Err(Error::engine(&attempted, &error)));
                    continue;
                }
            };
            let mut reach = Reach {
                connection: &mut connection,
                elsewhere: connections,
            };
            let means = Means {
                config: &self.config,
                reach: &mut reach,
                limits,
                allow_unjudged: settings.allow_unjudged,
                now: settings.now.unwrap_or_else(Timestamp::now),
            };
            let filtered = filter(means, table, rules, places);
            others::detach(&mut reach, &self.config, table, rules);
            connection.detach(&table.name);
            connections.put_back(connection);
            let redacted = |text: &String| self.config.secrets.redact(text).into_owned();
            told(match filtered {
                Ok(filtered) => Ok(Filtered {
                    unjudged: filtered.unjudged.iter().map(redacted).collect(),
                    ..filtered
                }),
                Err(error) => Err(Error {
                    message: redacted(&error.message),
                    ..error
                }),
            });
        }
        Ok(())
    }

    /// Gives each selected table, ready to be scanned, to `show`, with the dialects of the engines.
    ///
    /// # Errors
    /// When the selection is wrong, or a table cannot be made ready.
    pub fn explain(
        &mut self,
        selection: &Selection,
        form: Option<FormName>,
        now: Option<Timestamp>,
        show: &mut dyn FnMut(&Prepared<'_>, DialectOf<'_>),
    ) -> Result<(), Error> {
        let interrupt = Interrupt::default();
        let limits = Limits {
            interrupt: &interrupt,
            deadline: None,
            told: &|_| (),
        };
        for (table, rules) in selection.of(&self.config)? {
            let attempted = format!("explaining table '{}'", table.name);
            let rules: Vec<_> = rules.into_iter().filter(|rule| rule.enabled).collect();
            let connections = &mut self.connections[0];
            let mut connection = connections
                .take(&table.engine, &self.config)
                .map_err(|error| Error::engine(&attempted, &error))?;
            let found = sources::find(&table.source)
                .map_err(|error| Error::unjudged(&attempted, &error))?;
            let options = PlanOptions {
                form,
                only_shown: true,
            };
            let mut reach = Reach {
                connection: &mut connection,
                elsewhere: connections,
            };
            let preparing = Preparing {
                reach: &mut reach,
                limits,
                config: &self.config,
                options,
                now: now.unwrap_or_else(Timestamp::now),
                others_of: &rules,
            };
            let prepared = prepare(preparing, table, &found, &rules)
                .map_err(|error| Error::unjudged(&attempted, &error))?;
            let own = connection.description().dialect.clone();
            show(&prepared, &|engine| {
                let settings = self.config.engines.get(engine);
                settings.map_or(&own, |settings| &settings.kind.description.dialect)
            });
            connections.put_back(connection);
        }
        Ok(())
    }

    /// Connects to an engine of the config once, without retry, and asks it for one number.
    ///
    /// # Errors
    /// When there is no such engine, or the connection fails.
    pub fn check_connection(&mut self, engine: &str) -> Result<Description, Error> {
        let attempted = format!("connecting to engine '{engine}'");
        let connection = self.connections[0]
            .to(engine, &self.config)
            .map_err(|error| Error::engine(&attempted, &error))?;
        connection
            .check()
            .map_err(|error| Error::engine(&attempted, &error))?;
        Ok(connection.description().clone())
    }
}

/// As many as there are processors, unless a server's processors would do the work.
fn default_jobs(config: &Config) -> NonZeroUsize {
    let is_embedded = |table: &config::Table| {
        let engine = config.engines.get(&table.engine);
        engine.is_some_and(|engine| engine.kind.description.capabilities.embedded)
    };
    match config.tables.iter().all(is_embedded) {
        true => thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        false => NonZeroUsize::MIN,
    }
}

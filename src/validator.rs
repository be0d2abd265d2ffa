//! The validator: a config, its engines, and the tables validated on them.

use std::collections::BTreeMap;
use std::path::Path;

use data_validator_plugin::{Description, Dialect, EngineError, Session};

use crate::config::{Config, ConfigErrors, LoadOptions, Table};
use crate::engines::registry;
use crate::error::Error;
use crate::run::ask::call;
use crate::run::prepare::{Prepared, prepare};
use crate::run::result::Summary;
use crate::run::table;
use crate::selection::Selection;

/// Validates the tables of a config.
///
/// A session is opened when the first table of its engine is validated, and is kept for the others.
pub struct DataValidator {
    config: Config,
    sessions: BTreeMap<String, Result<OpenSession, EngineError>>,
}

struct OpenSession {
    session: Box<dyn Session>,
    dialect: Dialect,
}

/// A table of a run as it is about to be validated, or was.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    Started { table: &'a Table, rules: usize },
    Finished { summary: &'a Summary },
}

impl DataValidator {
    /// Reads a config with the process' environment.
    ///
    /// # Errors
    /// All errors of the file at once, with their places.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        Ok(Self::from_config(crate::config::load(
            path.as_ref(),
            &LoadOptions::from_process(),
        )?))
    }

    /// Takes a config that was loaded already.
    pub fn from_config(config: Config) -> Self {
        Self {
            config,
            sessions: BTreeMap::new(),
        }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Validates one table by all its rules.
    ///
    /// # Errors
    /// When the config has no table of that name. What cannot be judged is in the summary.
    pub fn validate_table(&mut self, name: &str) -> Result<Summary, Error> {
        let selection = Selection {
            tables: vec![name.to_owned()],
            ..Selection::default()
        };
        let mut summaries = self.validate(&selection, &mut |_| ())?;
        summaries.pop().ok_or_else(|| {
            Error::usage(
                format!("table '{name}' is not in the config"),
                "check its name",
            )
        })
    }

    /// Validates all tables, in the order of the config.
    ///
    /// # Errors
    /// None yet that belong to a run as a whole; what cannot be judged is in the summaries.
    pub fn validate_all_tables(&mut self) -> Result<Vec<Summary>, Error> {
        self.validate(&Selection::default(), &mut |_| ())
    }

    /// Validates what is selected, and tells of each table when it starts and ends.
    ///
    /// # Errors
    /// When the selection names what the config lacks, or selects nothing.
    pub fn validate(
        &mut self,
        selection: &Selection,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<Summary>, Error> {
        let mut summaries = Vec::new();
        for (table, rules) in selection.of(&self.config)? {
            progress(Progress::Started {
                table,
                rules: rules.len(),
            });
            let summary = match open(&mut self.sessions, &self.config, &table.engine) {
                Ok(open) => table::validate(&mut *open.session, &open.dialect, table, &rules),
                Err(error) => table::unjudged(
                    table,
                    &rules,
                    &format!("connecting to engine '{}': {error}", table.engine),
                ),
            };
            let summary = summary.redacted(&self.config.secrets);
            progress(Progress::Finished { summary: &summary });
            summaries.push(summary);
        }
        Ok(summaries)
    }

    /// Gives each selected table, ready to be scanned, to `show`, with its dialect.
    ///
    /// # Errors
    /// When the selection is wrong, or a table cannot be made ready.
    pub fn explain(
        &mut self,
        selection: &Selection,
        show: &mut dyn FnMut(&Prepared<'_>, &Dialect),
    ) -> Result<(), Error> {
        for (table, rules) in selection.of(&self.config)? {
            let attempted = || format!("explaining table '{}'", table.name);
            let open = open(&mut self.sessions, &self.config, &table.engine)
                .map_err(|error| Error::engine(&attempted(), &error))?;
            let prepared = prepare(&mut *open.session, &open.dialect, table, &rules)
                .map_err(|error| Error::unjudged(&attempted(), &error))?;
            show(&prepared, &open.dialect);
        }
        Ok(())
    }

    /// Connects to an engine of the config once and asks it for one number.
    ///
    /// # Errors
    /// When there is no such engine, or the connection fails.
    pub fn check_connection(&mut self, engine: &str) -> Result<Description, Error> {
        let attempted = || format!("connecting to engine '{engine}'");
        let settings = self.config.engines.get(engine);
        let description = settings.and_then(|settings| registry::describe(&settings.engine_type));
        let description = description.ok_or_else(|| {
            Error::usage(
                format!("the config has no engine '{engine}'"),
                "see 'engine' and 'engines' in the config",
            )
        })?;
        let open = open(&mut self.sessions, &self.config, engine)
            .map_err(|error| Error::engine(&attempted(), &error))?;
        let probe = open
            .session
            .query("SELECT 1", &call())
            .and_then(|mut stream| stream.next());
        probe.map_err(|error| Error::engine(&attempted(), &error))?;
        Ok(description)
    }
}

/// The session of an engine, opened when it is first asked for.
fn open<'s>(
    sessions: &'s mut BTreeMap<String, Result<OpenSession, EngineError>>,
    config: &Config,
    name: &str,
) -> Result<&'s mut OpenSession, EngineError> {
    let entry = sessions.entry(name.to_owned()).or_insert_with(|| {
        let unknown = || {
            EngineError::new(
                data_validator_plugin::ErrorClass::Config,
                format!("there is no engine '{name}'"),
            )
        };
        let settings = config.engines.get(name).ok_or_else(unknown)?;
        let engine = registry::engine(&settings.engine_type).ok_or_else(unknown)?;
        let session = engine.connect(&settings.config, &call())?;
        Ok(OpenSession {
            session,
            dialect: engine.describe().dialect,
        })
    });
    entry.as_mut().map_err(|error| error.clone())
}

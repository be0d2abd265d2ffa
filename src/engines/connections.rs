//! The ways to all engines of a config, each made when it is first taken.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use data_validator_plugin::{Engine, EngineError, ErrorClass};

use super::connection::Connection;
use super::kind::EngineKind;
use crate::config::Config;

/// The connections of one worker, by the engine's name in the config.
#[derive(Default)]
pub struct Connections {
    engines: Engines,
    open: BTreeMap<String, Connection>,
}

/// The engines of a config by name. All workers have the same ones, so that an engine can keep its
/// sessions within one limit of threads and memory.
type Engines = Arc<Mutex<BTreeMap<String, Arc<dyn Engine>>>>;

impl Connections {
    /// Connections of another worker to the same engines.
    pub fn of_another_worker(&self) -> Self {
        Self {
            engines: Arc::clone(&self.engines),
            open: BTreeMap::new(),
        }
    }

    /// The way to an engine, taken out so that others can be used at the same time.
    ///
    /// # Errors
    /// Those of [`Connections::to`].
    pub fn take(&mut self, name: &str, config: &Config) -> Result<Connection, EngineError> {
        self.to(name, config)?;
        self.open.remove(name).ok_or_else(|| {
            let message = format!("engine '{name}' has no connection");
            EngineError::new(ErrorClass::Internal, message)
        })
    }

    /// Takes back what was taken out, with its session.
    pub fn put_back(&mut self, connection: Connection) {
        self.open.insert(connection.name().to_owned(), connection);
    }

    /// The way to an engine, if somebody asked for it before.
    pub fn opened(&mut self, name: &str) -> Option<&mut Connection> {
        self.open.get_mut(name)
    }

    /// The way to an engine of the config; connects to nothing yet.
    ///
    /// # Errors
    /// When the config has no engine of that name, or its plugin fails to open it.
    pub fn to(&mut self, name: &str, config: &Config) -> Result<&mut Connection, EngineError> {
        match self.open.entry(name.to_owned()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(connection(&self.engines, name, config)?)),
        }
    }

    /// One more way to an engine of the config, for who needs one for itself; connects to nothing yet.
    ///
    /// # Errors
    /// As of [`to`](Self::to).
    pub fn another_to(&self, name: &str, config: &Config) -> Result<Connection, EngineError> {
        connection(&self.engines, name, config)
    }
}

fn connection(engines: &Engines, name: &str, config: &Config) -> Result<Connection, EngineError> {
    let settings = config.engines.get(name).ok_or_else(|| {
        EngineError::new(
            ErrorClass::Config,
            format!("the config has no engine '{name}'"),
        )
    })?;
    let engine = engine(engines, name, &settings.kind)?;
    Ok(Connection::new(name, engine, settings))
}

fn engine(
    engines: &Engines,
    name: &str,
    kind: &EngineKind,
) -> Result<Arc<dyn Engine>, EngineError> {
    let mut engines = engines.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = engines.get(name) {
        return Ok(Arc::clone(engine));
    }
    let engine = kind.engine()?;
    engines.insert(name.to_owned(), Arc::clone(&engine));
    Ok(engine)
}

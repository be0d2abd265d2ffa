//! The ways to all engines of a config, each made when it is first taken.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use data_validator_plugin::{EngineError, ErrorClass};

use super::connection::Connection;
use crate::config::Config;

/// The connections of a config, by the engine's name in it.
#[derive(Default)]
pub struct Connections(BTreeMap<String, Connection>);

impl Connections {
    /// The way to an engine of the config; connects to nothing yet.
    ///
    /// # Errors
    /// When the config has no engine of that name, or the program none of that type.
    pub fn to(&mut self, name: &str, config: &Config) -> Result<&mut Connection, EngineError> {
        match self.0.entry(name.to_owned()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let settings = config.engines.get(name).ok_or_else(|| {
                    EngineError::new(
                        ErrorClass::Config,
                        format!("the config has no engine '{name}'"),
                    )
                })?;
                Ok(place.insert(Connection::new(name, settings)?))
            }
        }
    }
}

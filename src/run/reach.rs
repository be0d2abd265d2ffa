//! The engines that one table's rules read.

use data_validator_plugin::EngineError;

use crate::config::Config;
use crate::engines::connection::Connection;
use crate::engines::connections::Connections;

/// The engine that holds a table, and those that hold other relations.
pub struct Reach<'a> {
    pub connection: &'a mut Connection,
    /// Without the table's own.
    pub elsewhere: &'a mut Connections,
}

impl Reach<'_> {
    /// The way to an engine of the config, which may be the table's own.
    ///
    /// # Errors
    /// When the config has no engine of that name, or its plugin fails to open it.
    pub fn to(&mut self, engine: &str, config: &Config) -> Result<&mut Connection, EngineError> {
        match self.connection.name() == engine {
            true => Ok(self.connection),
            false => self.elsewhere.to(engine, config),
        }
    }

    /// As [`Reach::to`], for an engine that something was attached to.
    pub fn opened(&mut self, engine: &str) -> Option<&mut Connection> {
        match self.connection.name() == engine {
            true => Some(self.connection),
            false => self.elsewhere.opened(engine),
        }
    }
}

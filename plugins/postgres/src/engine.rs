//! A PostgreSQL server.

use data_validator_plugin::{
    Call, Capabilities, Description, Engine, EngineConfig, EngineError, Session, Transactions,
};

use crate::config::Settings;
use crate::publication_tables::{DEFAULT_SCHEMA, publication_tables};
use crate::session::PostgresSession;
use crate::{config, dialect};

/// PostgreSQL, reached over its own protocol; each session is a connection.
#[derive(Debug, Default)]
pub struct Postgres;

impl Engine for Postgres {
    fn describe(&self) -> Description {
        Description {
            name: "postgres".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            // Only a server knows its own.
            engine_version: String::new(),
            semantics: 1,
            dialect: dialect::dialect(),
            capabilities: Capabilities {
                embedded: false,
                file_formats: Vec::new(),
                read_only_sessions: true,
                publish: true,
                ingest: true,
                streams: true,
                transactions: Transactions::Ddl,
            },
            publication_setup: Some(format!(
                "-- The schema that 'publication_schema' names, if it is given, goes in the place of {DEFAULT_SCHEMA}.\n{}",
                publication_tables(DEFAULT_SCHEMA)
            )),
            harmless_options: config::harmless_options(),
            // All of them reach the server, whose limits are for its owner to lift.
            safe_options: Vec::new(),
            connection: config::keys(),
        }
    }

    fn connect(
        &self,
        config: &EngineConfig,
        _call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        let settings = Settings::read(config)?;
        Ok(Box::new(PostgresSession::open(settings)?))
    }
}

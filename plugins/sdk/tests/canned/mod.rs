//! An engine with canned answers, which is all that the border between engine and host needs. What a
//! statement does, `stream.rs` says; a source, relation or key named `panic` makes its call panic.

pub mod rows;
mod session;
mod stream;

use std::sync::Arc;

use data_validator_plugin::{
    Call, Capabilities, ConfigKey, ConfigKind, Description, Dialect, Engine, EngineConfig,
    EngineError, ErrorClass, Session, Transactions,
};

use session::CannedSession;

/// Counts the objects of an engine that are alive: each holds a copy.
#[derive(Clone, Default)]
pub struct Live(Arc<()>);

impl Live {
    /// How many copies there are besides this one.
    pub fn others(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

#[derive(Default)]
pub struct Canned {
    pub live: Live,
}

impl Engine for Canned {
    fn describe(&self) -> Description {
        Description {
            name: "canned".into(),
            version: "1.2.3".into(),
            engine_version: "4".into(),
            semantics: 5,
            dialect: Dialect {
                identifier_quote: '`',
                ..Dialect::ansi()
            },
            capabilities: Capabilities {
                embedded: true,
                file_formats: vec!["csv".into()],
                read_only_sessions: true,
                publish: true,
                ingest: true,
                streams: true,
                transactions: Transactions::Ddl,
            },
            publication_setup: Some("CREATE TABLE keys (key text)".into()),
            harmless_options: vec!["threads".into()],
            safe_options: vec!["threads".into()],
            connection: vec![ConfigKey {
                name: "password".into(),
                kind: ConfigKind::Secret,
                required: true,
                help: "the \"password\"".into(),
            }],
        }
    }

    fn connect(&self, config: &EngineConfig, call: &Call) -> Result<Box<dyn Session>, EngineError> {
        log::info!(target: "canned", "connecting in operation {}", call.operation);
        match config.options.get("how").and_then(|how| how.as_str()) {
            Some("panic") => panic!("connect panics"),
            Some("refuse") => Err(EngineError::new(ErrorClass::Auth, "no entry")),
            how => Ok(Box::new(CannedSession::new(
                self.live.clone(),
                how == Some("panic at the end"),
            ))),
        }
    }
}

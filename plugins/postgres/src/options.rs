//! PostgreSQL's own settings, as the config has them, and what is asked of the server.

use data_validator_plugin::{EngineError, ErrorClass};
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::types::Type;

use crate::error::engine_error;
use crate::session::PostgresSession;

/// What this engine stands on and therefore sets itself.
const FIXED: &[&str] = &["standard_conforming_strings", "client_encoding"];

impl PostgresSession {
    /// Sets one of PostgreSQL's settings; one that it does not have, or a value that does not fit, is
    /// `config`.
    pub fn set_option(&mut self, name: &str, value: &str) -> Result<(), EngineError> {
        let wrong =
            |why: &str| EngineError::new(ErrorClass::Config, format!("the option '{name}': {why}"));
        if FIXED.iter().any(|fixed| fixed.eq_ignore_ascii_case(name)) {
            return Err(wrong("this engine sets it itself; leave it out"));
        }
        let set = self.link.rows(
            "SELECT set_config($1, $2, false)",
            &[(&name, Type::TEXT), (&value, Type::TEXT)],
        );
        match set {
            Ok(_) => Ok(()),
            Err(error) if error.as_db_error().is_some() => Err(wrong(&format!(
                "{}; see SELECT name FROM pg_settings",
                engine_error(&error).message
            ))),
            Err(error) => Err(engine_error(&error)),
        }
    }

    /// Whether the server takes writes, or not, as `target_session_attrs` wants it.
    pub fn check_wanted(&mut self) -> Result<(), EngineError> {
        let wanted = match self.settings.wanted {
            TargetSessionAttrs::ReadWrite => "off",
            TargetSessionAttrs::ReadOnly => "on",
            _ => return Ok(()),
        };
        let answer = self
            .link
            .rows("SELECT current_setting('transaction_read_only')", &[])
            .map_err(|error| engine_error(&error))?;
        let is: Option<&str> = answer.first().and_then(|row| row.try_get(0).ok());
        if is == Some(wanted) {
            return Ok(());
        }
        let message = "the server does not do what 'target_session_attrs' wants: it takes writes, or it does not";
        Err(EngineError::new(ErrorClass::Unavailable, message))
    }
}

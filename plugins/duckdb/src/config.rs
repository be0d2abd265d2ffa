//! What a user can set for this engine.

use std::path::PathBuf;

use data_validator_plugin::{ConfigKey, ConfigKind, EngineConfig, EngineError, ErrorClass};
use serde_json::Value;

/// The settings of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// A database file; `None` is a database in memory.
    pub database: Option<PathBuf>,
    /// Whether a database file may be written to.
    pub is_writable: bool,
    /// DuckDB's own settings by name, as text.
    pub options: Vec<(String, String)>,
}

/// The keys of `connection_params`.
pub fn keys() -> Vec<ConfigKey> {
    let key = |name: &str, kind, help: &str| ConfigKey {
        name: name.into(),
        kind,
        required: false,
        help: help.into(),
    };
    vec![
        key(
            "database",
            ConfigKind::Path,
            "a DuckDB database file, or ':memory:' (default)",
        ),
        key(
            "read_only",
            ConfigKind::Boolean,
            "whether the file is opened for reading only (default), so that others can read it too",
        ),
    ]
}

/// Settings of DuckDB that change no answer.
pub fn harmless_options() -> Vec<String> {
    let names = [
        "threads",
        "worker_threads",
        "memory_limit",
        "max_memory",
        "temp_directory",
        "max_temp_directory_size",
    ];
    names.map(String::from).into()
}

/// Settings of DuckDB that reach nothing outside of it.
pub fn safe_options() -> Vec<String> {
    let names = [
        "threads",
        "worker_threads",
        "memory_limit",
        "max_memory",
        "max_temp_directory_size",
    ];
    names.map(String::from).into()
}

impl Settings {
    pub fn read(config: &EngineConfig) -> Result<Self, EngineError> {
        let database = match config.connection.get("database") {
            None => None,
            Some(Value::String(path)) if path == ":memory:" => None,
            Some(Value::String(path)) => Some(PathBuf::from(path)),
            Some(_) => {
                return Err(EngineError::new(
                    ErrorClass::Config,
                    "'database' is not a text; give the path of a file",
                ));
            }
        };
        let is_writable = match config.connection.get("read_only") {
            None | Some(Value::Bool(true)) => false,
            Some(Value::Bool(false)) => true,
            Some(_) => {
                return Err(EngineError::new(
                    ErrorClass::Config,
                    "'read_only' is neither true nor false",
                ));
            }
        };
        let options = config
            .options
            .iter()
            .map(|(name, value)| Ok((name.clone(), option_text(name, value)?)));
        Ok(Self {
            database,
            is_writable,
            options: options.collect::<Result<_, _>>()?,
        })
    }
}

fn option_text(name: &str, value: &Value) -> Result<String, EngineError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(EngineError::new(
            ErrorClass::Config,
            format!("the option '{name}' is not a text, number or boolean"),
        )),
    }
}

//! What a user can set for this engine.

use std::path::PathBuf;
use std::time::Duration;

use data_validator_plugin::{ConfigKey, ConfigKind, EngineConfig, EngineError, ErrorClass};
use datafusion::config::ConfigOptions;
use serde_json::Value;

use crate::bytes::parse_bytes;

/// A lock that another process holds is waited for so long, unless a user says otherwise.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of one session.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of published tables.
    pub path: Option<PathBuf>,
    /// How long a lock is waited for that another process holds.
    pub lock_timeout: Duration,
    pub resources: Resources,
    /// DataFusion's own settings.
    pub options: ConfigOptions,
}

/// What sessions of equal settings share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Bytes; `None` is a share of the machine's memory.
    pub memory_limit: Option<usize>,
    /// Where queries put what memory does not hold; `None` is the system's folder.
    pub temp_directory: Option<PathBuf>,
    /// Bytes.
    pub max_temp_directory_size: Option<u64>,
}

/// The keys of `connection_params`.
pub fn keys() -> Vec<ConfigKey> {
    vec![ConfigKey {
        name: "path".into(),
        kind: ConfigKind::Path,
        required: false,
        help: "a folder of published tables; without it only files are read".into(),
    }]
}

/// Settings that change no answer.
pub fn harmless_options() -> Vec<String> {
    let names = [
        "memory_limit",
        "temp_directory",
        "max_temp_directory_size",
        "lock_timeout",
        "batch_size",
        "target_partitions",
        "datafusion.execution.batch_size",
        "datafusion.execution.target_partitions",
    ];
    names.map(String::from).into()
}

impl Settings {
    pub fn read(config: &EngineConfig) -> Result<Self, EngineError> {
        let path = match config.connection.get("path") {
            None => None,
            Some(Value::String(path)) => Some(PathBuf::from(path)),
            Some(_) => return Err(refused("'path' is not a text; give the path of a folder")),
        };
        let mut settings = Self {
            path,
            lock_timeout: LOCK_TIMEOUT,
            resources: Resources::default(),
            options: options_of_the_interface(),
        };
        for (name, value) in &config.options {
            let text = option_text(name, value)?;
            let set = settings.set(name, &text);
            set.map_err(|error| error.context(format_args!("the option '{name}'")))?;
        }
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), EngineError> {
        let bytes = || parse_bytes(value).map_err(refused);
        let key = match name {
            "memory_limit" => {
                let limit = usize::try_from(bytes()?).unwrap_or(usize::MAX);
                self.resources.memory_limit = Some(limit);
                return Ok(());
            }
            "temp_directory" => {
                self.resources.temp_directory = Some(PathBuf::from(value));
                return Ok(());
            }
            "max_temp_directory_size" => {
                self.resources.max_temp_directory_size = Some(bytes()?);
                return Ok(());
            }
            "lock_timeout" => {
                let seconds = value.parse().ok().map(Duration::try_from_secs_f64);
                let Some(Ok(timeout)) = seconds else {
                    return Err(refused("it is no number of seconds"));
                };
                self.lock_timeout = timeout;
                return Ok(());
            }
            "batch_size" => "datafusion.execution.batch_size",
            "target_partitions" => "datafusion.execution.target_partitions",
            name if name.starts_with("datafusion.runtime.") => {
                return Err(refused(
                    "limits have options of their own: memory_limit, temp_directory, max_temp_directory_size",
                ));
            }
            name if name.starts_with("datafusion.") => name,
            _ => {
                return Err(refused(
                    "there is none of that name; take memory_limit, temp_directory, max_temp_directory_size, \
                     lock_timeout, batch_size, target_partitions or a setting of DataFusion, such as \
                     'datafusion.execution.collect_statistics'",
                ));
            }
        };
        self.options
            .set(key, value)
            .map_err(|error| refused(error.strip_backtrace().replace('\n', " ")))
    }
}

/// DataFusion's settings where the interface needs others than its defaults.
fn options_of_the_interface() -> ConfigOptions {
    let mut options = ConfigOptions::default();
    // Names are what the files call them, also where nobody quotes them.
    options.sql_parser.enable_ident_normalization = false;
    // A moment is compared as such, whatever its file's zone is.
    options.execution.time_zone = Some("+00:00".into());
    // The default, nanoseconds, wraps round beyond the year 2262.
    options.execution.parquet.coerce_int96 = Some("us".into());
    options
}

fn refused(message: impl Into<String>) -> EngineError {
    EngineError::new(ErrorClass::Config, message)
}

fn option_text(name: &str, value: &Value) -> Result<String, EngineError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(refused(format!(
            "the option '{name}' is not a text, number or boolean"
        ))),
    }
}

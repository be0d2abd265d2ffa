//! What a user can set for this engine.

use std::path::PathBuf;
use std::time::Duration;

use data_validator_plugin::{ConfigKey, ConfigKind, EngineConfig, EngineError, ErrorClass};
use datafusion::config::ConfigOptions;
use serde_json::Value;

use crate::bytes::parse_bytes;
use crate::web::WebSettings;

/// A lock that another process holds is waited for so long, unless a user says otherwise.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// The same for one request to a web server.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of one session.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of published tables.
    pub path: Option<PathBuf>,
    /// The web server whose files are tables.
    pub web: Option<WebSettings>,
    /// How long a lock is waited for that another process holds.
    pub lock_timeout: Duration,
    /// How long the web server may take for one answer.
    pub request_timeout: Duration,
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
    let key = |name: &str, kind, help: &str| ConfigKey {
        name: name.into(),
        kind,
        required: false,
        help: help.into(),
    };
    vec![
        key(
            "path",
            ConfigKind::Path,
            "a folder of published tables; without it and 'url' only files are read",
        ),
        key(
            "url",
            ConfigKind::Text,
            "a folder on a web server whose Parquet files are tables: URL/NAME.parquet and URL/SCHEMA/NAME.parquet",
        ),
        key(
            "token",
            ConfigKind::Secret,
            "the bearer token that the web server asks for",
        ),
    ]
}

/// Settings that change no answer.
pub fn harmless_options() -> Vec<String> {
    let names = [
        "memory_limit",
        "temp_directory",
        "max_temp_directory_size",
        "lock_timeout",
        "request_timeout",
        "batch_size",
        "target_partitions",
        "datafusion.execution.batch_size",
        "datafusion.execution.target_partitions",
    ];
    names.map(String::from).into()
}

/// Settings that reach nothing outside of the engine.
pub fn safe_options() -> Vec<String> {
    let names = [
        "memory_limit",
        "max_temp_directory_size",
        "batch_size",
        "target_partitions",
        "datafusion.execution.batch_size",
        "datafusion.execution.target_partitions",
    ];
    names.map(String::from).into()
}

impl Settings {
    pub fn read(config: &EngineConfig) -> Result<Self, EngineError> {
        let text = |key: &str| match config.connection.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(refused(format!("'{key}' is not a text"))),
        };
        let (path, url, token) = (text("path")?, text("url")?, text("token")?);
        if path.is_some() && url.is_some() {
            let message = "'path' and 'url' both say where tables are; keep one, and define another engine for the other";
            return Err(refused(message));
        }
        if token.is_some() && url.is_none() {
            return Err(refused("'token' is for a web server; give its 'url' too"));
        }
        let mut settings = Self {
            path: path.map(PathBuf::from),
            web: None,
            lock_timeout: LOCK_TIMEOUT,
            request_timeout: REQUEST_TIMEOUT,
            resources: Resources::default(),
            options: options_of_the_interface(),
        };
        for (name, value) in &config.options {
            let text = option_text(name, value)?;
            let set = settings.set(name, &text);
            set.map_err(|error| error.context(format_args!("the option '{name}'")))?;
        }
        let web = url.map(|url| WebSettings::new(&url, token, settings.request_timeout));
        settings.web = web.transpose()?;
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
                self.lock_timeout = seconds(value)?;
                return Ok(());
            }
            "request_timeout" => {
                self.request_timeout = seconds(value)?;
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
                     lock_timeout, request_timeout, batch_size, target_partitions or a setting of DataFusion, such as \
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

fn seconds(value: &str) -> Result<Duration, EngineError> {
    let seconds = value.parse().ok().map(Duration::try_from_secs_f64);
    match seconds {
        Some(Ok(seconds)) => Ok(seconds),
        _ => Err(refused("it is no number of seconds")),
    }
}

/// A setting that cannot be followed.
pub fn refused(message: impl Into<String>) -> EngineError {
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

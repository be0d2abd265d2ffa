//! What a user can set for this engine.

use std::path::PathBuf;
use std::time::Duration;

use data_validator_plugin::{ConfigKey, ConfigKind, EngineConfig, EngineError, ErrorClass};
use serde_json::Value;
use tokio_postgres::Config;
use tokio_postgres::config::{LoadBalanceHosts, TargetSessionAttrs};

use crate::connection_text::ConnectionText;
use crate::environment::{self, variable};
use crate::password_file::{self, Login};
use crate::publication_tables::DEFAULT_SCHEMA;
use crate::servers::{Server, servers};
use crate::tls::{Encryption, Mode};

/// The settings of one session.
// No `Debug`: a password is in it.
#[derive(Clone)]
pub struct Settings {
    /// Where the server may be, tried in this order.
    pub servers: Vec<Server>,
    /// User, database and all else that is the same on every server.
    pub login: Config,
    pub encryption: Encryption,
    /// For one address, from the first packet to the login; `None` waits for ever.
    pub connect_timeout: Option<Duration>,
    /// Whether the session refuses to write.
    pub read_only: bool,
    /// Where publications are noted.
    pub publication_schema: String,
    /// PostgreSQL's own settings by name.
    pub options: Vec<(String, String)>,
    /// Whether the server has to take writes, or must not.
    pub wanted: TargetSessionAttrs,
}

/// The keys of `connection_params`.
pub fn keys() -> Vec<ConfigKey> {
    use ConfigKind::{Boolean, Integer, Path, Secret, Text};
    let keys = [
        (
            "url",
            Secret,
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…, or libpq's names and values; the other keys come before it, PG* variables after it",
        ),
        (
            "host",
            Text,
            "a host, or the folder of a socket; several with commas are tried in turn",
        ),
        ("port", Integer, "the port (default 5432)"),
        ("database", Text, "the database (default: the user's name)"),
        ("user", Text, "the role (default: who runs this program)"),
        (
            "password",
            Secret,
            "the password; else PGPASSWORD or ~/.pgpass",
        ),
        ("passfile", Path, "a file of passwords (default ~/.pgpass)"),
        (
            "sslmode",
            Text,
            "disable, allow, prefer (default), require, verify-ca or verify-full",
        ),
        (
            "sslrootcert",
            Path,
            "certificates that are trusted (default ~/.postgresql/root.crt, else the system's)",
        ),
        ("sslcert", Path, "the client's certificate"),
        ("sslkey", Path, "the key of the client's certificate"),
        (
            "connect_timeout",
            Integer,
            "seconds for connecting to one address (default 10; 0 waits for ever)",
        ),
        (
            "application_name",
            Text,
            "what the server calls the session (default data-validator)",
        ),
        (
            "options",
            Text,
            "command-line options for the server's process, such as -c geqo=off",
        ),
        (
            "read_only",
            Boolean,
            "the session refuses to write (default false; reading never writes)",
        ),
        (
            "publication_schema",
            Text,
            "the schema where publications are noted (default data_validator)",
        ),
    ];
    keys.into_iter()
        .map(|(name, kind, help)| ConfigKey {
            name: name.into(),
            kind,
            required: false,
            help: help.into(),
        })
        .collect()
}

/// Settings of PostgreSQL that change no answer.
pub fn harmless_options() -> Vec<String> {
    let names = [
        "client_connection_check_interval",
        "effective_cache_size",
        "effective_io_concurrency",
        "hash_mem_multiplier",
        "idle_in_transaction_session_timeout",
        "jit",
        "lock_timeout",
        "log_min_duration_statement",
        "maintenance_work_mem",
        "max_parallel_workers_per_gather",
        "random_page_cost",
        "statement_timeout",
        "synchronous_commit",
        "temp_buffers",
        "temp_file_limit",
        "work_mem",
    ];
    names.map(String::from).into()
}

impl Settings {
    pub fn read(config: &EngineConfig) -> Result<Self, EngineError> {
        let given = Given::read(config)?;
        let mut login = given.text.driver.clone();
        if login.get_load_balance_hosts() != LoadBalanceHosts::Disable {
            return Err(wrong(
                "'url' has load_balance_hosts, which this engine does not do",
            ));
        }
        if let Some(user) = given.value("user", login.get_user().map(str::to_owned)) {
            login.user(user);
        }
        if let Some(database) = given.value("database", login.get_dbname().map(str::to_owned)) {
            login.dbname(database);
        }
        if let Some(options) = given.value("options", login.get_options().map(str::to_owned)) {
            login.options(options);
        }
        let name = login.get_application_name().map(str::to_owned);
        let name = given.value("application_name", name);
        login.application_name(name.unwrap_or_else(|| "data-validator".into()));
        let in_text = login
            .get_connect_timeout()
            .map(|it| it.as_secs().to_string());
        let seconds = given.number("connect_timeout", in_text)?.unwrap_or(10);
        let mut settings = Self {
            servers: servers(&given)?,
            wanted: login.get_target_session_attrs(),
            connect_timeout: (seconds > 0).then(|| Duration::from_secs(seconds)),
            encryption: encryption(&given)?,
            read_only: match given.own("read_only") {
                None | Some("false") => false,
                Some("true") => true,
                Some(_) => return Err(wrong("'read_only' is neither true nor false")),
            },
            publication_schema: given
                .own("publication_schema")
                .unwrap_or(DEFAULT_SCHEMA)
                .to_owned(),
            options: given.options.clone(),
            login,
        };
        settings.look_up_passwords(&given);
        Ok(settings)
    }

    fn look_up_passwords(&mut self, given: &Given) {
        let in_text = self.login.get_password().map(<[u8]>::to_vec);
        let of_all = given.own("password").map(|it| it.as_bytes().to_vec());
        let of_all = of_all
            .or(in_text)
            .or_else(|| variable("password").map(String::into_bytes));
        let file = given
            .value("passfile", given.text.others.get("passfile").cloned())
            .map(PathBuf::from)
            .or_else(|| environment::file_at_home(".pgpass"));
        let user = self.login.get_user().map(str::to_owned);
        let user = user.or_else(environment::account).unwrap_or_default();
        let database = self.login.get_dbname().unwrap_or(&user);
        for server in &mut self.servers {
            let login = Login {
                host: &server.host,
                port: server.port,
                database,
                user: &user,
            };
            server.password = of_all
                .clone()
                .or_else(|| password_file::password(file.as_ref()?, login).map(String::into_bytes));
        }
    }
}

/// What the config gives, as text.
pub struct Given {
    keys: Vec<(String, String)>,
    pub text: ConnectionText,
    options: Vec<(String, String)>,
}

impl Given {
    fn read(config: &EngineConfig) -> Result<Self, EngineError> {
        let texts = |map: &serde_json::Map<String, Value>| {
            map.iter()
                .map(|(name, value)| Ok((name.clone(), text(name, value)?)))
                .collect::<Result<Vec<_>, EngineError>>()
        };
        let keys = texts(&config.connection)?;
        let known = self::keys();
        if let Some((name, _)) = keys
            .iter()
            .find(|(name, _)| known.iter().all(|key| key.name != *name))
        {
            return Err(wrong(&format!(
                "there is no key '{name}' in connection_params"
            )));
        }
        let url = keys.iter().find(|(name, _)| name == "url");
        Ok(Self {
            text: url
                .map(|(_, text)| ConnectionText::read(text))
                .transpose()?
                .unwrap_or_default(),
            options: texts(&config.options)?,
            keys,
        })
    }

    /// What the config itself says of a key.
    pub fn own(&self, key: &str) -> Option<&str> {
        self.keys
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// The key, or what the connection text has, or the environment.
    pub fn value(&self, key: &str, in_text: Option<String>) -> Option<String> {
        self.own(key)
            .map(str::to_owned)
            .or(in_text)
            .or_else(|| variable(key))
    }

    fn number(&self, key: &str, in_text: Option<String>) -> Result<Option<u64>, EngineError> {
        self.value(key, in_text)
            .map(|text| {
                text.parse()
                    .map_err(|_| wrong(&format!("'{key}' is not a whole number")))
            })
            .transpose()
    }
}

fn encryption(given: &Given) -> Result<Encryption, EngineError> {
    let value = |key: &str| given.value(key, given.text.others.get(key).cloned());
    let mode = match value("sslmode") {
        None => Mode::Prefer,
        Some(word) => Mode::read(&word).ok_or_else(|| {
            wrong("'sslmode' is none of disable, allow, prefer, require, verify-ca, verify-full")
        })?,
    };
    let file = |key: &str, at_home: &str| {
        value(key)
            .map(PathBuf::from)
            .or_else(|| environment::file_at_home(at_home))
    };
    let certificate = file("sslcert", ".postgresql/postgresql.crt");
    Ok(Encryption {
        mode,
        trusted: file("sslrootcert", ".postgresql/root.crt"),
        client: certificate.zip(file("sslkey", ".postgresql/postgresql.key")),
    })
}

fn text(name: &str, value: &Value) -> Result<String, EngineError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(wrong(&format!("'{name}' is not a text, number or boolean"))),
    }
}

/// The error of a setting that does not fit.
pub fn wrong(message: &str) -> EngineError {
    EngineError::new(ErrorClass::Config, message)
}

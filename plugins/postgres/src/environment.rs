//! What libpq's environment variables say where the config does not.
//!
//! Names: <https://www.postgresql.org/docs/current/libpq-envars.html>.

use std::env;
use std::path::PathBuf;

/// A key of `connection_params` and the variable that stands for it.
const VARIABLES: &[(&str, &str)] = &[
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("database", "PGDATABASE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("passfile", "PGPASSFILE"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("application_name", "PGAPPNAME"),
    ("options", "PGOPTIONS"),
];

/// The value that the environment has for a key.
pub fn variable(key: &str) -> Option<String> {
    let (_, variable) = VARIABLES.iter().find(|(known, _)| *known == key)?;
    env::var(variable).ok().filter(|value| !value.is_empty())
}

/// A file that libpq looks for in the user's folder, if it is there.
pub fn file_at_home(name: &str) -> Option<PathBuf> {
    let file = env::home_dir()?.join(name);
    file.exists().then_some(file)
}

/// The name of whoever runs this program, which is the user where none is given.
pub fn account() -> Option<String> {
    ["USER", "LOGNAME"]
        .iter()
        .find_map(|variable| env::var(variable).ok())
}

//! What an engine says of itself, without a connection.

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;

/// What an engine is, speaks and can do.
///
/// As JSON it is what a plugin's `describe` gives; `description.schema.json` beside this crate says the
/// form. A field that is left out has its default and one that is not known is not looked at, so older
/// and newer plugins can be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The name by which a config chooses the engine, such as `duckdb`.
    pub name: String,
    /// Version of the plugin.
    pub version: String,
    /// Version of what executes the queries, where it is known without a connection.
    #[serde(default)]
    pub engine_version: String,
    /// Raised when the same query on the same data gives another answer than before: results that
    /// were recorded with another value are not taken over.
    #[serde(default)]
    pub semantics: u32,
    #[serde(default)]
    pub dialect: Dialect,
    #[serde(default)]
    pub capabilities: Capabilities,
    /// The SQL that makes the place where publications are noted, with the default settings, for who may make
    /// tables when a session may not; `None` where it takes no SQL.
    #[serde(default)]
    pub publication_setup: Option<String>,
    /// Options that change no answer, only how it is found; a result does not depend on them.
    #[serde(default)]
    pub harmless_options: Vec<String>,
    /// Options that a config from a stranger may set: whatever their value, they load no code, name no file
    /// and no server, and open nothing that is closed. They may take time and memory.
    #[serde(default)]
    pub safe_options: Vec<String>,
    /// The keys of `connection_params`; all others are refused before a connection is opened.
    #[serde(default)]
    pub connection: Vec<ConfigKey>,
}

/// What an engine can do. A capability that is not declared is never used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// Whether the engine computes in the host's process, so that more sessions use more of its processors;
    /// a server is asked by one session at a time unless a user wants more.
    pub embedded: bool,
    /// Formats of files the engine reads itself: `parquet`, `csv`, `json`, `arrow`.
    pub file_formats: Vec<String>,
    /// Whether a session can refuse to write.
    pub read_only_sessions: bool,
    /// Whether [`Session::publish`](crate::Session::publish) and
    /// [`Session::outcome`](crate::Session::outcome) are there.
    pub publish: bool,
    /// Whether [`Session::ingest`](crate::Session::ingest) is there.
    pub ingest: bool,
    /// Whether a query's rows are given while they are made, so that memory holds some batches and never all.
    pub streams: bool,
    /// What can be taken back.
    pub transactions: Transactions,
}

/// What a transaction holds together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transactions {
    /// Changes of rows and of tables.
    Ddl,
    /// Changes of rows.
    Dml,
    /// There are none. A word that is not known here counts as this one.
    #[default]
    #[serde(other)]
    None,
}

/// One key of `connection_params`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigKey {
    pub name: String,
    pub kind: ConfigKind,
    #[serde(default)]
    pub required: bool,
    /// One line for a user.
    #[serde(default)]
    pub help: String,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigKind {
    Text,
    Integer,
    Boolean,
    /// A file; a relative one is resolved against the config's folder by the host.
    Path,
    /// Text that is never shown. A kind that is not known here counts as this one.
    #[serde(other)]
    Secret,
}

//! What an engine says of itself, without a connection.

use crate::dialect::Dialect;

/// What an engine is, speaks and can do.
#[derive(Clone, Debug)]
pub struct Description {
    /// The name by which a config chooses the engine, such as `duckdb`.
    pub name: String,
    /// Version of the plugin.
    pub version: String,
    /// Version of what executes the queries, where it is known without a connection.
    pub engine_version: String,
    /// Raised when the same query on the same data gives another answer than before: results that
    /// were recorded with another value are not taken over.
    pub semantics: u32,
    pub dialect: Dialect,
    pub capabilities: Capabilities,
    /// Options that change no answer, only how it is found; a result does not depend on them.
    pub harmless_options: Vec<String>,
    /// The keys of `connection_params`; all others are refused before a connection is opened.
    pub connection: Vec<ConfigKey>,
}

/// What an engine can do. A capability that is not declared is never used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Formats of files the engine reads itself: `parquet`, `csv`, `json`.
    pub file_formats: Vec<String>,
    /// Whether a session can refuse to write.
    pub read_only_sessions: bool,
}

/// One key of `connection_params`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigKey {
    pub name: String,
    pub kind: ConfigKind,
    pub required: bool,
    /// One line for a user.
    pub help: String,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigKind {
    Text,
    Integer,
    Boolean,
    /// A file; a relative one is resolved against the config's folder by the host.
    Path,
    /// Text that is never shown.
    Secret,
}

//! The config: from YAML text to what is ready to run.
//!
//! | step | modules |
//! | --- | --- |
//! | file → text → value with positions | `text`, `yaml` (`marks`, `value_builder`, `positions`, `lenient`, `merge`) |
//! | file ← environment ← command line | `load`, `environment`, `sources` |
//! | `${…}` filled, values known to be secret | `interpolate`, `secrets` |
//! | value → `Document`, as written | `document`, [`fields`], the keys that there are: [`keys`], [`key`] |
//! | document → [`Config`], ready to run | `resolve`, `engine`, `table`, `rule`, `source` |
//!
//! What a config from a stranger must not do is in [`untrusted`].
//!
//! Every step adds [`Diagnostic`]s, so that all errors of a file are shown at once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::engines::kind::EngineKind;
use crate::engines::retry::Policy;
use crate::error::Error;
use crate::plan::custom_sql::SqlExpression;
use crate::rules::Check;
use crate::similar::did_you_mean;

mod data_version;
pub mod diagnostic;
mod document;
mod engine;
mod environment;
pub mod fields;
mod findings;
mod interpolate;
pub mod key;
pub mod keys;
mod lenient;
mod load;
pub mod logical_type;
mod marks;
mod merge;
mod outputs;
mod path;
mod pipeline;
mod places;
mod position_builder;
mod positions;
mod resolve;
mod retry;
mod rule;
mod samples;
pub mod schema;
mod secrets;
mod source;
mod source_files;
mod source_url;
mod sources;
mod table;
#[cfg(test)]
pub mod tests;
mod text;
pub mod untrusted;
mod value_builder;
mod yaml;

pub use data_version::DataVersionMode;
pub use diagnostic::{ConfigErrors, Diagnostic, Level, Location, Place};
pub use fields::time_span;
pub use load::{LoadOptions, load, load_with, plugins_of};
pub use outputs::{Output, Outputs, Target};
pub use pipeline::{Pipeline, Reuse, StateInEngine};
pub use samples::{MOST_SAMPLES, Mask, Samples};
pub use secrets::Secrets;
pub use untrusted::{Untrusted, refusal_of_file, refuse_link, refuse_link_beside};

/// A config that was checked and can be run.
#[derive(Debug)]
pub struct Config {
    /// The file it was read from.
    pub file: PathBuf,
    /// SHA-256 of the file's bytes, in hex.
    pub hash: String,
    pub metadata: Map<String, Value>,
    pub pipeline: Pipeline,
    /// Where `filter` writes rows, and where results are to go.
    pub outputs: Outputs,
    /// Engines by name; the default one is called [`DEFAULT_ENGINE`].
    pub engines: BTreeMap<String, EngineSettings>,
    pub tables: Vec<Table>,
    pub secrets: Secrets,
    /// The config's folder, canonical, where the config is a stranger's: no link in it is followed out of it.
    pub confined_to: Option<PathBuf>,
    /// What is allowed but probably not meant.
    pub warnings: Vec<Diagnostic>,
}

impl Config {
    /// The names of all rules, also of those that are not enabled, by table.
    pub fn rules_by_table(&self) -> HashMap<&str, HashSet<&str>> {
        let mut by_table = HashMap::new();
        for table in &self.tables {
            let rules = table.rules.iter().map(|rule| rule.name.as_str());
            by_table.insert(table.name.as_str(), rules.collect());
        }
        by_table
    }

    /// Puts another source in place of a table's: a path, a glob or a folder relative to the working
    /// directory, or the name of a relation.
    ///
    /// # Errors
    /// When there is no such table, or the text is no source.
    pub fn set_source(&mut self, table: &str, source: &str) -> Result<(), Error> {
        let names = self.tables.iter().map(|table| table.name.as_str());
        let near = did_you_mean(table, names).unwrap_or_else(|| "check its name".to_owned());
        let found = self.tables.iter_mut().find(|known| known.name == table);
        let found = found
            .ok_or_else(|| Error::usage(format!("the config has no table '{table}'"), &near))?;
        found.source = source::from_text(source, Path::new("")).map_err(|(message, hint)| {
            Error::usage(format!("the source of table '{table}': {message}"), &hint)
        })?;
        Ok(())
    }
}

/// The name under which the key `engine` of a config is kept.
pub const DEFAULT_ENGINE: &str = "default";

/// Which engine, and with what settings.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    pub kind: Arc<EngineKind>,
    pub config: data_validator_plugin::EngineConfig,
    /// How failed calls are repeated.
    pub retry: Policy,
}

impl EngineSettings {
    /// Name of the engine, such as `duckdb`.
    pub fn engine_type(&self) -> &str {
        &self.kind.description.name
    }
}

/// A table with its rules; the global rules are among them.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    /// A key of [`Config::engines`].
    pub engine: String,
    /// The relation of the table's name, where a config without source was loaded to be linted.
    pub source: SourceSpec,
    /// Only rows for which this is TRUE are looked at.
    pub scope: Option<SqlExpression>,
    pub data_version: DataVersionMode,
    pub samples: Samples,
    pub tags: Vec<String>,
    pub description: Option<String>,
    pub rules: Vec<Rule>,
    pub location: Location,
}

/// Where rows are, as a user names it; files are not looked for yet.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceSpec {
    Files(FilesSpec),
    Table(data_validator_plugin::TableName),
    /// A query, checked to be one read-only statement.
    Query(String),
}

/// Files of a source: a path, a folder or a glob, with what its format needs.
#[derive(Clone, Debug, PartialEq)]
pub struct FilesSpec {
    /// Absolute, or relative to the working directory.
    pub path: PathBuf,
    /// Chosen by the file's extension where it is not given.
    pub format: Option<FileKind>,
    pub delimiter: Option<u8>,
    pub quote: Option<u8>,
    /// Column types of a CSV file that are not to be inferred, by column name.
    pub schema: BTreeMap<String, data_validator_plugin::LogicalType>,
    /// The folder, canonical, that all files must lie in; none for a config that is trusted.
    pub within: Option<PathBuf>,
}

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Csv,
    Tsv,
    Json,
    Parquet,
    Arrow,
}

impl FileKind {
    /// The names of all formats, which are also the endings of their files.
    pub const NAMES: &[(&str, Self)] = &[
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
        ("json", Self::Json),
        ("ndjson", Self::Json),
        ("jsonl", Self::Json),
        ("parquet", Self::Parquet),
        ("arrow", Self::Arrow),
    ];

    /// The names, for messages.
    pub fn names() -> Vec<String> {
        Self::NAMES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect()
    }

    /// The format of that name, in any letter case.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, kind)| *kind)
    }
}

/// One rule: the keys that are common to all rule types, and its check.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    pub rule_type: &'static str,
    pub check: Arc<dyn Check>,
    pub limit: Limit,
    /// Below this success rate the rule passes with a warning.
    pub warn_threshold: Option<f64>,
    pub severity: Severity,
    /// Narrows the table's scope.
    pub scope: Option<SqlExpression>,
    pub on_empty: OnEmpty,
    /// How long a query for it may take.
    pub timeout: Option<Duration>,
    pub enabled: bool,
    /// A global rule that is skipped where a table lacks its columns.
    pub if_column_exists: bool,
    pub tags: Vec<String>,
    pub description: Option<String>,
    pub location: Location,
}

impl Rule {
    /// Why a result of the rule cannot be taken over although rule and data are unchanged.
    pub fn not_reusable(&self) -> Option<&'static str> {
        let scope = self.scope.as_ref().and_then(SqlExpression::not_reusable);
        self.check.not_reusable().or(scope)
    }
}

/// How much may fail before the rule does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// The success rate must be at least this, 0 to 1.
    Threshold(f64),
    /// At most so many records may fail.
    MaxFailed(u64),
}

/// How grave a failed rule is; it decides the exit code, not the verdict.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Deserialize,
    serde::Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    #[default]
    Error,
}

/// The verdict when no row is in scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OnEmpty {
    #[default]
    Pass,
    Fail,
    Error,
}

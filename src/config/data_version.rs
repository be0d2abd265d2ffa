//! What tells whether the data of a table changed.

use data_validator_plugin::Dialect;
use serde_yaml::Value;

use super::engine::Engine;
use super::fields::{Fields, Known};
use super::findings::Findings;
use super::path::KeyPath;
use super::{SourceSpec, keys};
use crate::plan::custom_sql::SqlQuery;

/// What tells whether the data of a table changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DataVersionMode {
    /// The cheapest token that proves it.
    #[default]
    Auto,
    /// The engine's own token of the state that is read.
    Snapshot,
    /// A hash of all bytes of the files, or of all rows.
    Content,
    /// Size and time of the files; a heuristic.
    Stat,
    /// Nothing: the rules always run.
    None,
    /// What the config says.
    Value(String),
    /// What a query answers.
    Sql(SqlQuery),
}

/// A [`DataVersionMode`] that is one word.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataVersionWord {
    Auto,
    Snapshot,
    Content,
    Stat,
    None,
}

/// `data_version` of a table as written.
#[derive(Clone)]
pub enum DataVersionDocument {
    Word(DataVersionWord),
    Value(String),
    Sql(String),
}

impl Default for DataVersionDocument {
    fn default() -> Self {
        Self::Word(DataVersionWord::Auto)
    }
}

impl DataVersionDocument {
    /// Reads `data_version` of a table.
    pub fn read(table: &mut Fields<'_>) -> Self {
        match table.value("data_version") {
            Some(Value::Mapping(_)) => Self::read_mapping(table.section("data_version")),
            _ => {
                let word = table.optional("data_version");
                word.map_or_else(Self::default, Self::Word)
            }
        }
    }

    /// Whether it is custom SQL.
    pub fn is_sql(&self) -> bool {
        matches!(self, Self::Sql(_))
    }

    fn read_mapping(mut fields: Fields<'_>) -> Self {
        match (fields.was_given("value"), fields.was_given("sql")) {
            (true, false) => {
                fields.set_known(Known::Keys(keys::DATA_VERSION_VALUE));
                let value = fields.optional("value");
                fields.finish();
                value.map_or_else(Self::default, Self::Value)
            }
            (false, true) => {
                fields.set_known(Known::Keys(keys::DATA_VERSION_SQL));
                let sql = fields.optional("sql");
                fields.finish();
                sql.map_or_else(Self::default, Self::Sql)
            }
            _ => {
                fields.refuse_unless_refused(
                    "'data_version' takes one word, or a mapping with either 'sql' or 'value'",
                    "write {sql: SELECT …}, or {value: …}",
                );
                Self::default()
            }
        }
    }

    /// What it means for a table with this source; leaves a diagnostic where it means nothing.
    pub fn resolve(
        self,
        source: Option<&SourceSpec>,
        engine: Option<&Engine>,
        path: &KeyPath,
        findings: &Findings,
    ) -> DataVersionMode {
        let path = path.key("data_version");
        if let Some((message, hint)) = self.refusal(source, engine) {
            findings.at_value(&path, message, hint);
            return DataVersionMode::Auto;
        }
        match self {
            Self::Word(DataVersionWord::Auto) => DataVersionMode::Auto,
            Self::Word(DataVersionWord::Snapshot) => DataVersionMode::Snapshot,
            Self::Word(DataVersionWord::Content) => DataVersionMode::Content,
            Self::Word(DataVersionWord::Stat) => DataVersionMode::Stat,
            Self::Word(DataVersionWord::None) => DataVersionMode::None,
            Self::Value(value) => DataVersionMode::Value(value),
            Self::Sql(text) => {
                let dialect = engine.map_or_else(Dialect::ansi, |engine| engine.dialect.clone());
                match SqlQuery::parse(&text, &dialect) {
                    Ok(query) => DataVersionMode::Sql(query),
                    Err(error) => {
                        let hint = "write one SELECT that gives one value, such as SELECT max(changed_at) FROM {table}";
                        findings.at_value(&path.key("sql"), format!("'sql': {error}"), hint);
                        DataVersionMode::Auto
                    }
                }
            }
        }
    }

    /// Why it means nothing for such a source: message and hint.
    fn refusal(
        &self,
        source: Option<&SourceSpec>,
        engine: Option<&Engine>,
    ) -> Option<(&'static str, &'static str)> {
        let Self::Word(word) = self else { return None };
        let cannot_hash = engine.is_some_and(|engine| {
            engine.settings.is_some() && engine.dialect.content_hash.is_none()
        });
        match (word, source?) {
            (DataVersionWord::Snapshot, SourceSpec::Files(_)) => Some((
                "'data_version: snapshot' asks an engine which state of a table it reads, and files have none",
                "use 'content', which hashes the files, or leave it out, which does the same",
            )),
            (DataVersionWord::Snapshot, SourceSpec::Query(_)) => Some((
                "'data_version: snapshot' asks an engine which state of a table it reads, and a query can read any",
                "use 'content', which hashes the query's rows, or {sql: …}",
            )),
            (DataVersionWord::Stat, SourceSpec::Table(_) | SourceSpec::Query(_)) => Some((
                "'data_version: stat' looks at the size and time of files, and the source is none",
                "use 'auto', 'content' or {sql: …}",
            )),
            (DataVersionWord::Content, SourceSpec::Table(_) | SourceSpec::Query(_))
                if cannot_hash =>
            {
                Some((
                    "'data_version: content' hashes all rows, which the engine cannot",
                    "use 'auto', {sql: …} or {value: …}",
                ))
            }
            _ => None,
        }
    }
}

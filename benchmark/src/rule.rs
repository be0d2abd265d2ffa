//! Rules as a config has them, and what fails them in SQL.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::engine::duckdb::literal;

/// A config, as far as the benchmark's configs go.
#[derive(Debug, Deserialize, Serialize)]
pub struct Config {
    pub version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<Connection>,
    pub tables: Vec<Table>,
}

/// An engine that is reached at a URL.
#[derive(Debug, Deserialize, Serialize)]
pub struct Connection {
    #[serde(rename = "type")]
    pub engine_type: String,
    pub connection_params: ConnectionParams,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct ConnectionParams {
    pub url: String,
}

/// A table of a config.
#[derive(Debug, Deserialize, Serialize)]
pub struct Table {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub rules: Vec<Rule>,
}

/// One rule of a table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Rule {
    pub name: String,
    #[serde(flatten)]
    pub check: Check,
}

/// What a rule checks.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "rule_type", rename_all = "lowercase")]
pub enum Check {
    Completeness {
        column: String,
    },
    Uniqueness {
        #[serde(flatten)]
        key: Key,
    },
    Range {
        column: String,
        parameters: Bounds,
    },
    Pattern {
        column: String,
        parameters: Pattern,
    },
    Custom {
        expression: String,
    },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Key {
    #[serde(rename = "column")]
    Column(String),
    #[serde(rename = "columns")]
    Columns(Vec<String>),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Bounds {
    pub min_value: Bound,
    pub max_value: Bound,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Bound {
    Integer(i64),
    Double(f64),
    Text(String),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Pattern {
    pub pattern: String,
}

impl Config {
    /// A config of tables with their rules.
    pub fn new(tables: Vec<Table>) -> Self {
        Self {
            version: "1.0".into(),
            engine: None,
            tables,
        }
    }

    /// A config of one table of a PostgreSQL database.
    pub fn on_postgres(url: &str, table: &str, rules: Vec<Rule>) -> Self {
        let connection_params = ConnectionParams { url: url.into() };
        Self {
            engine: Some(Connection {
                engine_type: "postgres".into(),
                connection_params,
            }),
            ..Self::new(vec![Table {
                name: table.into(),
                source: Some(table.into()),
                rules,
            }])
        }
    }

    /// Writes it as YAML.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_yaml::to_string(self).context("writing the rules")?;
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))
    }
}

impl Rule {
    pub fn new(name: String, check: Check) -> Self {
        Self { name, check }
    }

    /// The condition that is TRUE for each record that fails, as an engineer writes it by hand for the
    /// engine. Uniqueness has none.
    pub fn failed(&self, engine: Engine) -> Option<String> {
        match &self.check {
            Check::Completeness { column } => Some(format!("{column} IS NULL")),
            Check::Uniqueness { .. } => None,
            Check::Range { column, parameters } => Some(format!(
                "{column} < {} OR {column} > {}",
                parameters.min_value.sql(),
                parameters.max_value.sql()
            )),
            Check::Pattern { column, parameters } => {
                let pattern = literal(&parameters.pattern);
                Some(match engine {
                    Engine::Duckdb => format!("NOT regexp_matches({column}, {pattern})"),
                    Engine::Datafusion | Engine::Postgres => format!("{column} !~ {pattern}"),
                })
            }
            Check::Custom { expression } => Some(format!("NOT ({expression})")),
        }
    }
}

impl Check {
    /// The columns it is about, separated by commas; of an expression, none.
    pub fn columns(&self) -> String {
        match self {
            Self::Completeness { column }
            | Self::Range { column, .. }
            | Self::Pattern { column, .. } => column.clone(),
            Self::Uniqueness { key } => key.columns().join(", "),
            Self::Custom { .. } => String::new(),
        }
    }

    pub fn range(column: &str, min_value: Bound, max_value: Bound) -> Self {
        Self::Range {
            column: column.into(),
            parameters: Bounds {
                min_value,
                max_value,
            },
        }
    }

    pub fn pattern(column: &str, pattern: &str) -> Self {
        Self::Pattern {
            column: column.into(),
            parameters: Pattern {
                pattern: pattern.into(),
            },
        }
    }
}

impl Key {
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Column(column) => std::slice::from_ref(column),
            Self::Columns(columns) => columns,
        }
    }
}

impl Bound {
    pub fn sql(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Double(number) => number.to_string(),
            Self::Text(text) => literal(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_as_it_is_written() {
        let rules = vec![
            Rule::new(
                "key".into(),
                Check::Uniqueness {
                    key: Key::Columns(vec!["a".into(), "b".into()]),
                },
            ),
            Rule::new(
                "days".into(),
                Check::range("day", Bound::Text("2026-01-31".into()), Bound::Double(0.5)),
            ),
            Rule::new("codes".into(), Check::pattern("code", "^it's$")),
        ];
        let text = serde_yaml::to_string(&rules).unwrap();
        assert_eq!(serde_yaml::from_str::<Vec<Rule>>(&text).unwrap(), rules);
    }

    #[test]
    fn a_config_of_a_server_says_where_it_is_and_which_table() {
        let key = Key::Column("id".into());
        let rules = vec![Rule::new("key".into(), Check::Uniqueness { key })];
        let config =
            Config::on_postgres("postgresql://postgres@127.0.0.1:5433/postgres", "t", rules);
        assert_eq!(
            serde_yaml::to_string(&config).unwrap(),
            "version: '1.0'
engine:
  type: postgres
  connection_params:
    url: postgresql://postgres@127.0.0.1:5433/postgres
tables:
- name: t
  source: t
  rules:
  - name: key
    rule_type: uniqueness
    column: id
"
        );
    }

    #[test]
    fn a_text_in_a_condition_is_quoted() {
        let rule = Rule::new("codes".into(), Check::pattern("code", "^it's$"));
        let conditions = [Engine::Duckdb, Engine::Datafusion, Engine::Postgres]
            .map(|engine| rule.failed(engine).unwrap());
        assert_eq!(
            conditions,
            [
                "NOT regexp_matches(code, '^it''s$')",
                "code !~ '^it''s$'",
                "code !~ '^it''s$'"
            ]
        );
    }
}

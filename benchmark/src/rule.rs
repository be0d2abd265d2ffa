//! Rules as a config has them, and what fails them in SQL.

use serde::{Deserialize, Serialize};

use crate::database::literal;

/// A config, as far as the benchmark's configs go.
#[derive(Debug, Deserialize, Serialize)]
pub struct Config {
    pub version: String,
    pub tables: Vec<Table>,
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
            tables,
        }
    }
}

impl Rule {
    pub fn new(name: String, check: Check) -> Self {
        Self { name, check }
    }

    /// The condition that is TRUE for each record that fails, as an engineer writes it by hand.
    /// Uniqueness has none.
    pub fn failed(&self) -> Option<String> {
        match &self.check {
            Check::Completeness { column } => Some(format!("{column} IS NULL")),
            Check::Uniqueness { .. } => None,
            Check::Range { column, parameters } => Some(format!(
                "{column} < {} OR {column} > {}",
                parameters.min_value.sql(),
                parameters.max_value.sql()
            )),
            Check::Pattern { column, parameters } => Some(format!(
                "NOT regexp_matches({column}, {})",
                literal(&parameters.pattern)
            )),
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
    fn a_text_in_a_condition_is_quoted() {
        let rule = Rule::new("codes".into(), Check::pattern("code", "^it's$"));
        assert_eq!(
            rule.failed().unwrap(),
            "NOT regexp_matches(code, '^it''s$')"
        );
    }
}

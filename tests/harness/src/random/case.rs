//! One case: a table with its rules, as it is kept in a file.

use serde::{Deserialize, Serialize};

use crate::oracle::expression::Expression;
use crate::oracle::rule::Rule;
use crate::oracle::table::Table;

/// A table, its scope and its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// What went wrong once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The form that questions are asked in, by its name on the command line; else the cheapest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// So many rows are a row group of a file.
    pub row_group: usize,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Expression>,
    pub rules: Vec<Rule>,
    #[serde(flatten)]
    pub table: Table,
}

impl Case {
    /// Reads a case from the text of its file.
    ///
    /// # Errors
    /// When it is not one.
    pub fn from_yaml(text: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let value: serde_json::Value = serde_yaml::from_str(text)?;
        Ok(serde_json::from_value(value)?)
    }

    /// The text of its file.
    ///
    /// # Errors
    /// When it has a number that no file can have.
    pub fn to_yaml(&self) -> Result<String, Box<dyn std::error::Error>> {
        Ok(serde_yaml::to_string(&serde_json::to_value(self)?)?)
    }
}

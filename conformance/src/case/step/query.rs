//! Queries, statements and transactions, and what has to come of them.

use anyhow::ensure;
use serde::Deserialize;
use serde_json::Value;

/// The session that a step is done in where it names none.
const MAIN: &str = "main";

/// A query and what it gives. `{NAME}` in it is the table of that name, as the engine reads it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub sql: String,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    #[serde(default)]
    pub retried: bool,
    #[serde(default = "one")]
    pub times: u64,
    /// The rows are left where they are, and the stream is dropped.
    #[serde(default)]
    pub unread: bool,
    /// The rows, with values as Arrow writes them as text.
    #[serde(default)]
    pub gives: Option<Vec<Vec<Value>>>,
    #[serde(default)]
    pub fails: Option<Failure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub sql: String,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    #[serde(default)]
    pub fails: Option<Failure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InSession {
    #[serde(default = "main", rename = "in")]
    pub session: String,
    #[serde(default)]
    pub fails: Option<Failure>,
}

/// The error that has to come; what is left out may be anything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Failure {
    /// The class has to be one of these.
    pub class: Vec<String>,
    pub effect: Option<String>,
    pub transaction: Option<String>,
    /// What the message has to name, whatever its letters' case.
    pub names: Vec<String>,
}

impl Query {
    /// Whether it says what has to come.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self) -> anyhow::Result<()> {
        let is_one = self.gives.is_some() != self.fails.is_some();
        ensure!(
            is_one || (self.unread && self.gives.is_none() && self.fails.is_none()),
            "the query {} says what it 'gives' or how it 'fails'",
            self.sql
        );
        Ok(())
    }
}

pub(super) fn one() -> u64 {
    1
}

pub(super) fn main() -> String {
    MAIN.to_owned()
}

//! What a case does, a step at a time.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::Body;

/// The session that a step is done in where it names none.
const MAIN: &str = "main";

/// One step; a session is opened when the first step names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Publishes.
    Publish(Publish),
    /// Asks what became of a publication.
    Outcome(AskOutcome),
    /// Runs a query.
    Query(Query),
    /// Runs a statement.
    Execute(Statement),
    Begin(InSession),
    Commit(InSession),
    Rollback(InSession),
    /// Ends a session, whatever it was doing.
    Close(InSession),
    /// Publishes under one key from many sessions at the same time.
    AtOnce(AtOnce),
    /// Publishes again and again in another thread while a query's answer is looked at.
    Meanwhile(Meanwhile),
    /// Publishes again and again in another process, which is killed at some moment of the next one.
    Killed(Killed),
    /// Does something while the engine is away, which comes back when it was found to be so.
    Away(Away),
    /// Runs the validator on a config, as a process of its own.
    Run(Run),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    pub publication: String,
    /// The publication's number.
    #[serde(default = "one")]
    pub n: u64,
    #[serde(default = "one")]
    pub times: u64,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    /// Through the host's retry loop, which ends what fails in passing.
    #[serde(default)]
    pub retried: bool,
    #[serde(default)]
    pub gives: Option<Published>,
    #[serde(default)]
    pub fails: Option<Failure>,
}

/// What a publication, or the question what became of it, is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Published {
    Published,
    Fenced,
    /// Nothing was published.
    Nothing,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskOutcome {
    pub publication: String,
    #[serde(default = "one")]
    pub n: u64,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    pub gives: Published,
}

/// A query and what it gives. `{NAME}` in it is the table of that name, as the engine reads it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub sql: String,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    #[serde(default)]
    pub retried: bool,
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
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtOnce {
    pub publication: String,
    pub sessions: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meanwhile {
    pub publication: String,
    /// The publications have the numbers from 1 to this.
    pub times: u64,
    /// Holds at every moment.
    pub always: Query,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Killed {
    pub publication: String,
    /// How often a process is killed.
    pub times: u64,
    /// A query for one number: that of the newest publication that is visible, 0 if none is. It gives NULL
    /// where what is visible is not whole.
    pub newest: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// One step, that is repeated, or run, until it succeeds.
    pub step: Box<Step>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The tables of the config, as a user writes them.
    pub tables: Value,
    /// The config's `pipeline`.
    #[serde(default)]
    pub pipeline: Value,
    /// Files in the run's folder, by name.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// How often it is run; all reports have to be the same.
    #[serde(default = "one")]
    pub times: u64,
    /// How often it is killed, at another moment each time, and run again to its end.
    #[serde(default)]
    pub killed: u64,
    pub exit: i32,
    /// `table.rule` → `[failed, total]`, or the word for another status.
    pub results: BTreeMap<String, Value>,
}

impl Step {
    /// Whether what the step names is there.
    ///
    /// # Errors
    /// When it is not, or the step asks for nothing.
    pub fn check(&self, body: &Body) -> anyhow::Result<()> {
        let known = |name: &str| {
            let found = body.publications.get(name).map(drop);
            found.with_context(|| format!("there is no publication '{name}'"))
        };
        match self {
            Self::Publish(publish) => {
                ensure!(
                    publish.gives.is_some() != publish.fails.is_some(),
                    "a step 'publish' says what it 'gives' or how it 'fails'"
                );
                known(&publish.publication)
            }
            Self::Outcome(outcome) => known(&outcome.publication),
            Self::Query(query) => query.check(),
            Self::AtOnce(at_once) => known(&at_once.publication),
            Self::Meanwhile(meanwhile) => {
                meanwhile.always.check()?;
                known(&meanwhile.publication)
            }
            Self::Killed(killed) => known(&killed.publication),
            Self::Away(away) => {
                let is_retried = match &*away.step {
                    Self::Publish(publish) => publish.retried,
                    Self::Query(query) => query.retried,
                    Self::Run(_) => true,
                    _ => false,
                };
                ensure!(
                    is_retried,
                    "in a step 'away' stands a run, or a query or publication that is 'retried'"
                );
                away.step.check(body)
            }
            Self::Run(run) => {
                ensure!(!run.results.is_empty(), "a step 'run' has no 'results'");
                Ok(())
            }
            Self::Execute(_)
            | Self::Begin(_)
            | Self::Commit(_)
            | Self::Rollback(_)
            | Self::Close(_) => Ok(()),
        }
    }

    /// What the step does, for messages.
    pub fn describe(&self) -> String {
        match self {
            Self::Publish(publish) => match publish.times {
                1 => format!("publishing '{}'", publish.publication),
                times => format!("publishing '{}' {times} times", publish.publication),
            },
            Self::Outcome(outcome) => {
                format!("asking what became of '{}'", outcome.publication)
            }
            Self::Query(query) => format!("the query {}", query.sql),
            Self::Execute(statement) => format!("the statement {}", statement.sql),
            Self::Begin(_) => "beginning a transaction".into(),
            Self::Commit(_) => "committing".into(),
            Self::Rollback(_) => "rolling back".into(),
            Self::Close(close) => format!("closing the session '{}'", close.session),
            Self::AtOnce(at_once) => format!(
                "publishing '{}' from {} sessions at once",
                at_once.publication, at_once.sessions
            ),
            Self::Meanwhile(meanwhile) => format!(
                "the query {}, while '{}' is published",
                meanwhile.always.sql, meanwhile.publication
            ),
            Self::Killed(killed) => {
                format!("killing a process that publishes '{}'", killed.publication)
            }
            Self::Away(away) => format!("{}, with the engine away", away.step.describe()),
            Self::Run(_) => "running the validator".into(),
        }
    }
}

impl Query {
    fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.gives.is_some() != self.fails.is_some(),
            "the query {} says what it 'gives' or how it 'fails'",
            self.sql
        );
        Ok(())
    }
}

fn one() -> u64 {
    1
}

fn main() -> String {
    MAIN.to_owned()
}

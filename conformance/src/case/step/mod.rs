//! What a case does, a step at a time.

pub mod publishing;
pub mod query;
pub mod raw;
pub mod session;
pub mod wire;

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::Body;
use super::judging::Judge;
use publishing::{AskOutcome, AtOnce, Killed, Meanwhile, Publish};
use query::{InSession, Query, Statement, one};
use raw::Raw;
use session::{
    AskDataVersion, Attach, Cancel, Connect, OfTable, OpenAndClose, Random, SideBySide, Stream,
};
use wire::{CutWhileReading, SetFault, WireUse};

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
    /// Judges a table by rules, in this process.
    Judge(Judge),
    /// Reads a table back in each way in which the engine takes rows.
    RoundTrip(OfTable),
    /// Opens a session.
    Connect(Connect),
    /// Makes a source readable that is no table of the case.
    Attach(Attach),
    /// Cancels a query.
    Cancel(Cancel),
    /// Runs a query in several sessions at the same time.
    SideBySide(SideBySide),
    /// Reads many rows, and looks at the memory that it takes.
    Stream(Stream),
    /// Opens and closes sessions, and looks at what the process has more of afterwards.
    OpenAndClose(OpenAndClose),
    /// Asks for the token of a table's data.
    DataVersion(AskDataVersion),
    /// Calls the functions of the C interface.
    Raw(Raw),
    /// Sets what happens to the connections of sessions with the name `proxied`.
    Fault(SetFault),
    /// Looks at how often the engine connected and committed since a fault was set.
    WireUse(WireUse),
    /// Cuts the connection while the rows of a query come.
    CutWhileReading(CutWhileReading),
    /// Judges random tables by random rules, and holds the results against the oracle.
    Random(Random),
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
        let known_table = |name: &str| {
            let found = body.tables.get(name).map(drop);
            found.with_context(|| format!("there is no table '{name}'"))
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
            Self::Judge(judge) => {
                ensure!(!judge.rules.is_empty(), "a step 'judge' has no rules");
                known_table(&judge.table)
            }
            Self::RoundTrip(of) => known_table(&of.table),
            Self::Connect(connect) => {
                ensure!(
                    !connect.wrong_secrets || connect.fails.is_none(),
                    "a step 'connect' with wrong secrets may fail in any way"
                );
                Ok(())
            }
            Self::Attach(attach) => {
                ensure!(
                    attach.gives.is_some() != attach.fails.is_some(),
                    "a step 'attach' says what it 'gives' or how it 'fails'"
                );
                Ok(())
            }
            Self::SideBySide(side_by_side) => side_by_side.query.check(),
            Self::DataVersion(_)
            | Self::Cancel(_)
            | Self::Stream(_)
            | Self::OpenAndClose(_)
            | Self::Raw(_)
            | Self::Fault(_)
            | Self::WireUse(_)
            | Self::CutWhileReading(_)
            | Self::Random(_)
            | Self::Execute(_)
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
            Self::Judge(judge) => format!("judging the table '{}'", judge.table),
            Self::RoundTrip(of) => format!("reading the table '{}' back", of.table),
            Self::Connect(connect) => format!("opening the session '{}'", connect.session),
            Self::Attach(attach) => format!("attaching {}", attach.source),
            Self::Cancel(cancel) => format!("cancelling the query {}", cancel.sql),
            Self::SideBySide(side_by_side) => format!(
                "the query {} in {} sessions at once",
                side_by_side.query.sql, side_by_side.sessions
            ),
            Self::Stream(stream) => format!("reading the rows of {}", stream.sql),
            Self::OpenAndClose(open) => format!("opening and closing {} sessions", open.times),
            Self::DataVersion(asked) => {
                format!("asking for the version of the table '{}'", asked.table)
            }
            Self::Fault(set) => format!("setting the fault {:?}", set.is),
            Self::WireUse(_) => "looking at the connections".into(),
            Self::CutWhileReading(cut) => format!("cutting the query {}", cut.sql),
            Self::Raw(raw) => format!("calling the C interface: {raw:?}"),
            Self::Random(random) => format!("judging {} random tables", random.tables),
        }
    }
}

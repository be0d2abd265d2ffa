//! What the process of a case does: its steps, until one comes out otherwise than the case says.

mod away;
mod cancelling;
mod connecting;
mod expectation;
mod judge;
mod killed;
mod publishing;
mod random;
mod raw;
mod record;
mod resources;
mod round_trip;
mod sessions;
mod side_by_side;
mod suite_link;
mod tables;
mod trouble;
mod validator;
mod value;
mod wire;

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;
use data_validator_plugin::EngineError;

use crate::case::Case;
use crate::case::collection::named;
use crate::case::step::Step;
use crate::case::step::query::{Failure, Query};
use crate::suite::job::{EngineChoice, Job};
use crate::suite::link::Ended;
use raw::ProcessState;
use sessions::Sessions;
use suite_link::SuiteLink;
use trouble::{Done, Trouble};
use wire::Wire;

/// A case under way.
struct Performance<'a> {
    case: &'a Case,
    job: &'a Job,
    sessions: Sessions,
    suite: &'a SuiteLink,
    random: fastrand::Rng,
    /// What the process was before the engine was loaded.
    process: ProcessState,
    /// Tokens of tables' data, as they were last.
    versions: BTreeMap<String, Option<String>>,
    /// How many tables have names that were made for them.
    named: usize,
    wire: Option<Wire>,
}

/// Performs the case that the input names, and tells the suite how it ended.
pub fn main() -> ExitCode {
    let mut sql = Vec::new();
    let ended = match read_line().map(|job| (SuiteLink::open(), job)) {
        Ok((suite, job)) => perform(&suite, &job, &mut sql),
        Err(error) => Err(error.into()),
    };
    suite_link::end(ended.map_or_else(Ended::from, |()| Ended::Pass), sql)
}

/// Prints what the engine that the input names says of itself.
pub fn describe() -> ExitCode {
    let told = || -> anyhow::Result<()> {
        let engine: EngineChoice = read_line()?;
        let described = serde_json::to_string(&engine.load()?.description)?;
        writeln!(std::io::stdout(), "{described}").context("telling the suite")
    };
    exit(told())
}

/// Holds a session of the engine open until the input ends.
pub fn hold_session() -> ExitCode {
    let held = || -> anyhow::Result<()> {
        let job: Job = read_line()?;
        let mut sessions = Sessions::new(&job)?;
        sessions
            .open("holder")
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        writeln!(std::io::stdout(), "held").context("telling the case")?;
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
        Ok(())
    };
    exit(held())
}

/// Publishes what the input names, again and again, until it is killed.
pub fn publish_until_killed() -> ExitCode {
    exit(killed::publish_until_killed())
}

/// Does the steps of a case. After one that comes out otherwise, `sql` is what the engine was asked in it.
fn perform(suite: &SuiteLink, job: &Job, sql: &mut Vec<String>) -> Done {
    // Before anything of the engine has run.
    let process = ProcessState::now()?;
    let case = named(&job.case)?;
    prepare(job)?;
    let mut performance = Performance {
        case: &case,
        job,
        sessions: Sessions::new(job)?,
        suite,
        random: fastrand::Rng::with_seed(job.seed),
        process,
        versions: BTreeMap::new(),
        named: 0,
        wire: None,
    };
    performance.begin_wire()?;
    recorded(&mut performance, sql, Performance::bring_tables)?;
    for (index, step) in case.body.steps.iter().enumerate() {
        let place = format!("step {}, {}", index + 1, step.describe());
        recorded(&mut performance, sql, |performance| performance.step(step))
            .map_err(|trouble| trouble.at(&place))?;
    }
    Ok(())
}

/// Does a part of a case. If it comes out otherwise, `sql` is what the engine was asked in it.
fn recorded<'c>(
    performance: &mut Performance<'c>,
    sql: &mut Vec<String>,
    part: impl FnOnce(&mut Performance<'c>) -> Done,
) -> Done {
    let record = performance.sessions.record.clone();
    record.take();
    let done = catch_unwind(AssertUnwindSafe(|| part(performance)));
    let done = done.unwrap_or_else(|panic| trouble::panicked(&*panic));
    if done.is_err() {
        *sql = record.take();
    }
    done
}

/// Makes what the settings say has to be there before a case.
fn prepare(job: &Job) -> Done {
    for folder in &job.prepare.folders {
        let folder = job.places.path(folder)?;
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
    }
    for command in &job.prepare.commands {
        run_command(job, command)?;
    }
    if job.prepare.statements.is_empty() {
        return Ok(());
    }
    let config = job
        .places
        .config(&job.prepare.connection, &job.settings.options)?;
    let mut sessions = Sessions::with_config(job, config)?;
    for statement in &job.prepare.statements {
        let statement = job.places.fill(statement)?;
        let executed = sessions.execute("preparing", &statement);
        executed.map_err(|error| {
            Trouble::NotRun(format!(
                "preparing with the settings' statement '{statement}': {error}"
            ))
        })?;
    }
    Ok(())
}

fn run_command(job: &Job, command: &[String]) -> Done {
    let words = command.iter().map(|word| job.places.fill(word));
    let words: Vec<String> = words.collect::<anyhow::Result<_>>()?;
    let (program, arguments) = words
        .split_first()
        .context("a command in [prepare] has no words")?;
    let mut command = Command::new(program);
    // The process's own output is the suite's.
    let ran = command.args(arguments).stdin(Stdio::null()).output();
    match ran {
        Ok(ran) if ran.status.success() => Ok(()),
        Ok(ran) => Err(Trouble::NotRun(format!(
            "preparing with the settings' command {words:?}: {}: {}",
            ran.status,
            String::from_utf8_lossy(&ran.stderr).trim()
        ))),
        Err(error) => Err(Trouble::NotRun(format!(
            "preparing with the settings' command {words:?}: {error}; install '{program}'"
        ))),
    }
}

impl Performance<'_> {
    fn step(&mut self, step: &Step) -> Done {
        match step {
            Step::Publish(publish) => self.publish(publish),
            Step::Outcome(asked) => self.outcome(asked),
            Step::Query(query) => self.query(query),
            Step::Execute(statement) => {
                let executed = self.sessions.execute(&statement.session, &statement.sql);
                expect(executed, statement.fails.as_ref())
            }
            Step::Begin(at) => {
                let begun = self
                    .sessions
                    .call(&at.session, |session, call| session.begin(call));
                expect(begun, at.fails.as_ref())
            }
            Step::Commit(at) => {
                let committed = self
                    .sessions
                    .call(&at.session, |session, call| session.commit(call));
                expect(committed, at.fails.as_ref())
            }
            Step::Rollback(at) => {
                let rolled_back = self
                    .sessions
                    .call(&at.session, |session, call| session.rollback(call));
                expect(rolled_back, at.fails.as_ref())
            }
            Step::Close(at) => {
                self.sessions.close(&at.session);
                Ok(())
            }
            Step::AtOnce(at_once) => self.at_once(at_once),
            Step::Meanwhile(meanwhile) => self.meanwhile(meanwhile),
            Step::Killed(killed) => self.killed(killed),
            Step::Away(away) => self.away(&away.step),
            Step::Run(run) => self.run(run),
            Step::Judge(judge) => self.judge(judge),
            Step::RoundTrip(of) => self.round_trip(&of.table),
            Step::Connect(connect) => self.connect(connect),
            Step::Attach(attach) => self.attach(attach),
            Step::Cancel(cancel) => self.cancel(cancel),
            Step::SideBySide(side_by_side) => self.side_by_side(side_by_side),
            Step::Stream(stream) => self.stream(stream),
            Step::OpenAndClose(open) => self.open_and_close(open),
            Step::DataVersion(asked) => self.data_version(asked),
            Step::Raw(raw) => raw::perform(self, *raw),
            Step::Fault(set) => self.set_fault(set),
            Step::WireUse(most) => self.wire_use(most),
            Step::CutWhileReading(cut) => self.cut_while_reading(cut),
            Step::Random(random) => self.random(random),
        }
    }

    fn query(&mut self, query: &Query) -> Done {
        if query.unread {
            let begun = self.unread(query);
            return begun.map_err(|error| trouble::unexpected(&error));
        }
        for _ in 0..query.times {
            let rows = match query.retried {
                true => self.retried_rows(query),
                false => self.sessions.rows(&query.session, &query.sql),
            };
            expectation::of_query(query, rows)?;
        }
        Ok(())
    }

    /// Begins a query and drops its stream.
    fn unread(&mut self, query: &Query) -> Result<(), EngineError> {
        let sql = self.sessions.placed(&query.session, &query.sql)?;
        self.sessions.call(&query.session, |session, call| {
            let mut stream = session.query(&sql, call)?;
            stream.next().map(drop)
        })
    }
}

/// A call that has to succeed, or to fail in this way.
fn expect<T>(result: Result<T, EngineError>, fails: Option<&Failure>) -> Done {
    match (result, fails) {
        (Ok(_), None) => Ok(()),
        (Err(error), None) => Err(trouble::unexpected(&error)),
        (result, Some(failure)) => expectation::of_failure(failure, result.map(drop)),
    }
}

/// Reads what a process is told first.
fn read_line<T: serde::de::DeserializeOwned>() -> anyhow::Result<T> {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("reading what is to be done; this command is the suite's own")?;
    serde_json::from_str(&line)
        .context("reading what is to be done; this command is the suite's own")
}

fn exit(ended: anyhow::Result<()>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

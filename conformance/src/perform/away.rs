//! An engine that is away for a while, and the host's retry loop, which waits for it.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use data_validator::config::EngineSettings;
use data_validator::engines::connection::{Connection, Limits};
use data_validator::engines::kind::{EngineKind, Origin};
use data_validator::engines::retry::{Attempts, Outcome, Policy};
use data_validator::interrupt::Interrupt;
use data_validator_plugin::EngineError;

use super::sessions::{Rows, Sessions, rows};
use super::trouble::{Done, Trouble, fail, unexpected};
use super::{Performance, expectation, publishing};
use crate::arguments::HOLD_SESSION;
use crate::case::step::Step;
use crate::case::step::query::Query;
use crate::settings::Away;
use crate::suite::job::Job;
use crate::suite::link::Request;

/// As often and as fast as brings a case to its end soon, once the engine is back.
pub const POLICY: Policy = Policy {
    max_retries: 200,
    retry_delay: Duration::from_millis(20),
    max_delay: Duration::from_millis(500),
    max_elapsed: Duration::from_secs(60),
};

impl Performance<'_> {
    /// The rows of a query that is asked through the host's retry loop.
    pub(super) fn retried_rows(&self, query: &Query) -> Result<Rows, EngineError> {
        let sources = &self.sessions.sources;
        let ended = retried(&mut self.connection(), &|_| (), |connection, limits| {
            connection.call(limits, |session, call| {
                rows(session, sources, &query.sql, call)
            })
        });
        ended.map(|(rows, _)| rows)
    }

    /// A step that begins with the engine away; it comes back when the first attempt has failed.
    pub(super) fn away(&mut self, step: &Step) -> Done {
        // A session of this process would be in the way of another one's.
        self.sessions.close_all();
        let away = self.job.away.as_ref();
        let away = away.ok_or_else(|| Trouble::NotRun("the settings have no 'away'".into()))?;
        if let Step::Run(run) = step {
            let gone = Gone::begin(away, self)?;
            return self.run_with_engine_away(run, gone);
        }
        let mut connection = self.connection();
        if matches!(away, Away::Service) {
            // The session is there already, and is lost.
            let opened = retried(&mut connection, &|_| (), |connection, limits| {
                connection.call(limits, |_, _| Ok(()))
            });
            opened.map_err(|error| unexpected(&error))?;
        }
        let gone = RefCell::new(Some(Gone::begin(away, self)?));
        let failed = RefCell::new(Ok(()));
        let bring_back = |_: &str| {
            if let Some(gone) = gone.take() {
                *failed.borrow_mut() = gone.bring_back(self.suite);
            }
        };
        let attempts = match step {
            Step::Publish(publish) => {
                let publication = self.numbered(&publish.publication, publish.n)?;
                let ended = retried(&mut connection, &bring_back, |connection, limits| {
                    connection.publish(&publication, limits)
                });
                let (outcome, attempts) = apart(ended);
                publishing::of_publication(publish, outcome)?;
                attempts
            }
            Step::Query(query) => {
                let sources = &self.sessions.sources;
                let ended = retried(&mut connection, &bring_back, |connection, limits| {
                    connection.call(limits, |session, call| {
                        rows(session, sources, &query.sql, call)
                    })
                });
                let (rows, attempts) = apart(ended);
                expectation::of_query(query, rows)?;
                attempts
            }
            _ => return Err(Trouble::Error("this step cannot be retried".into())),
        };
        failed.into_inner()?;
        drop(gone);
        match attempts.map(|attempts| attempts.count) {
            Some(0 | 1) => fail("it succeeds at once, although the engine is away"),
            _ => Ok(()),
        }
    }
}

/// An engine that is away.
pub struct Gone {
    /// The process that keeps it away; `None` where its server is dead.
    holder: Option<Child>,
}

impl Gone {
    fn begin(away: &Away, performance: &Performance<'_>) -> anyhow::Result<Self> {
        let holder = match away {
            Away::Service => {
                performance.suite.ask(&Request::KillService)?;
                None
            }
            Away::Session => {
                let mut command = Command::new(std::env::current_exe()?);
                Some(holder(command.arg(HOLD_SESSION), Some(performance.job))?)
            }
            Away::Command(command) => {
                let places = &performance.job.places;
                let words = command.iter().map(|word| places.fill(word));
                let words: Vec<String> = words.collect::<anyhow::Result<_>>()?;
                let (program, arguments) = words.split_first().context("'away' has no command")?;
                Some(holder(Command::new(program).args(arguments), None)?)
            }
        };
        Ok(Self { holder })
    }

    /// Ends what keeps the engine away, and returns when it has.
    pub fn bring_back(self, suite: &super::SuiteLink) -> anyhow::Result<()> {
        match self.holder {
            None => suite.ask(&Request::StartService),
            Some(mut holder) => {
                drop(holder.stdin.take());
                holder
                    .wait()
                    .context("waiting for the process that kept the engine away")?;
                Ok(())
            }
        }
    }
}

/// Starts a process, and returns when it says a line.
fn holder(command: &mut Command, job: Option<&Job>) -> anyhow::Result<Child> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {command:?}, which takes the engine away"))?;
    if let (Some(job), Some(input)) = (job, &mut child.stdin) {
        use std::io::Write;
        writeln!(input, "{}", serde_json::to_string(job)?)?;
    }
    let output = child.stdout.take().context("it has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    ensure!(
        !line.is_empty(),
        "{command:?}, which takes the engine away, ended without a word"
    );
    Ok(child)
}

/// The engine of the sessions, as a config chooses it.
pub fn kind(sessions: &Sessions) -> EngineKind {
    let engine = std::sync::Arc::clone(&sessions.engine);
    EngineKind::new(engine.describe(), Origin::LinkedIn, move || {
        Ok(std::sync::Arc::clone(&engine))
    })
}

/// The host's way to an engine.
pub fn connection(sessions: &Sessions) -> Connection {
    let settings = EngineSettings {
        kind: std::sync::Arc::new(kind(sessions)),
        config: sessions.config.clone(),
        retry: POLICY,
    };
    let engine = std::sync::Arc::clone(&sessions.engine);
    Connection::new("engine", engine, &settings)
}

/// Makes a call through the host's retry loop.
pub fn retried<T>(
    connection: &mut Connection,
    told: &dyn Fn(&str),
    call: impl FnOnce(&mut Connection, Limits<'_>) -> Outcome<T>,
) -> Result<(T, Attempts), EngineError> {
    let interrupt = Interrupt::default();
    let limits = Limits {
        interrupt: &interrupt,
        deadline: None,
        told,
    };
    let Outcome { result, attempts } = call(connection, limits);
    result.map(|value| (value, attempts))
}

fn apart<T>(
    ended: Result<(T, Attempts), EngineError>,
) -> (Result<T, EngineError>, Option<Attempts>) {
    match ended {
        Ok((value, attempts)) => (Ok(value), Some(attempts)),
        Err(error) => (Err(error), None),
    }
}

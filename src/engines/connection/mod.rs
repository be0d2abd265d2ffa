//! The way to one engine of a config: its session, opened when it is first needed and again when it is
//! lost, and every call retried as its failure allows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use data_validator_plugin::{
    Call, Description, Engine, EngineConfig, EngineError, Publication, Relation, Session, Source,
    publication,
};

use super::carry::{self, Attachment, LeftBehind};
use super::retry::{
    Attempt, Attempts, Budget, Failure, Outcome, Phase, Policy, Retry, SystemClock,
};
use crate::config::EngineSettings;
use crate::interrupt::Interrupt;

mod opening;
#[cfg(test)]
mod tests;

/// The way to one engine.
pub struct Connection {
    /// The engine's name in the config.
    name: String,
    engine: Arc<dyn Engine>,
    config: EngineConfig,
    description: Description,
    policy: Policy,
    budget: Budget,
    session: Option<Box<dyn Session>>,
    /// How many sessions there were, the present one included.
    sessions: u64,
    /// What a new session has to attach again, by name.
    attached: BTreeMap<String, Attached>,
    /// What the call took that took the most attempts, since that was asked.
    hardest: Attempts,
}

/// A source that a session reads.
struct Attached {
    source: Source,
    /// The columns of which it has a copy.
    copied: Option<Vec<String>>,
    left_behind: Vec<LeftBehind>,
}

/// What can end a call before its time.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    pub interrupt: &'a Interrupt,
    pub deadline: Option<Instant>,
    /// Hears of each wait before a call is made again.
    pub told: &'a dyn Fn(&str),
}

impl<'a> Limits<'a> {
    /// No end but that of the run; waits are told to the log.
    pub fn logged(interrupt: &'a Interrupt) -> Self {
        Self {
            interrupt,
            deadline: None,
            told: &|why| log::warn!("{why}"),
        }
    }
}

impl Limits<'_> {
    /// As these, with so much time from now at most.
    #[must_use]
    pub fn within(self, time: Option<Duration>) -> Self {
        let end = time.and_then(|time| Instant::now().checked_add(time));
        Self {
            deadline: self.deadline.into_iter().chain(end).min(),
            ..self
        }
    }
}

impl Connection {
    /// A way to this engine, which the config calls by the name; connects to nothing yet.
    pub fn new(name: &str, engine: Arc<dyn Engine>, settings: &EngineSettings) -> Self {
        Self {
            name: name.to_owned(),
            description: engine.describe(),
            engine,
            config: settings.config.clone(),
            policy: settings.retry.clone(),
            budget: Budget::default(),
            session: None,
            sessions: 0,
            attached: BTreeMap::new(),
            hardest: Attempts::default(),
        }
    }

    /// The engine's name in the config.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The number of the present session: another one later means that the first was lost.
    pub fn session_number(&self) -> u64 {
        self.sessions
    }

    /// What the call took that took the most attempts, since this was asked last.
    pub fn take_hardest(&mut self) -> Attempts {
        std::mem::take(&mut self.hardest)
    }

    /// Connects once, without retry, and asks for one number.
    ///
    /// # Errors
    /// When the engine cannot be reached or does not answer.
    pub fn check(&self) -> Result<(), EngineError> {
        let mut session = self.engine.connect(&self.config, &next_call())?;
        let mut stream = session.query("SELECT 1", &next_call())?;
        stream.next().map(|_| ())
    }

    /// Makes a source readable, and keeps it so across sessions.
    pub fn attach(&mut self, name: &str, source: &Source, limits: Limits<'_>) -> Outcome<Relation> {
        let description = self.description.clone();
        let Outcome { result, attempts } = self.call(limits, |session, call| {
            carry::attach(session, &description, name, source, call)
        });
        let keep = |attachment: Attachment| {
            let attached = Attached {
                source: source.clone(),
                copied: None,
                left_behind: attachment.left_behind,
            };
            self.attached.insert(name.to_owned(), attached);
            attachment.relation
        };
        Outcome {
            result: result.map(keep),
            attempts,
        }
    }

    /// The columns of an attached source that its relation lacks, since the engine has no such types.
    pub fn left_behind(&self, name: &str) -> &[LeftBehind] {
        self.attached
            .get(name)
            .map_or(&[], |attached| &attached.left_behind)
    }

    /// Copies these columns of an attached source to where they are read faster, and does so again in a
    /// new session; `None` where the engine has no such place.
    pub fn materialise(
        &mut self,
        name: &str,
        relation: &Relation,
        columns: &[&str],
        limits: Limits<'_>,
    ) -> Outcome<Option<Relation>> {
        let outcome = self.call(limits, |session, call| {
            session.materialise(name, relation, columns, call)
        });
        if let (Ok(Some(_)), Some(attached)) = (&outcome.result, self.attached.get_mut(name)) {
            attached.copied = Some(columns.iter().map(ToString::to_string).collect());
        }
        outcome
    }

    /// Lets a source go: a new session will not attach it, and the present one forgets it.
    pub fn detach(&mut self, name: &str) {
        if let (Some(_), Some(session)) = (self.attached.remove(name), &mut self.session) {
            // What stays takes room and does no harm.
            let _ = session.detach(name, &next_call());
        }
    }

    /// Makes a call that only reads, in a session that is there, and again if need be.
    pub fn call<T>(
        &mut self,
        limits: Limits<'_>,
        read: impl FnMut(&mut dyn Session, &Call) -> Result<T, EngineError>,
    ) -> Outcome<T> {
        self.call_in(Phase::Read, limits, read)
    }

    /// Publishes, again if need be: the rows are there once, whatever became of an attempt whose answer
    /// was lost.
    pub fn publish(
        &mut self,
        publication: &Publication,
        limits: Limits<'_>,
    ) -> Outcome<publication::Outcome> {
        self.call_in(Phase::Publish, limits, |session, call| {
            session.publish(publication, call)
        })
    }

    fn call_in<T>(
        &mut self,
        phase: Phase,
        limits: Limits<'_>,
        mut ask: impl FnMut(&mut dyn Session, &Call) -> Result<T, EngineError>,
    ) -> Outcome<T> {
        let Self {
            name,
            engine,
            config,
            policy,
            budget,
            session,
            sessions,
            attached,
            description,
            hardest,
        } = self;
        let retry = Retry {
            policy,
            budget,
            clock: &SystemClock,
            deadline: limits.deadline,
            interrupt: limits.interrupt,
            told: limits.told,
        };
        let outcome = retry.run(|attempt: Attempt| {
            if attempt.reconnect {
                *session = None;
            }
            let session = match session {
                Some(session) => session,
                None => {
                    let opened = opening::open(engine, config, limits)
                        .and_then(|opened| attach_again(opened, description, attached, limits))
                        .map_err(|error| Failure {
                            phase: Phase::Connect,
                            error: error.context(format_args!("connecting to engine '{name}'")),
                        })?;
                    *sessions += 1;
                    session.insert(opened)
                }
            };
            let answer = within(limits, &mut **session, &mut ask);
            answer.map_err(|error| Failure { phase, error })
        });
        if outcome.attempts.count > hardest.count {
            hardest.clone_from(&outcome.attempts);
        }
        outcome
    }
}

/// Attaches to a new session what the one before had.
fn attach_again(
    mut session: Box<dyn Session>,
    description: &Description,
    attached: &BTreeMap<String, Attached>,
    limits: Limits<'_>,
) -> Result<Box<dyn Session>, EngineError> {
    for (name, Attached { source, copied, .. }) in attached {
        let attached = within(limits, &mut *session, |session, call| {
            carry::attach(session, description, name, source, call)
        })?;
        if let Some(columns) = copied {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            within(limits, &mut *session, |session, call| {
                session.materialise(name, &attached.relation, &columns, call)
            })?;
        }
    }
    Ok(session)
}

/// Makes a call that is cancelled when its limits end it.
fn within<T>(
    limits: Limits<'_>,
    session: &mut dyn Session,
    ask: impl FnOnce(&mut dyn Session, &Call) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let call = next_call();
    let canceller = session.canceller();
    let watch = (limits.interrupt).watch(canceller, call.operation, limits.deadline);
    watch.finish(ask(session, &call))
}

/// A call with a number of its own.
fn next_call() -> Call {
    static OPERATIONS: AtomicU64 = AtomicU64::new(1);
    Call {
        operation: OPERATIONS.fetch_add(1, Ordering::Relaxed),
    }
}

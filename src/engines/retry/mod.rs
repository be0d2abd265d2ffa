//! The only retry loop: whether, when and how often a failed call to an engine is made again.
//!
//! What happens next follows from where a call failed and from the class of its error: see
//! [`Phase::next`]. A wait never passes the deadline, and ends when the run is asked to stop.

use std::fmt;
use std::time::{Duration, Instant};

use data_validator_plugin::{EngineError, ErrorClass};

use crate::interrupt::Interrupt;

mod budget;
mod clock;
mod phase;
mod policy;
#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use clock::{Clock, SystemClock};
pub use phase::{Next, Phase};
pub use policy::Policy;

/// Makes calls to one engine, again if need be.
pub struct Retry<'a> {
    pub policy: &'a Policy,
    /// The engine's, shared by all calls to it.
    pub budget: &'a Budget,
    pub clock: &'a dyn Clock,
    /// When the run, or the rule, has no time left.
    pub deadline: Option<Instant>,
    pub interrupt: &'a Interrupt,
    /// Hears of each wait, so that a user knows why nothing seems to happen.
    pub told: &'a dyn Fn(&str),
}

/// What a call is told about the attempt it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1 on.
    pub number: u32,
    /// The connection is lost: open a new one first.
    pub reconnect: bool,
}

/// A failed attempt: its error, and what was done when it came.
#[derive(Clone, Debug)]
pub struct Failure {
    pub phase: Phase,
    pub error: EngineError,
}

/// How a call ended, and what it took.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    pub result: Result<T, EngineError>,
    pub attempts: Attempts,
}

/// What a call took, for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts made; 0 when there was no time left for one.
    pub count: u32,
    /// What the last failed attempt said, also where a later one succeeded.
    pub last_error: Option<String>,
    /// Time spent in waits.
    pub slept: Duration,
    /// Why a call that failed was not made again.
    pub gave_up: Option<GaveUp>,
}

/// Why a call that failed was not made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// Another attempt would fail in the same way.
    Permanent,
    /// All retries are used.
    MaxRetries,
    /// The next attempt would come after `max_elapsed`.
    MaxElapsed,
    /// The next attempt would come after the deadline.
    Deadline,
    /// The engine failed too often for further retries.
    Budget,
    /// The run is asked to stop.
    Stopped,
}

impl GaveUp {
    /// The words for a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permanent => "another attempt would fail in the same way",
            Self::MaxRetries => "max_retries is reached",
            Self::MaxElapsed => "max_elapsed would be passed",
            Self::Deadline => "the time limit would be passed",
            Self::Budget => "the engine failed too often in this run",
            Self::Stopped => "the run was asked to stop",
        }
    }
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Retry<'_> {
    /// Makes a call until it succeeds or another attempt is of no use. The error of the last
    /// attempt stays as it is, except that a wait that was interrupted ends as `cancelled`.
    pub fn run<T>(&self, mut call: impl FnMut(Attempt) -> Result<T, Failure>) -> Outcome<T> {
        let started = self.clock.now();
        let mut delays = self.policy.delays();
        let mut attempts = Attempts::default();
        let mut timeouts = 0;
        let mut reconnect = false;
        let result = loop {
            if let Err((why, error)) = self.may_begin(&attempts) {
                attempts.gave_up = Some(why);
                break Err(error);
            }
            attempts.count += 1;
            let failure = match call(Attempt {
                number: attempts.count,
                reconnect,
            }) {
                Ok(value) => {
                    self.budget.succeeded();
                    break Ok(value);
                }
                Err(failure) => failure,
            };
            attempts.last_error = Some(failure.error.message.clone());
            timeouts += u32::from(failure.error.class == ErrorClass::Timeout);
            let next = failure.phase.next(failure.error.class, timeouts);
            let wait = self.wait_before(next, &failure.error, started, &mut delays);
            if let Ok(wait) = &wait {
                let seconds = wait.as_secs_f64();
                (self.told)(&format!(
                    "{}; trying again in {seconds:.1} s",
                    failure.error.message
                ));
            }
            let slept_from = self.clock.now();
            match wait {
                Ok(wait) if self.clock.sleep(wait, self.interrupt) => {
                    attempts.slept += self.clock.now().saturating_duration_since(slept_from);
                }
                Ok(wait) => attempts.slept += wait,
                Err(why) => {
                    attempts.gave_up = Some(why);
                    break Err(failure.error);
                }
            }
            reconnect = next == Next::Reconnect;
        };
        Outcome { result, attempts }
    }

    /// Whether there is a reason to begin no attempt at all.
    fn may_begin(&self, so_far: &Attempts) -> Result<(), (GaveUp, EngineError)> {
        let last = |so_far: &Attempts| match &so_far.last_error {
            Some(error) => format!("; the last attempt failed: {error}"),
            None => String::new(),
        };
        if let Some(signal) = self.interrupt.requested() {
            let message = format!("stopped by {}{}", signal.as_str(), last(so_far));
            let error = EngineError::new(ErrorClass::Cancelled, message);
            return Err((GaveUp::Stopped, error));
        }
        if self.deadline.is_some_and(|at| at <= self.clock.now()) {
            let message = format!("the time limit was reached{}", last(so_far));
            let error = EngineError::new(ErrorClass::Timeout, message);
            return Err((GaveUp::Deadline, error));
        }
        Ok(())
    }

    /// How long to wait before the next attempt, unless there is to be none. What the server asks
    /// for comes before the computed delay.
    fn wait_before(
        &self,
        next: Next,
        error: &EngineError,
        started: Instant,
        delays: &mut impl Iterator<Item = Duration>,
    ) -> Result<Duration, GaveUp> {
        if error.class == ErrorClass::Cancelled {
            return Err(GaveUp::Stopped);
        }
        if next == Next::GiveUp {
            return Err(GaveUp::Permanent);
        }
        let delay = delays.next().ok_or(GaveUp::MaxRetries)?;
        let wait = error
            .retry_after
            .unwrap_or_else(|| with_jitter(delay, self.clock.random()));
        let now = self.clock.now();
        if self
            .deadline
            .is_some_and(|deadline| wait >= deadline.saturating_duration_since(now))
        {
            return Err(GaveUp::Deadline);
        }
        let elapsed = now.saturating_duration_since(started);
        if elapsed.saturating_add(wait) > self.policy.max_elapsed {
            return Err(GaveUp::MaxElapsed);
        }
        if !self.budget.take(next) {
            return Err(GaveUp::Budget);
        }
        Ok(wait)
    }
}

/// Equal jitter: half the delay and a random part of the other half, so that it is never above the
/// documented schedule and never near zero. `random` is from 0 to below 1.
fn with_jitter(delay: Duration, random: f64) -> Duration {
    let half = delay / 2;
    half + half.mul_f64(random)
}

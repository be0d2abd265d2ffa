mod give_up;
mod schedule;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use data_validator_plugin::{EngineError, ErrorClass};

use super::{Attempt, Budget, Clock, Outcome, Phase, Policy, Retry};
use crate::interrupt::{Interrupt, Signal};

/// Time that passes only while somebody sleeps, and chance from a list of numbers.
struct TestClock {
    now: Cell<Instant>,
    random: Cell<f64>,
    sleeps: RefCell<Vec<Duration>>,
    /// Asks to stop when so many sleeps are over.
    stop_in_sleep: Cell<Option<usize>>,
}

impl TestClock {
    fn new(random: f64) -> Self {
        Self {
            now: Cell::new(Instant::now()),
            random: Cell::new(random),
            sleeps: RefCell::default(),
            stop_in_sleep: Cell::new(None),
        }
    }

    fn pass(&self, duration: Duration) {
        self.now.set(self.now.get() + duration);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.now.get()
    }

    fn sleep(&self, duration: Duration, interrupt: &Interrupt) -> bool {
        let before = self.sleeps.borrow().len();
        self.sleeps.borrow_mut().push(duration);
        if self.stop_in_sleep.get() == Some(before) {
            interrupt.request(Signal::Interrupt);
            self.pass(duration / 2);
            return true;
        }
        self.pass(duration);
        false
    }

    fn random(&self) -> f64 {
        self.random.get()
    }
}

/// Everything a retry needs, with the defaults of the product.
struct Bench {
    policy: Policy,
    budget: Budget,
    clock: TestClock,
    deadline: Option<Instant>,
    interrupt: Interrupt,
}

impl Bench {
    /// With the longest delays that jitter allows, near enough.
    fn new() -> Self {
        Self {
            policy: Policy::default(),
            budget: Budget::default(),
            clock: TestClock::new(1.0),
            deadline: None,
            interrupt: Interrupt::default(),
        }
    }

    fn retry(&self) -> Retry<'_> {
        Retry {
            policy: &self.policy,
            budget: &self.budget,
            clock: &self.clock,
            deadline: self.deadline,
            interrupt: &self.interrupt,
            told: &|_| (),
        }
    }

    /// Runs a call that fails with these errors in turn and then succeeds.
    fn run(&self, phase: Phase, errors: &[EngineError]) -> (Outcome<&'static str>, Vec<Attempt>) {
        let mut made = Vec::new();
        let outcome = self.retry().run(|attempt| {
            made.push(attempt);
            match errors.get(made.len() - 1) {
                Some(error) => Err(phase.failed(error.clone())),
                None => Ok("done"),
            }
        });
        assert_eq!(outcome.attempts.count as usize, made.len());
        (outcome, made)
    }

    fn sleeps(&self) -> Vec<Duration> {
        self.clock.sleeps.borrow().clone()
    }
}

fn error(class: ErrorClass) -> EngineError {
    EngineError::new(class, format!("a failure of class {class}"))
}

fn transient() -> EngineError {
    error(ErrorClass::Transient)
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

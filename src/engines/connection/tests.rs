use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_validator_plugin::{
    BatchStream, Cancel, Capabilities, Dialect, ErrorClass, Schema, TableName,
};

use super::*;
use crate::engines::kind::{EngineKind, Origin};
use crate::engines::retry::GaveUp;
use crate::interrupt::Signal;

/// What an engine was asked to do, and the errors it is yet to give when it is asked to connect.
#[derive(Default)]
struct Log {
    done: Mutex<Vec<String>>,
    refusals: Mutex<VecDeque<ErrorClass>>,
}

impl Log {
    fn add(&self, what: &str) {
        self.done.lock().unwrap().push(what.to_owned());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.done.lock().unwrap())
    }
}

/// An engine that only writes down what it is asked to do.
struct Recorder(Arc<Log>);

impl Engine for Recorder {
    fn describe(&self) -> Description {
        Description {
            name: "recorder".into(),
            version: "1".into(),
            engine_version: "1".into(),
            semantics: 1,
            dialect: Dialect::ansi(),
            capabilities: Capabilities::default(),
            publication_setup: None,
            harmless_options: Vec::new(),
            safe_options: Vec::new(),
            connection: Vec::new(),
        }
    }

    fn connect(&self, _: &EngineConfig, _: &Call) -> Result<Box<dyn Session>, EngineError> {
        if let Some(class) = self.0.refusals.lock().unwrap().pop_front() {
            self.0.add("refuse");
            return Err(EngineError::new(class, "refused"));
        }
        self.0.add("connect");
        Ok(Box::new(RecorderSession(Arc::clone(&self.0))))
    }
}

struct RecorderSession(Arc<Log>);

impl Session for RecorderSession {
    fn attach(&mut self, name: &str, _: &Source, _: &Call) -> Result<Relation, EngineError> {
        self.0.add(&format!("attach {name}"));
        Ok(Relation { sql: name.into() })
    }

    fn schema(&mut self, _: &Relation, _: &Call) -> Result<Schema, EngineError> {
        Ok(Schema::default())
    }

    fn data_version(&mut self, _: &Relation, _: &Call) -> Result<Option<String>, EngineError> {
        Ok(None)
    }

    fn query<'s>(
        &'s mut self,
        _: &str,
        _: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        Err(EngineError::new(ErrorClass::Unsupported, "no queries"))
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(RecorderCancel(Arc::clone(&self.0)))
    }
}

struct RecorderCancel(Arc<Log>);

impl Cancel for RecorderCancel {
    fn cancel(&self, operation: u64) {
        self.0.add(&format!("cancel {operation}"));
    }
}

/// A connection with what limits its calls.
struct Bench {
    connection: Connection,
    log: Arc<Log>,
    interrupt: Interrupt,
    deadline: Option<Instant>,
}

impl Bench {
    fn new(refusals: &[ErrorClass]) -> Self {
        let log = Arc::new(Log::default());
        log.refusals.lock().unwrap().extend(refusals);
        let settings = EngineSettings {
            kind: Arc::new(EngineKind::new(
                Description::default(),
                Origin::LinkedIn,
                || unreachable!("the test has its engine already"),
            )),
            config: EngineConfig::default(),
            retry: Policy {
                retry_delay: Duration::ZERO,
                ..Policy::default()
            },
        };
        let engine = Arc::new(Recorder(Arc::clone(&log)));
        Self {
            connection: Connection::new("main", engine, &settings),
            log,
            interrupt: Interrupt::default(),
            deadline: None,
        }
    }

    fn call<T>(
        &mut self,
        read: impl FnMut(&mut dyn Session, &Call) -> Result<T, EngineError>,
    ) -> Outcome<T> {
        let limits = Limits {
            interrupt: &self.interrupt,
            deadline: self.deadline,
            told: &|_| (),
        };
        self.connection.call(limits, read)
    }

    fn open(&mut self) -> Outcome<()> {
        self.call(|_, _| Ok(()))
    }

    fn attach(&mut self, name: &str) -> Outcome<Relation> {
        let limits = Limits {
            interrupt: &self.interrupt,
            deadline: self.deadline,
            told: &|_| (),
        };
        self.connection.attach(name, &source(), limits)
    }

    /// A read that fails with these classes in turn and then succeeds.
    fn read_after(&mut self, failures: &[ErrorClass]) -> Outcome<()> {
        let log = Arc::clone(&self.log);
        let mut failures = failures.iter();
        self.call(|_, _| {
            log.add("read");
            failures.next().map_or(Ok(()), |class| Err(fails(*class)))
        })
    }
}

fn source() -> Source {
    Source::Table(TableName {
        catalog: None,
        schema: None,
        table: "t".into(),
    })
}

fn fails(class: ErrorClass) -> EngineError {
    EngineError::new(class, "failed")
}

#[test]
fn it_connects_once_and_when_it_is_needed() {
    let mut bench = Bench::new(&[]);
    assert!(bench.log.take().is_empty());
    bench.read_after(&[]).result.unwrap();
    bench.read_after(&[]).result.unwrap();
    bench.open().result.unwrap();
    assert_eq!(bench.log.take(), ["connect", "read", "read"]);
}

#[test]
fn a_passing_fault_is_repeated_on_the_same_session() {
    let mut bench = Bench::new(&[]);
    let outcome = bench.read_after(&[ErrorClass::Transient]);
    outcome.result.unwrap();
    assert_eq!(outcome.attempts.count, 2);
    assert_eq!(bench.log.take(), ["connect", "read", "read"]);
}

#[test]
fn a_lost_session_is_replaced_with_all_its_sources() {
    let mut bench = Bench::new(&[]);
    for name in ["a", "b", "c", "a"] {
        bench.attach(name).result.unwrap();
    }
    bench.connection.detach("b");
    bench.log.take();
    bench.read_after(&[ErrorClass::Unavailable]).result.unwrap();
    assert_eq!(
        bench.log.take(),
        ["read", "connect", "attach a", "attach c", "read"]
    );
}

#[test]
fn a_refused_connection_is_opened_again_before_the_next_read() {
    let mut bench = Bench::new(&[]);
    bench.open().result.unwrap();
    bench
        .log
        .refusals
        .lock()
        .unwrap()
        .push_back(ErrorClass::Resource);
    let outcome = bench.read_after(&[ErrorClass::Unavailable]);
    outcome.result.unwrap();
    assert_eq!(outcome.attempts.count, 3);
    assert_eq!(
        bench.log.take(),
        ["connect", "read", "refuse", "connect", "read"]
    );
}

#[test]
fn a_database_that_is_locked_is_waited_for_and_one_that_is_missing_is_not() {
    let mut locked = Bench::new(&[ErrorClass::Transient; 2]);
    let outcome = locked.open();
    outcome.result.unwrap();
    assert_eq!(outcome.attempts.count, 3);
    assert_eq!(
        outcome.attempts.last_error.as_deref(),
        Some("connecting to engine 'main': refused")
    );
    assert_eq!(locked.log.take(), ["refuse", "refuse", "connect"]);

    let mut missing = Bench::new(&[ErrorClass::NotFound]);
    let outcome = missing.open();
    assert_eq!(outcome.result.unwrap_err().class, ErrorClass::NotFound);
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Permanent));
    assert_eq!(missing.log.take(), ["refuse"]);
}

#[test]
fn a_source_that_could_not_be_attached_is_not_attached_again() {
    let mut bench = Bench::new(&[]);
    bench.open().result.unwrap();
    bench.interrupt.request(Signal::Interrupt);
    let outcome = bench.attach("a");
    assert_eq!(outcome.result.unwrap_err().class, ErrorClass::Cancelled);
    assert!(bench.connection.attached.is_empty());
    assert_eq!(bench.log.take(), ["connect"]);
}

#[test]
fn a_signal_cancels_the_call_that_runs_by_its_number() {
    let mut bench = Bench::new(&[]);
    let interrupt = bench.interrupt.clone();
    let mut number = 0;
    let outcome = bench.call(|_, call| -> Result<(), _> {
        number = call.operation;
        interrupt.request(Signal::Terminate);
        Err(fails(ErrorClass::Cancelled))
    });
    assert_eq!(outcome.result.unwrap_err().class, ErrorClass::Cancelled);
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Stopped));
    assert_eq!(
        bench.log.take(),
        ["connect".into(), format!("cancel {number}")]
    );
}

#[test]
fn every_attempt_has_a_number_of_its_own() {
    let mut bench = Bench::new(&[]);
    let mut numbers = Vec::new();
    let outcome = bench.call(|_, call| {
        numbers.push(call.operation);
        match numbers.len() {
            3 => Ok(()),
            _ => Err(fails(ErrorClass::Transient)),
        }
    });
    outcome.result.unwrap();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
}

#[test]
fn a_call_that_takes_too_long_ends_as_timeout_and_is_not_repeated() {
    let mut bench = Bench::new(&[]);
    bench.open().result.unwrap();
    bench.deadline = Some(Instant::now() + Duration::from_millis(1));
    let log = Arc::clone(&bench.log);
    let cancelled = || {
        let done = log.done.lock().unwrap();
        done.iter().any(|entry| entry.starts_with("cancel"))
    };
    let outcome = bench.call(|_, _| -> Result<(), _> {
        // As an engine does: it ends when it is cancelled.
        while !cancelled() {
            std::thread::yield_now();
        }
        Err(fails(ErrorClass::Cancelled))
    });
    assert_eq!(outcome.result.unwrap_err().class, ErrorClass::Timeout);
    assert!(outcome.attempts.count <= 1);
    assert_eq!(outcome.attempts.gave_up, Some(GaveUp::Deadline));
}

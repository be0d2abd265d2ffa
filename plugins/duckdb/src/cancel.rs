//! Stopping the operation that a session runs, and no other.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use data_validator_plugin::{Call, Cancel, EngineError, ErrorClass};

/// Which operation a session runs, known to those who may cancel it.
pub struct Operations {
    state: Mutex<State>,
    ended: Condvar,
    /// Interrupts whatever the connection runs.
    interrupt: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    running: Option<u64>,
    cancelled: Option<u64>,
}

impl Operations {
    /// Operations of the connection that `interrupt` stops.
    pub fn new(interrupt: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            ended: Condvar::new(),
            interrupt: Box::new(interrupt),
        })
    }

    /// Begins an operation, unless it was cancelled before.
    pub fn begin(self: &Arc<Self>, call: &Call) -> Result<Running, EngineError> {
        let running = Running {
            operations: Arc::clone(self),
            operation: call.operation,
        };
        self.lock().running = Some(call.operation);
        running.go_on()?;
        Ok(running)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Interrupts until the operation has ended. Once is not enough: when a statement begins, DuckDB
    /// forgets an interrupt that came just before, in the midst of an operation of several steps.
    ///
    /// The lock is held while the connection is interrupted, so that no other operation can begin and
    /// the connection cannot be closed meanwhile.
    fn interrupt_until_ended(&self, operation: u64) {
        const AGAIN_AFTER: Duration = Duration::from_millis(20);
        let mut state = self.lock();
        while state.running == Some(operation) {
            (self.interrupt)();
            state = self
                .ended
                .wait_timeout(state, AGAIN_AFTER)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// An operation that runs; it ends when this is dropped.
pub struct Running {
    operations: Arc<Operations>,
    operation: u64,
}

impl Running {
    /// Fails once the operation is cancelled; to be asked before each step of it.
    pub fn go_on(&self) -> Result<(), EngineError> {
        if self.operations.lock().cancelled == Some(self.operation) {
            return Err(EngineError::new(
                ErrorClass::Cancelled,
                "the query was cancelled",
            ));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.operations.lock().running = None;
        self.operations.ended.notify_all();
    }
}

/// Cancels operations of one session.
pub struct Canceller(pub Arc<Operations>);

impl Cancel for Canceller {
    fn cancel(&self, operation: u64) {
        let mut state = self.0.lock();
        state.cancelled = Some(operation);
        if state.running != Some(operation) {
            return;
        }
        (self.0.interrupt)();
        drop(state);
        let operations = Arc::clone(&self.0);
        // Without a thread, the one interrupt has to do.
        let _ = thread::Builder::new()
            .name("duckdb-cancel".into())
            .spawn(move || operations.interrupt_until_ended(operation));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// Operations whose interrupts can be counted.
    fn operations() -> (Arc<Operations>, Receiver<()>) {
        let (interrupted, interrupts) = channel();
        let operations = Operations::new(move || {
            let _ = interrupted.send(());
        });
        (operations, interrupts)
    }

    fn call(operation: u64) -> Call {
        Call { operation }
    }

    fn class_of<T>(result: Result<T, EngineError>) -> Option<ErrorClass> {
        result.err().map(|error| error.class)
    }

    #[test]
    fn the_operation_that_runs_is_interrupted_until_it_ends() {
        let (operations, interrupts) = operations();
        let running = operations.begin(&call(7)).unwrap();
        Canceller(Arc::clone(&operations)).cancel(7);
        // More than one, as the first may be forgotten.
        for _ in 0..3 {
            interrupts.recv().unwrap();
        }
        assert_eq!(class_of(running.go_on()), Some(ErrorClass::Cancelled));
        drop(running);
        // The thread lets go of the operations, so the channel closes at last.
        drop(operations);
        while interrupts.recv().is_ok() {}
    }

    #[test]
    fn a_late_request_does_not_hit_the_next_statement() {
        let (operations, interrupts) = operations();
        let canceller = Canceller(Arc::clone(&operations));
        drop(operations.begin(&call(7)).unwrap());
        canceller.cancel(7);
        let running = operations.begin(&call(8)).unwrap();
        canceller.cancel(7);
        assert_eq!(class_of(running.go_on()), None);
        drop((running, canceller, operations));
        assert!(interrupts.recv().is_err(), "something was interrupted");
    }

    #[test]
    fn a_request_that_comes_early_is_not_lost() {
        let (operations, interrupts) = operations();
        Canceller(Arc::clone(&operations)).cancel(7);
        assert_eq!(
            class_of(operations.begin(&call(7))),
            Some(ErrorClass::Cancelled)
        );
        assert_eq!(class_of(operations.begin(&call(8))), None);
        drop(operations);
        assert!(interrupts.recv().is_err(), "something was interrupted");
    }

    #[test]
    fn an_unknown_operation_is_nobodys() {
        let (operations, interrupts) = operations();
        let running = operations.begin(&call(7)).unwrap();
        Canceller(Arc::clone(&operations)).cancel(99);
        assert_eq!(class_of(running.go_on()), None);
        drop((running, operations));
        assert!(interrupts.recv().is_err(), "something was interrupted");
    }
}

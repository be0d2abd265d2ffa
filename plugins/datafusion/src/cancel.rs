//! Stopping the operation that a session runs, and no other.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_validator_plugin::{Call, Cancel, EngineError, ErrorClass};
use futures::future::{AbortHandle, Abortable};

use crate::runtime::{Runtime, wait};

/// Which operation a session runs, known to those who may cancel it.
#[derive(Debug, Default)]
pub struct Operations(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    running: Option<u64>,
    cancelled: Option<u64>,
    /// Ends the waiting of the caller's thread.
    waiting: Option<AbortHandle>,
}

impl Operations {
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An operation that runs; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    operations: Arc<Operations>,
    operation: u64,
}

impl Running {
    /// Fails once the operation is cancelled; to be asked before each step of it.
    pub fn go_on(&self) -> Result<(), EngineError> {
        if self.operations.lock().cancelled == Some(self.operation) {
            return Err(cancelled());
        }
        Ok(())
    }

    /// Runs a task of the operation to its end; it is stopped when the operation is cancelled.
    pub fn run<T: Send + 'static>(
        &self,
        runtime: &Runtime,
        task: impl Future<Output = Result<T, EngineError>> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (_task, answer) = runtime.begin(task)?;
        self.wait(answer)?.unwrap_or_else(|_| Err(cancelled()))
    }

    /// Sleeps until the future is ready or the operation is cancelled.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, EngineError> {
        let (handle, registration) = AbortHandle::new_pair();
        {
            let mut state = self.operations.lock();
            if state.cancelled == Some(self.operation) {
                return Err(cancelled());
            }
            state.waiting = Some(handle);
        }
        wait(Abortable::new(future, registration)).map_err(|_| cancelled())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.operations.lock();
        state.running = None;
        state.waiting = None;
    }
}

fn cancelled() -> EngineError {
    EngineError::new(ErrorClass::Cancelled, "the query was cancelled")
}

/// Cancels operations of one session.
pub struct Canceller(pub Arc<Operations>);

impl Cancel for Canceller {
    fn cancel(&self, operation: u64) {
        let mut state = self.0.lock();
        state.cancelled = Some(operation);
        if state.running == Some(operation)
            && let Some(waiting) = state.waiting.take()
        {
            waiting.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn call(operation: u64) -> Call {
        Call { operation }
    }

    fn class_of<T>(result: Result<T, EngineError>) -> Option<ErrorClass> {
        result.err().map(|error| error.class)
    }

    #[test]
    fn an_operation_that_waits_is_woken() {
        let operations = Arc::new(Operations::default());
        let running = operations.begin(&call(7)).unwrap();
        let canceller = Canceller(Arc::clone(&operations));
        let cancelling = std::thread::spawn(move || canceller.cancel(7));
        assert_eq!(
            class_of(running.wait(pending::<()>())),
            Some(ErrorClass::Cancelled)
        );
        cancelling.join().unwrap();
        assert_eq!(class_of(running.go_on()), Some(ErrorClass::Cancelled));
    }

    #[test]
    fn a_late_request_does_not_hit_the_next_statement() {
        let operations = Arc::new(Operations::default());
        let canceller = Canceller(Arc::clone(&operations));
        drop(operations.begin(&call(7)).unwrap());
        canceller.cancel(7);
        let running = operations.begin(&call(8)).unwrap();
        canceller.cancel(7);
        assert_eq!(class_of(running.wait(async {})), None);
    }

    #[test]
    fn a_request_that_comes_early_is_not_lost() {
        let operations = Arc::new(Operations::default());
        Canceller(Arc::clone(&operations)).cancel(7);
        assert_eq!(
            class_of(operations.begin(&call(7))),
            Some(ErrorClass::Cancelled)
        );
        assert_eq!(class_of(operations.begin(&call(8))), None);
    }

    #[test]
    fn an_unknown_operation_is_nobodys() {
        let operations = Arc::new(Operations::default());
        let running = operations.begin(&call(7)).unwrap();
        Canceller(Arc::clone(&operations)).cancel(99);
        assert_eq!(class_of(running.wait(async {})), None);
    }
}

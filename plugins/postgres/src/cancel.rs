//! Stopping the operation that a session runs, and no other.
//!
//! PostgreSQL cancels whatever a session runs when the request arrives, and takes it on a connection of its
//! own. So an operation ends only when no request for it is under way: until then the session runs nothing
//! else that a request could hit.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use data_validator_plugin::{Call, Cancel, EngineError, ErrorClass, SessionState};

/// What became of a request to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server has acted on it.
    Done,
    /// It never left.
    NotSent,
    /// Nobody knows; it may still arrive.
    Unknown,
}

/// Which operation a session runs, known to those who may cancel it.
pub struct Operations {
    state: Mutex<State>,
    changed: Condvar,
    /// Has the server cancel what the session runs, and returns when it has acted.
    request: Box<dyn Fn() -> Delivery + Send + Sync>,
}

#[derive(Default)]
struct State {
    running: Option<u64>,
    cancelled: Option<u64>,
    /// A request is on its way.
    requesting: bool,
    /// A request may arrive at any time.
    is_stray: bool,
}

impl Operations {
    /// Operations of the session that `request` is about.
    pub fn new(request: impl Fn() -> Delivery + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            request: Box::new(request),
        })
    }

    /// Begins an operation, unless it was cancelled before.
    pub fn begin(self: &Arc<Self>, call: &Call) -> Result<Running, EngineError> {
        {
            let mut state = self.lock();
            if state.is_stray {
                let message = "a request to cancel an earlier statement may still be on its way to the server; \
                               open a new session";
                let mut error = EngineError::new(ErrorClass::Unavailable, message);
                error.session = SessionState::Broken;
                return Err(error);
            }
            state.running = Some(call.operation);
        }
        let running = Running {
            operations: Arc::clone(self),
            operation: call.operation,
        };
        running.go_on()?;
        Ok(running)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests until the operation has ended. Once is not enough: the server forgets a request that comes
    /// between two statements of one operation.
    fn request_until_ended(&self, operation: u64) {
        const AGAIN_AFTER: Duration = Duration::from_millis(50);
        let mut state = self.lock();
        while state.running == Some(operation) && !state.is_stray {
            if !state.requesting {
                state = self.request(state);
            }
            if state.running == Some(operation) {
                state = self
                    .changed
                    .wait_timeout(state, AGAIN_AFTER)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
        }
    }

    /// Makes one request, when no other one is under way; the lock is free meanwhile.
    fn request<'s>(&'s self, mut state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        state.requesting = true;
        drop(state);
        let delivery = (self.request)();
        let mut state = self.lock();
        state.requesting = false;
        state.is_stray |= delivery == Delivery::Unknown;
        self.changed.notify_all();
        state
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
        if self.is_cancelled() {
            return Err(EngineError::new(
                ErrorClass::Cancelled,
                "the call was cancelled",
            ));
        }
        Ok(())
    }

    pub fn is_cancelled(&self) -> bool {
        self.operations.lock().cancelled == Some(self.operation)
    }

    /// Has the server stop what this operation runs, whose rows nobody wants any more.
    pub fn stop_statement(&self) {
        let mut state = self.operations.lock();
        while state.requesting {
            state = self.wait(state);
        }
        drop(self.operations.request(state));
    }

    fn wait<'s>(&'s self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.operations
            .changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.operations.lock();
        state.running = None;
        self.operations.changed.notify_all();
        while state.requesting {
            state = self.wait(state);
        }
    }
}

/// Cancels operations of one session.
pub struct Canceller(pub Arc<Operations>);

impl Cancel for Canceller {
    fn cancel(&self, operation: u64) {
        let mut state = self.0.lock();
        let is_asked_already = state.cancelled == Some(operation);
        state.cancelled = Some(operation);
        if is_asked_already || state.running != Some(operation) {
            return;
        }
        drop(state);
        let operations = Arc::clone(&self.0);
        let asking = thread::Builder::new()
            .name("postgres-cancel".into())
            .spawn(move || operations.request_until_ended(operation));
        if asking.is_err() {
            // Without a thread, one request has to do.
            let state = self.0.lock();
            if state.running == Some(operation) && !state.requesting {
                drop(self.0.request(state));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Operations whose requests can be seen, and take until they are let go on.
    fn operations(delivery: Delivery) -> (Arc<Operations>, Receiver<()>, Sender<()>) {
        let (requested, requests) = channel();
        let (go_on, waiting) = channel();
        let waiting = Mutex::new(waiting);
        let operations = Operations::new(move || {
            let _ = requested.send(());
            let _ = waiting.lock().unwrap().recv();
            delivery
        });
        (operations, requests, go_on)
    }

    fn call(operation: u64) -> Call {
        Call { operation }
    }

    fn class_of<T>(result: Result<T, EngineError>) -> Option<ErrorClass> {
        result.err().map(|error| error.class)
    }

    #[test]
    fn an_operation_ends_only_when_no_request_is_under_way() {
        let (operations, requests, go_on) = operations(Delivery::Done);
        let running = operations.begin(&call(7)).unwrap();
        Canceller(Arc::clone(&operations)).cancel(7);
        requests.recv().unwrap();
        assert_eq!(class_of(running.go_on()), Some(ErrorClass::Cancelled));
        let (ended, end) = channel();
        thread::spawn(move || {
            drop(running);
            ended.send(()).unwrap();
        });
        while operations.lock().running.is_some() {
            thread::yield_now();
        }
        assert!(end.try_recv().is_err(), "the request is still under way");
        go_on.send(()).unwrap();
        end.recv().unwrap();
        assert_eq!(class_of(operations.begin(&call(8))), None);
    }

    #[test]
    fn a_request_is_made_again_until_the_operation_ends() {
        let (operations, requests, go_on) = operations(Delivery::Done);
        let running = operations.begin(&call(7)).unwrap();
        Canceller(Arc::clone(&operations)).cancel(7);
        for _ in 0..3 {
            requests.recv().unwrap();
            go_on.send(()).unwrap();
        }
        drop(go_on);
        drop(running);
        // The thread lets go of the operations, so the channel closes at last.
        drop(operations);
        while requests.recv().is_ok() {}
    }

    #[test]
    fn two_requests_are_never_under_way_at_once() {
        static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
        let operations = Operations::new(|| {
            assert_eq!(UNDER_WAY.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
            Delivery::Done
        });
        for operation in 0..200 {
            let running = operations.begin(&call(operation)).unwrap();
            Canceller(Arc::clone(&operations)).cancel(operation);
            running.stop_statement();
            drop(running);
            assert_eq!(
                UNDER_WAY.load(Ordering::SeqCst),
                0,
                "one is still under way"
            );
        }
    }

    #[test]
    fn a_late_request_does_not_hit_the_next_statement() {
        let (operations, requests, _go_on) = operations(Delivery::Done);
        let canceller = Canceller(Arc::clone(&operations));
        drop(operations.begin(&call(7)).unwrap());
        canceller.cancel(7);
        let running = operations.begin(&call(8)).unwrap();
        canceller.cancel(7);
        assert_eq!(class_of(running.go_on()), None);
        drop((running, canceller, operations));
        assert!(requests.recv().is_err(), "something was requested");
    }

    #[test]
    fn a_request_that_comes_early_is_not_lost() {
        let (operations, requests, _go_on) = operations(Delivery::Done);
        Canceller(Arc::clone(&operations)).cancel(7);
        assert_eq!(
            class_of(operations.begin(&call(7))),
            Some(ErrorClass::Cancelled)
        );
        assert_eq!(class_of(operations.begin(&call(8))), None);
        drop(operations);
        assert!(requests.recv().is_err(), "something was requested");
    }

    #[test]
    fn after_a_request_that_may_still_arrive_nothing_runs() {
        let (operations, requests, go_on) = operations(Delivery::Unknown);
        let running = operations.begin(&call(7)).unwrap();
        Canceller(Arc::clone(&operations)).cancel(7);
        requests.recv().unwrap();
        go_on.send(()).unwrap();
        drop(running);
        assert_eq!(
            class_of(operations.begin(&call(8))),
            Some(ErrorClass::Unavailable)
        );
    }
}

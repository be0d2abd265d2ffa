//! Stopping on request: what sleeps wakes up, and the calls that run are cancelled.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use data_validator_plugin::{Cancel, EngineError, ErrorClass};

/// Whether a run is asked to stop, and the calls that have to be cancelled then. Clones are the same.
#[derive(Clone, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

/// Tells the signal alone: a running call has nothing to show.
impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Interrupt").field(&self.requested()).finish()
    }
}

/// The signal that asked a run to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C, `SIGINT`.
    Interrupt,
    /// `SIGTERM`, which schedulers send.
    Terminate,
}

impl Signal {
    /// The signal's number, the same on every Unix.
    pub fn number(self) -> i32 {
        match self {
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }

    /// The exit code of a program that ends because of it, as shells count: 128 and the number.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    signal: Option<Signal>,
    calls: BTreeMap<u64, Call>,
    next: u64,
}

/// A call that runs.
struct Call {
    operation: u64,
    /// Taken when it is used, so that a call is cancelled once.
    canceller: Option<Box<dyn Cancel>>,
    timed_out: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Interrupt {
    /// Asks to stop. The first signal counts; later ones change nothing here.
    pub fn request(&self, signal: Signal) {
        let mut state = self.shared.lock();
        if state.signal.is_some() {
            return;
        }
        state.signal = Some(signal);
        let running: Vec<_> = state
            .calls
            .values_mut()
            .filter_map(|call| Some((call.operation, call.canceller.take()?)))
            .collect();
        drop(state);
        self.shared.changed.notify_all();
        for (operation, canceller) in running {
            canceller.cancel(operation);
        }
    }

    /// The signal that asked to stop, if one did.
    pub fn requested(&self) -> Option<Signal> {
        self.shared.lock().signal
    }

    /// Sleeps for so long, or until it is asked to stop; tells whether it was.
    pub fn sleep(&self, duration: Duration) -> bool {
        let state = self.shared.lock();
        let (state, _) = self
            .shared
            .changed
            .wait_timeout_while(state, duration, |state| state.signal.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        state.signal.is_some()
    }

    /// Cancels an operation when it is asked to stop or the deadline passes, until the watch is
    /// dropped. Where that is so already, the operation is cancelled at once.
    pub fn watch(
        &self,
        canceller: Box<dyn Cancel>,
        operation: u64,
        deadline: Option<Instant>,
    ) -> Watch {
        let mut state = self.shared.lock();
        let id = state.next;
        state.next += 1;
        let mut call = Call {
            operation,
            canceller: None,
            timed_out: false,
        };
        let at_once = if state.signal.is_some() {
            Some(canceller)
        } else {
            call.canceller = Some(canceller);
            None
        };
        state.calls.insert(id, call);
        drop(state);
        if let Some(canceller) = at_once {
            canceller.cancel(operation);
        }
        let watch = Watch {
            shared: Arc::clone(&self.shared),
            id,
            timed: deadline.is_some(),
        };
        if let Some(deadline) = deadline {
            watch.cancel_at(deadline);
        }
        watch
    }
}

/// An operation that is cancelled when its time is over; ends with the operation.
pub struct Watch {
    shared: Arc<Shared>,
    id: u64,
    timed: bool,
}

impl Watch {
    /// Ends the watch. What was cancelled because of the deadline is reported as `timeout`.
    ///
    /// # Errors
    /// That of the call.
    pub fn finish<T>(self, result: Result<T, EngineError>) -> Result<T, EngineError> {
        let timed_out = self
            .shared
            .lock()
            .calls
            .get(&self.id)
            .is_some_and(|call| call.timed_out);
        result.map_err(|error| match error.class {
            ErrorClass::Cancelled if timed_out => EngineError {
                class: ErrorClass::Timeout,
                message: "the time limit was reached; the query was cancelled".into(),
                ..error
            },
            _ => error,
        })
    }

    fn cancel_at(&self, deadline: Instant) {
        if deadline <= Instant::now() {
            return cancel_late(&self.shared, self.id);
        }
        let (shared, id) = (Arc::clone(&self.shared), self.id);
        let waiting = thread::Builder::new()
            .name("deadline".into())
            .spawn(move || wait_until(&shared, id, deadline));
        if waiting.is_err() {
            // Without a thread nothing would end the call in time.
            cancel_late(&self.shared, self.id);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.lock().calls.remove(&self.id);
        if self.timed {
            self.shared.changed.notify_all();
        }
    }
}

fn wait_until(shared: &Shared, id: u64, deadline: Instant) {
    let state = shared.lock();
    let left = deadline.saturating_duration_since(Instant::now());
    let waited = shared
        .changed
        .wait_timeout_while(state, left, |state| state.calls.contains_key(&id));
    drop(waited);
    cancel_late(shared, id);
}

/// Cancels a call whose time is over, if it still runs and is not cancelled yet.
fn cancel_late(shared: &Shared, id: u64) {
    let mut state = shared.lock();
    let Some(call) = state.calls.get_mut(&id) else {
        return;
    };
    let Some(canceller) = call.canceller.take() else {
        return;
    };
    call.timed_out = true;
    let operation = call.operation;
    drop(state);
    canceller.cancel(operation);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Tells the number of each operation that is cancelled.
    struct Told(Sender<u64>);

    impl Cancel for Told {
        fn cancel(&self, operation: u64) {
            let _ = self.0.send(operation);
        }
    }

    fn canceller() -> (Box<dyn Cancel>, Receiver<u64>) {
        let (cancelled, told) = channel();
        (Box::new(Told(cancelled)), told)
    }

    fn failed(class: ErrorClass) -> Result<(), EngineError> {
        Err(EngineError::new(class, "INTERRUPT Error"))
    }

    const FAR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_request_wakes_who_sleeps() {
        let interrupt = Interrupt::default();
        let sleeper = interrupt.clone();
        let (ready, asleep) = channel();
        let thread = thread::spawn(move || {
            ready.send(()).unwrap();
            sleeper.sleep(FAR)
        });
        asleep.recv().unwrap();
        interrupt.request(Signal::Interrupt);
        assert!(thread.join().unwrap());
    }

    #[test]
    fn a_sleep_that_nobody_interrupts_ends_by_itself() {
        assert!(!Interrupt::default().sleep(Duration::ZERO));
    }

    #[test]
    fn nobody_sleeps_after_a_request() {
        let interrupt = Interrupt::default();
        interrupt.request(Signal::Terminate);
        assert!(interrupt.sleep(FAR));
    }

    #[test]
    fn the_first_signal_counts() {
        let interrupt = Interrupt::default();
        assert_eq!(interrupt.requested(), None);
        interrupt.request(Signal::Terminate);
        interrupt.request(Signal::Interrupt);
        assert_eq!(interrupt.requested(), Some(Signal::Terminate));
    }

    #[test]
    fn every_running_call_is_cancelled_once() {
        let interrupt = Interrupt::default();
        let (first, first_told) = canceller();
        let (second, second_told) = canceller();
        let (ended, ended_told) = canceller();
        let watches = (
            interrupt.watch(first, 1, None),
            interrupt.watch(second, 2, Some(Instant::now() + FAR)),
        );
        drop(interrupt.watch(ended, 3, None));
        interrupt.request(Signal::Interrupt);
        interrupt.request(Signal::Interrupt);
        drop((watches, interrupt));
        assert_eq!(first_told.iter().collect::<Vec<_>>(), [1]);
        assert_eq!(second_told.iter().collect::<Vec<_>>(), [2]);
        assert_eq!(ended_told.iter().count(), 0);
    }

    #[test]
    fn a_call_that_begins_after_the_request_is_cancelled_too() {
        let interrupt = Interrupt::default();
        interrupt.request(Signal::Interrupt);
        let (late, told) = canceller();
        let watch = interrupt.watch(late, 4, None);
        assert_eq!(told.iter().collect::<Vec<_>>(), [4]);
        let error = watch.finish(failed(ErrorClass::Cancelled)).unwrap_err();
        assert_eq!(error.class, ErrorClass::Cancelled);
    }

    #[test]
    fn a_deadline_cancels_and_the_call_ends_as_timeout() {
        let soon = Instant::now() + Duration::from_millis(1);
        for deadline in [Instant::now(), soon] {
            let interrupt = Interrupt::default();
            let (slow, told) = canceller();
            let watch = interrupt.watch(slow, 5, Some(deadline));
            // Comes from the deadline alone: nobody sends a signal.
            assert_eq!(told.recv(), Ok(5));
            let error = watch.finish(failed(ErrorClass::Cancelled)).unwrap_err();
            assert_eq!(error.class, ErrorClass::Timeout);
            assert!(!error.message.contains("INTERRUPT"), "{error}");
        }
    }

    #[test]
    fn what_failed_by_itself_keeps_its_error_after_the_deadline() {
        let interrupt = Interrupt::default();
        let (slow, _told) = canceller();
        let watch = interrupt.watch(slow, 6, Some(Instant::now()));
        let error = watch.finish(failed(ErrorClass::Data)).unwrap_err();
        assert_eq!(error.class, ErrorClass::Data);
        let (slow, _told) = canceller();
        let watch = interrupt.watch(slow, 7, Some(Instant::now()));
        assert_eq!(watch.finish(Ok("done in time")).unwrap(), "done in time");
    }

    #[test]
    fn a_signal_before_the_deadline_stays_a_cancellation() {
        let interrupt = Interrupt::default();
        let (slow, told) = canceller();
        let watch = interrupt.watch(slow, 8, Some(Instant::now() + FAR));
        interrupt.request(Signal::Interrupt);
        assert_eq!(told.iter().collect::<Vec<_>>(), [8]);
        let error = watch.finish(failed(ErrorClass::Cancelled)).unwrap_err();
        assert_eq!(error.class, ErrorClass::Cancelled);
    }

    #[test]
    fn the_thread_of_a_deadline_ends_with_its_call() {
        let interrupt = Interrupt::default();
        let (quick, told) = canceller();
        let watch = interrupt.watch(quick, 9, Some(Instant::now() + FAR));
        let shared = Arc::downgrade(&interrupt.shared);
        watch.finish(Ok(())).unwrap();
        drop(interrupt);
        // Only the thread can still hold it.
        while shared.upgrade().is_some() {
            thread::yield_now();
        }
        assert_eq!(told.iter().count(), 0);
    }
}

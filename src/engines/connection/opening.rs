//! Opens a session; a server that does not answer keeps nobody waiting who wants to stop.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use data_validator_plugin::{Cancel, Engine, EngineConfig, EngineError, ErrorClass, Session};

use super::{Limits, next_call};

type Opened = Result<Box<dyn Session>, EngineError>;

/// How waiting for a session ends.
enum End {
    Opened(Result<Opened, Box<dyn Any + Send>>),
    GivenUp,
}

/// Ends the waiting; the attempt itself goes on, for there is no session yet that could be cancelled.
struct GiveUp(Sender<End>);

impl Cancel for GiveUp {
    fn cancel(&self, _operation: u64) {
        // Nobody waits any more if the session was opened meanwhile.
        let _ = self.0.send(End::GivenUp);
    }
}

/// Opens a session within the limits. One that is opened too late is closed again.
///
/// # Errors
/// That of the engine, or `cancelled` or `timeout` of the limits.
pub(super) fn open(engine: &Arc<dyn Engine>, config: &EngineConfig, limits: Limits<'_>) -> Opened {
    let call = next_call();
    let (tell, told) = mpsc::channel();
    let give_up = Box::new(GiveUp(tell.clone()));
    let watch = (limits.interrupt).watch(give_up, call.operation, limits.deadline);
    let (engine, config) = (Arc::clone(engine), config.clone());
    let attempt = thread::Builder::new()
        .name("connecting".into())
        .spawn(move || {
            let opened = catch_unwind(AssertUnwindSafe(|| engine.connect(&config, &call)));
            let _ = tell.send(End::Opened(opened));
        });
    let opened = match attempt.map(|_| told.recv()) {
        Ok(Ok(End::Opened(Ok(opened)))) => opened,
        Ok(Ok(End::Opened(Err(panic)))) => resume_unwind(panic),
        Ok(Ok(End::GivenUp) | Err(_)) => Err(EngineError::new(
            ErrorClass::Cancelled,
            "it was stopped before the engine answered",
        )),
        Err(error) => Err(EngineError::new(
            ErrorClass::Transient,
            format!("no thread can be started: {error}"),
        )),
    };
    watch.finish(opened)
}

//! Keeps panics on their side of the border: one that crossed would end the process.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure::DvError;
use crate::aftermath::SessionState;
use crate::error::{EngineError, ErrorClass};

/// Runs the body of an entry that can fail: writes its error and gives the number to return.
///
/// # Safety
/// `room` is NULL or points to an empty `DvError` of its `struct_size`.
pub(super) unsafe fn answer(
    entry: &str,
    room: *mut DvError,
    body: impl FnOnce() -> Result<(), EngineError>,
) -> u32 {
    match caught(entry, body) {
        Ok(()) => 0,
        // SAFETY: the caller's promise.
        Err(error) => unsafe { DvError::write(room, error) },
    }
}

/// Runs the body of an entry that cannot fail: a panic is only logged.
pub(super) fn quietly(entry: &str, body: impl FnOnce()) {
    let done = caught(entry, || {
        body();
        Ok(())
    });
    if let Err(error) = done {
        // A logger that panics must not get out either.
        let _ = caught("log", || {
            log::error!("{error}");
            Ok(())
        });
    }
}

/// Runs `body`; a panic becomes an error of class `internal` with what the panic said.
///
/// What the body worked on may be half done after a panic, so the session is said to be broken.
pub(super) fn caught<T>(
    entry: &str,
    body: impl FnOnce() -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let said = said(panic);
        let message = format!("the engine panicked in '{entry}': {said}; this is a defect in it");
        let mut error = EngineError::new(ErrorClass::Internal, message);
        error.session = SessionState::Broken;
        Err(error)
    })
}

fn said(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast::<&'static str>() {
            Ok(text) => (*text).to_owned(),
            Err(panic) => {
                // Dropping a value of an unknown type could panic again.
                mem::forget(panic);
                "it gave no message".to_owned()
            }
        },
    }
}

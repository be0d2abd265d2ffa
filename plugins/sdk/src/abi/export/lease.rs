//! A session of ours behind the border, lent to one call or stream at a time.

use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::{Cancel, Session};
use crate::error::{EngineError, ErrorClass};

/// What a `DvSession` of ours points to, in a box of its own.
pub(super) struct Exported {
    /// Empty while a call or a stream has it.
    session: Mutex<Option<Box<dyn Session>>>,
    /// Made beforehand, as it is wanted while a call has the session.
    pub(super) canceller: Box<dyn Cancel>,
}

/// A session that belongs to one call or stream until this is dropped.
pub(super) struct Lease {
    home: Arc<Exported>,
    session: NonNull<dyn Session>,
}

impl Exported {
    pub(super) fn new(session: Box<dyn Session>) -> Arc<Self> {
        Arc::new(Self {
            canceller: session.canceller(),
            session: Mutex::new(Some(session)),
        })
    }
}

impl Lease {
    /// Takes the session, unless something else has it.
    pub(super) fn of(home: &Arc<Exported>, attempted: &str) -> Result<Self, EngineError> {
        let session = home
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(session) = session else {
            let message = format!(
                "'{attempted}' on a session that has an open stream or runs another call; \
                 release the stream first"
            );
            return Err(EngineError::new(ErrorClass::InvalidState, message));
        };
        // SAFETY: a box is never NULL.
        let session = unsafe { NonNull::new_unchecked(Box::into_raw(session)) };
        Ok(Self {
            home: Arc::clone(home),
            session,
        })
    }

    pub(super) fn session(&mut self) -> &mut dyn Session {
        // SAFETY: the session was taken out of its box by `of`, so that nobody else has it.
        unsafe { self.session.as_mut() }
    }

    /// The session for as long as the caller likes.
    ///
    /// # Safety
    /// What is made with it is dropped before the lease, and meanwhile the lease is not used.
    pub(super) unsafe fn session_unbounded(&mut self) -> &'static mut dyn Session {
        // SAFETY: as for `session`, and the caller's promise.
        unsafe { self.session.as_mut() }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // SAFETY: `of` took it out of a box, and it goes back once.
        let session = unsafe { Box::from_raw(self.session.as_ptr()) };
        let mut home = self
            .home
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *home = Some(session);
    }
}

//! Stopping what a session behind the border runs.

use std::sync::{PoisonError, RwLock};

use super::engine::ImportedEngine;
use crate::abi::table::DvSession;
use crate::engine::Cancel;

/// A session as those see it who may cancel its calls: it may be closed meanwhile.
pub(super) struct Cancellable {
    engine: ImportedEngine,
    session: RwLock<Option<Open>>,
}

#[derive(Clone, Copy)]
struct Open(*mut DvSession);

// SAFETY: by the header `cancel` may be called from any thread while the session is open.
unsafe impl Send for Open {}
// SAFETY: as above.
unsafe impl Sync for Open {}

impl Cancellable {
    pub(super) fn new(engine: ImportedEngine, session: *mut DvSession) -> Self {
        Self {
            engine,
            session: RwLock::new(Some(Open(session))),
        }
    }

    /// Waits for requests that are under way; later ones do nothing.
    pub(super) fn close(&self) {
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Cancel for Cancellable {
    fn cancel(&self, operation: u64) {
        // Held while the plugin is called, so that the session stays open.
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        if let (Some(Open(session)), Some(cancel)) =
            (*session, self.engine.open.functions.table.cancel)
        {
            // SAFETY: the session is open, as `close` comes first and waits for the lock.
            unsafe { cancel(session, operation) };
        }
    }
}

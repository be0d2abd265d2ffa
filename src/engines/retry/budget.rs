//! A limit on the retries of all calls to one engine together.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Next;

const FULL: u32 = 500;
const PER_RETRY: u32 = 5;
const PER_RECONNECT: u32 = 10;
const PER_SUCCESS: u32 = 1;

/// Tokens that retries use up and successes give back, so that ten thousand rules on a dead server
/// are not thirty thousand connects.
#[derive(Debug)]
pub struct Budget {
    tokens: Mutex<u32>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            tokens: Mutex::new(FULL),
        }
    }
}

impl Budget {
    /// Pays for a retry; false when there are too few tokens left.
    pub fn take(&self, next: Next) -> bool {
        let price = match next {
            Next::GiveUp => 0,
            Next::Repeat => PER_RETRY,
            Next::Reconnect => PER_RECONNECT,
        };
        let mut tokens = self.lock();
        let left = tokens.checked_sub(price);
        *tokens = left.unwrap_or(*tokens);
        left.is_some()
    }

    /// Takes note of a call that succeeded.
    pub fn succeeded(&self) {
        let mut tokens = self.lock();
        *tokens = (*tokens + PER_SUCCESS).min(FULL);
    }

    fn lock(&self) -> MutexGuard<'_, u32> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

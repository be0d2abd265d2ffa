//! How often and how fast a failed call is made again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How often and how fast a failed call is made again: the engine options of these names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Retries after the first attempt.
    pub max_retries: u32,
    /// The delay before the first retry; it doubles with each.
    pub retry_delay: Duration,
    pub max_delay: Duration,
    /// No retry begins later than this after the first attempt.
    pub max_elapsed: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_retries: 3,
            retry_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(30),
            max_elapsed: Duration::from_secs(300),
        }
    }
}

impl Policy {
    /// The delays before the retries, without jitter: `min(max_delay, retry_delay * 2^k)`.
    pub fn delays(&self) -> impl Iterator<Item = Duration> + use<> {
        ExponentialBuilder::new()
            .with_factor(2.0)
            // The builder caps all delays but the first.
            .with_min_delay(self.retry_delay.min(self.max_delay))
            .with_max_delay(self.max_delay)
            .with_max_times(self.max_retries as usize)
            .build()
    }
}

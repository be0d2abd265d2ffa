//! The options of an engine that are the host's: how failed calls are repeated.

use std::time::Duration;

use super::fields::Fields;
use super::keys::HOST_OPTIONS;
use crate::engines::retry::Policy;

/// Whether an option is the host's, and not the engine's.
pub fn is_hosts(option: &str) -> bool {
    HOST_OPTIONS.iter().any(|key| key.name == option)
}

/// Reads the host's options from `options`; the engine's stay where they are.
pub fn read(mut options: Fields<'_>) -> Policy {
    let default = Policy::default();
    Policy {
        max_retries: options
            .optional("max_retries")
            .unwrap_or(default.max_retries),
        retry_delay: seconds(&mut options, "retry_delay").unwrap_or(default.retry_delay),
        max_delay: seconds(&mut options, "max_delay").unwrap_or(default.max_delay),
        max_elapsed: seconds(&mut options, "max_elapsed").unwrap_or(default.max_elapsed),
    }
}

fn seconds(options: &mut Fields<'_>, key: &'static str) -> Option<Duration> {
    let seconds: f64 = options.optional(key)?;
    let duration = Duration::try_from_secs_f64(seconds).ok();
    if duration.is_none() {
        options.refuse(
            key,
            &format!("{key} {seconds} is no number of seconds"),
            "write seconds, such as 1.5",
        );
    }
    duration
}

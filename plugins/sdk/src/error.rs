//! The one error an engine gives, with the class that decides what happens next.

use std::fmt;
use std::time::Duration;

/// What kind of failure it was; the host retries, reports and exits by this alone.
///
/// The numbers are part of the C interface and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
#[non_exhaustive]
pub enum ErrorClass {
    /// A passing fault: the same statement may succeed if repeated.
    Transient = 1,
    /// Another transaction got in the way: repeat the whole transaction.
    Conflict = 2,
    /// The connection or the server is gone: reconnect and repeat.
    Unavailable = 3,
    /// Memory, disk or another limit is exhausted.
    Resource = 4,
    /// The host asked for the call to stop.
    Cancelled = 5,
    /// A time limit of the engine was reached.
    Timeout = 6,
    /// A constraint of the data store was violated.
    Integrity = 7,
    /// A file, relation or column does not exist.
    NotFound = 8,
    /// What should be made exists already.
    AlreadyExists = 9,
    /// The statement is not valid for this engine.
    InvalidSql = 10,
    /// A value in the data cannot be processed: a failed cast, overflow, malformed file.
    Data = 11,
    /// Credentials or permissions are missing or wrong.
    Auth = 12,
    /// The engine cannot do what was asked.
    Unsupported = 13,
    /// The engine's configuration is wrong.
    Config = 14,
    /// The call does not fit the session's state.
    InvalidState = 15,
    /// A defect in the engine itself.
    Internal = 16,
}

impl ErrorClass {
    /// The word for the class in reports and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
            Self::Resource => "resource",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
            Self::Integrity => "integrity",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::InvalidSql => "invalid_sql",
            Self::Data => "data",
            Self::Auth => "auth",
            Self::Unsupported => "unsupported",
            Self::Config => "config",
            Self::InvalidState => "invalid_state",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failed call to an engine.
///
/// There is deliberately no `From` of a driver's error: whoever writes an engine chooses a class.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What kind of failure it was.
    pub class: ErrorClass,
    /// What was attempted, on what, and why it failed; without secrets.
    pub message: String,
    /// The five-character SQLSTATE, where the engine has one.
    pub sqlstate: Option<String>,
    /// How long the server asks to be left alone before the next attempt.
    pub retry_after: Option<Duration>,
}

impl EngineError {
    /// An error of the given class.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            sqlstate: None,
            retry_after: None,
        }
    }

    /// The same error, saying first what was attempted.
    #[must_use]
    pub fn context(mut self, attempted: impl fmt::Display) -> Self {
        self.message = format!("{attempted}: {}", self.message);
        self
    }
}

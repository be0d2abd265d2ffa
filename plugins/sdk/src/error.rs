//! The one error an engine gives, with the class that decides what happens next.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::aftermath::{Effect, SessionState, TransactionState};

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
    /// The class of that number, or `None` for one that this version does not know.
    pub fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Transient,
            2 => Self::Conflict,
            3 => Self::Unavailable,
            4 => Self::Resource,
            5 => Self::Cancelled,
            6 => Self::Timeout,
            7 => Self::Integrity,
            8 => Self::NotFound,
            9 => Self::AlreadyExists,
            10 => Self::InvalidSql,
            11 => Self::Data,
            12 => Self::Auth,
            13 => Self::Unsupported,
            14 => Self::Config,
            15 => Self::InvalidState,
            16 => Self::Internal,
            _ => return None,
        })
    }

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
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
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
    pub effect: Effect,
    pub transaction: TransactionState,
    pub session: SessionState,
    /// What few errors have; apart, so that a `Result` stays small.
    pub diagnostics: Option<Box<Diagnostics>>,
}

/// What an engine may say of an error beyond its class and message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics {
    /// The engine's own number for the error; never 0.
    pub vendor_code: Option<i64>,
    /// Where in the statement, in bytes counted from 1.
    pub sql_offset: Option<u64>,
    /// Anything else, for a person to read; without secrets.
    pub details: Option<Value>,
}

impl EngineError {
    /// An error of the given class.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            sqlstate: None,
            retry_after: None,
            effect: Effect::default(),
            transaction: TransactionState::default(),
            session: SessionState::default(),
            diagnostics: None,
        }
    }

    /// The answer of an engine without the capability `publish`.
    pub(crate) fn cannot_publish(key: &str) -> Self {
        let message = format!(
            "publishing '{key}': this engine cannot publish; keep the state in a file, or in an engine that can"
        );
        Self::new(ErrorClass::Unsupported, message)
    }

    /// The answer of an engine without the capability `ingest`.
    pub(crate) fn cannot_ingest(name: &str) -> Self {
        let message = format!(
            "attaching '{name}': this engine takes in no rows; use a table or a query, or another engine"
        );
        Self::new(ErrorClass::Unsupported, message)
    }

    /// The answer to a statement of an engine without the capability `transactions`.
    pub(crate) fn cannot_execute() -> Self {
        let message = "executing a statement: this engine changes nothing";
        Self::new(ErrorClass::Unsupported, message)
    }

    /// The answer of an engine without the capability `transactions`.
    pub(crate) fn has_no_transactions(attempted: &str) -> Self {
        let message = format!("{attempted}: this engine has no transactions");
        Self::new(ErrorClass::Unsupported, message)
    }

    /// The same error, saying first what was attempted.
    #[must_use]
    pub fn context(mut self, attempted: impl fmt::Display) -> Self {
        self.message = format!("{attempted}: {}", self.message);
        self
    }
}

//! Why a command could not do its work as a whole.

use data_validator_plugin::EngineError;

use crate::state::StateError;

/// Why a command could not do its work; what a single rule could not do is in its result.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub kind: ErrorKind,
    /// What was attempted, on what, and why it failed.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What kind of failure it was; it decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command or the config is wrong.
    Usage,
    /// The engine or the data could not be reached.
    Unjudged,
    /// The report, the state or rows could not be written.
    Output,
}

impl Error {
    pub fn usage(message: String, hint: &str) -> Self {
        Self {
            kind: ErrorKind::Usage,
            message,
            hint: Some(hint.to_owned()),
        }
    }

    pub fn output(message: String, hint: &str) -> Self {
        Self {
            kind: ErrorKind::Output,
            message,
            hint: Some(hint.to_owned()),
        }
    }

    pub fn unjudged(attempted: &str, error: &dyn std::error::Error) -> Self {
        Self {
            kind: ErrorKind::Unjudged,
            message: format!("{attempted}: {error}"),
            hint: None,
        }
    }

    pub fn engine(attempted: &str, error: &EngineError) -> Self {
        let kind = match error.class {
            data_validator_plugin::ErrorClass::Config => ErrorKind::Usage,
            _ => ErrorKind::Unjudged,
        };
        Self {
            kind,
            message: format!("{attempted}: {error}"),
            hint: None,
        }
    }
}

impl From<&StateError> for Error {
    fn from(error: &StateError) -> Self {
        Self {
            kind: ErrorKind::Output,
            message: error.message.clone(),
            hint: Some(error.hint.clone()),
        }
    }
}

impl From<StateError> for Error {
    fn from(error: StateError) -> Self {
        Self::from(&error)
    }
}

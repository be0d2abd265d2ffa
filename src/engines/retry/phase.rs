//! What a failure means, by what was done when it came.

use data_validator_plugin::{EngineError, ErrorClass};

use super::Failure;

/// What was done when a call failed. Single writes and commits are not among it: whether they can be
/// repeated does not follow from the class alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Opening a connection, which changes nothing.
    Connect,
    /// Reading, which changes nothing.
    Read,
    /// Publishing under a key: doing so again changes nothing, whatever became of the first attempt.
    Publish,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    GiveUp,
    /// The same again, on the same connection.
    Repeat,
    /// The same again, on a new connection.
    Reconnect,
}

impl Phase {
    /// An error that came in this phase.
    pub fn failed(self, error: EngineError) -> Failure {
        Failure { phase: self, error }
    }

    /// What to do about an error of this class, the `timeouts`-th of class `timeout` in this call.
    ///
    /// | class | connecting | reading, publishing |
    /// | --- | --- | --- |
    /// | transient | reconnect | repeat |
    /// | conflict | give up | repeat |
    /// | unavailable | reconnect | reconnect |
    /// | resource | reconnect | give up |
    /// | timeout, the first | reconnect | repeat |
    /// | all others | give up | give up |
    pub fn next(self, class: ErrorClass, timeouts: u32) -> Next {
        match (self, class) {
            (Self::Connect, ErrorClass::Transient | ErrorClass::Resource)
            | (_, ErrorClass::Unavailable) => Next::Reconnect,
            (Self::Read | Self::Publish, ErrorClass::Transient | ErrorClass::Conflict) => {
                Next::Repeat
            }
            (Self::Connect, ErrorClass::Timeout) if timeouts == 1 => Next::Reconnect,
            (Self::Read | Self::Publish, ErrorClass::Timeout) if timeouts == 1 => Next::Repeat,
            _ => Next::GiveUp,
        }
    }
}

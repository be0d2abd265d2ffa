//! Why a state cannot be used or saved.

use std::error::Error;
use std::path::Path;

/// What was attempted, on what, why it failed, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {hint}")]
pub struct StateError {
    pub kind: StateErrorKind,
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateErrorKind {
    /// The path is no file that can be read and replaced.
    Path,
    /// Another process holds the state, or nobody can hold it where it lies.
    Lock,
    /// A newer version wrote it.
    Newer,
    /// A table or a rule has a name that the format has no room for.
    Name,
    /// The engine that holds it refuses, or cannot be reached.
    Engine,
    /// Results are not kept.
    NotSaved,
}

impl StateError {
    pub(super) fn path(attempted: &str, path: &Path, why: impl AsRef<str>, hint: &str) -> Self {
        Self::on(StateErrorKind::Path, attempted, path, why.as_ref(), hint)
    }

    pub(super) fn lock(path: &Path, why: &str, hint: &str) -> Self {
        Self::on(
            StateErrorKind::Lock,
            "locking the state file",
            path,
            why,
            hint,
        )
    }

    pub(super) fn newer(path: &Path, format: &str) -> Self {
        let why = format!("its format is {format}, and this version knows none above 1");
        Self::on(
            StateErrorKind::Newer,
            "reading the state file",
            path,
            &why,
            "use the version that wrote it, or another state file",
        )
    }

    pub(super) fn name(message: String) -> Self {
        Self {
            kind: StateErrorKind::Name,
            message,
            hint: "give it another name".to_owned(),
        }
    }

    pub(super) fn not_saved(path: &Path, why: &dyn Error) -> Self {
        Self::on(
            StateErrorKind::NotSaved,
            "saving the state file",
            path,
            &why.to_string(),
            "free some space or choose another place; what was saved before is untouched, and the next run \
             redoes the rest",
        )
    }

    fn on(kind: StateErrorKind, attempted: &str, path: &Path, why: &str, hint: &str) -> Self {
        Self {
            kind,
            message: format!("{attempted} {}: {why}", path.display()),
            hint: hint.to_owned(),
        }
    }
}

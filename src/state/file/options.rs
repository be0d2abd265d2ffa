//! How a state is opened.

use std::time::Duration;

/// How a state is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// How long to wait for another process that holds the state.
    pub lock_timeout: Duration,
    pub lock: LockMode,
    pub durability: Durability,
    pub results: ResultsPlace,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(10),
            lock: LockMode::Auto,
            durability: Durability::Batch,
            results: ResultsPlace::Inline,
        }
    }
}

/// Whether others are kept out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// The lock file is locked; where that is impossible the state is refused.
    Auto,
    /// The user promises that no other process uses the state.
    None,
}

/// What a power cut may take; a crash of the process takes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The newest second within a table.
    #[default]
    Batch,
    /// Nothing that was put.
    Strict,
}

/// Where results are that are put from now on; those that are there stay where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultsPlace {
    /// In the state file.
    #[default]
    Inline,
    /// In files beside it, and a summary in the state file.
    External,
}

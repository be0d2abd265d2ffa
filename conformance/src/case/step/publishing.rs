//! Steps that publish.

use serde::Deserialize;

use super::query::{Failure, Query, main, one};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    pub publication: String,
    /// The publication's number.
    #[serde(default = "one")]
    pub n: u64,
    #[serde(default = "one")]
    pub times: u64,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    /// Through the host's retry loop, which ends what fails in passing.
    #[serde(default)]
    pub retried: bool,
    #[serde(default)]
    pub gives: Option<Published>,
    #[serde(default)]
    pub fails: Option<Failure>,
}

/// What a publication, or the question what became of it, is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Published {
    Published,
    Fenced,
    /// Nothing was published.
    Nothing,
    /// Whatever the answer is, or an error: what comes of it is asked for afterwards.
    Anything,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskOutcome {
    pub publication: String,
    #[serde(default = "one")]
    pub n: u64,
    #[serde(default = "main", rename = "in")]
    pub session: String,
    pub gives: Published,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtOnce {
    pub publication: String,
    pub sessions: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meanwhile {
    pub publication: String,
    /// The publications have the numbers from 1 to this.
    pub times: u64,
    /// Holds at every moment.
    pub always: Query,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Killed {
    pub publication: String,
    /// How often a process is killed.
    pub times: u64,
    /// A query for one number: that of the newest publication that is visible, 0 if none is. It gives NULL
    /// where what is visible is not whole.
    pub newest: String,
}

//! Faults of the connection to a service. Sessions with the name `proxied` have them.

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetFault {
    pub is: WireFault,
}

/// What happens to connections from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireFault {
    /// Nothing.
    None,
    /// New ones are reset at once.
    Refused,
    /// Those that are open are reset once, and nothing from then on.
    CutNow,
    /// One that commits is cut before the service hears of it.
    CutBeforeCommit,
    /// The service commits, and the connection is cut when it answers.
    CutAtAnswerToCommit,
}

/// The most that the engine may have done since the fault was set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireUse {
    pub connections: usize,
    pub commits: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutWhileReading {
    pub sql: String,
}

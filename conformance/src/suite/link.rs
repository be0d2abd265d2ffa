//! What the process of a case and the suite tell each other: a line of JSON each, on its output and its input.

use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;

/// What the process of a case asks for or says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Kill the service; answered when it is dead.
    KillService,
    /// Start the service again; answered when it takes connections.
    StartService,
    /// The case ended so, and in the step that did not come out as it says the engine was asked this.
    Ended { ended: Ended, sql: Vec<String> },
}

/// How a case ended, as its own process sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Pass,
    Fail(String),
    Skip(String),
    NotRun(String),
    Error(String),
}

/// The answer to a request that is not the last.
pub const DONE: &str = "done";

impl From<Ended> for Outcome {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Pass => Self::Pass,
            Ended::Fail(why) => Self::Fail(why),
            Ended::Skip(why) => Self::Skip(why),
            Ended::NotRun(why) => Self::NotRun(why),
            Ended::Error(why) => Self::Error(why),
        }
    }
}

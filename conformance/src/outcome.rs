//! How a case can end.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::case::Level;

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "why", rename_all = "kebab-case")]
pub enum Outcome {
    Pass,
    /// What the engine did otherwise than the case says.
    Fail(String),
    /// The engine does not declare what the case is about.
    Skip(String),
    /// The case fails, and the settings say why that is accepted.
    Waived(String),
    /// This machine, or the settings, lack what the case needs.
    NotRun(String),
    /// The suite's own fault.
    Error(String),
}

impl Outcome {
    /// The word for it in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail(_) => "FAIL",
            Self::Skip(_) => "SKIP",
            Self::Waived(_) => "WAIVED",
            Self::NotRun(_) => "NOT-RUN",
            Self::Error(_) => "ERROR",
        }
    }

    /// What there is to say about it; nothing of a pass.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Pass => None,
            Self::Fail(why)
            | Self::Skip(why)
            | Self::Waived(why)
            | Self::NotRun(why)
            | Self::Error(why) => Some(why),
        }
    }
}

/// A case and how it ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseResult {
    /// `group/behaviour`, which never changes.
    pub case: String,
    pub title: String,
    pub level: Level,
    /// The rule of the interface that is checked.
    pub checks: String,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Whether that is what the settings expect: a pass, a waiver, or a skip that they foresee.
    pub is_expected: bool,
    /// A command that runs the case alone.
    pub reproduce: String,
    /// What the engine was asked in the step that did not come out as the case says, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sql: Vec<String>,
    #[serde(serialize_with = "as_seconds", deserialize_with = "from_seconds")]
    pub seconds: Duration,
}

impl CaseResult {
    /// The case's group.
    pub fn group(&self) -> &str {
        self.case.split('/').next().unwrap_or_default()
    }
}

fn as_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1e3).round() / 1e3)
}

fn from_seconds<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
}

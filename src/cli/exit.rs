//! Exit codes. They are documented in the README and never renumbered.

use std::process::ExitCode;

use crate::config::Severity;
use crate::error::ErrorKind;
use crate::interrupt::Signal;
use crate::run::result::{Status, Summary};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All rules passed, or what failed does not count.
    Passed,
    /// A rule failed that counts.
    Failed,
    /// The command or the config is wrong.
    Usage,
    /// Some rule could not be judged.
    Unjudged,
    /// The report, the state or rows could not be written.
    NotWritten,
    /// Stopped by a signal.
    Stopped(Signal),
}

/// From which severity on a failed rule counts: `--fail-on`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    #[default]
    Error,
    Warning,
    Never,
}

impl FailOn {
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity == Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Never => false,
        }
    }
}

impl Exit {
    /// How a run with these summaries ends, if its report gets written.
    pub fn of(summaries: &[Summary], fail_on: FailOn) -> Self {
        let mut results = summaries.iter().flat_map(|summary| &summary.results);
        if summaries.iter().any(|summary| summary.unjudged_rules > 0) {
            Self::Unjudged
        } else if results
            .any(|result| result.status == Status::Failed && fail_on.counts(result.severity))
        {
            Self::Failed
        } else {
            Self::Passed
        }
    }

    pub fn number(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unjudged => 3,
            Self::NotWritten => 4,
            Self::Stopped(signal) => signal.exit_code(),
        }
    }

    /// The last line on stderr.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed: at least one rule failed",
            Self::Usage => "stopped: the command or the config is wrong; nothing was validated",
            Self::Unjudged => "incomplete: at least one rule could not be judged",
            Self::NotWritten => "not written: the report, the state or rows could not be written",
            Self::Stopped(Signal::Interrupt) => {
                "interrupted: what was done is kept; run again to continue"
            }
            Self::Stopped(Signal::Terminate) => {
                "terminated: what was done is kept; run again to continue"
            }
        }
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Unjudged => Self::Unjudged,
            ErrorKind::Output => Self::NotWritten,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.number().into()
    }
}

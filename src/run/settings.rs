//! How a run goes, what it gives, and what is told on the way.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::result::Summary;
use crate::config::{Reuse, Table};
use crate::interrupt::Interrupt;
use crate::plan::FormName;
use crate::selection::Selection;
use crate::state::StateError;

/// How a run goes, besides what the config says.
#[derive(Clone, Debug, Default)]
pub struct RunSettings {
    pub selection: Selection,
    /// The run's id; without it a run that died is continued, or a new one gets an id.
    pub run_id: Option<String>,
    /// Continue nothing and take no result over.
    pub no_resume: bool,
    /// In place of the config's.
    pub reuse: Option<Reuse>,
    /// The state file, in place of the config's.
    pub state: Option<PathBuf>,
    /// How long to wait for another process that has the state; ten seconds if not given.
    pub lock_timeout: Option<Duration>,
    /// Whether to go on where the file system has no locks.
    pub without_lock: bool,
    /// The form that questions are asked in where they have it, in place of the cheapest.
    pub form: Option<FormName>,
    /// Failing rows to show of each rule, in place of what its table says.
    pub samples: Option<u32>,
    /// How many tables are validated at a time; as many as there are processors if not given.
    pub jobs: Option<NonZeroUsize>,
    /// Asks the run to stop.
    pub interrupt: Interrupt,
    /// When the run is stopped.
    pub deadline: Option<Instant>,
    /// The moment that counts as now.
    pub now: Option<Timestamp>,
}

/// How tables are filtered.
#[derive(Clone, Debug, Default)]
pub struct FilterSettings {
    pub selection: Selection,
    /// Whether rows are written although rules could not be judged.
    pub allow_unjudged: bool,
    /// When the work is stopped.
    pub deadline: Option<Instant>,
    /// Asks the work to stop.
    pub interrupt: Interrupt,
    /// The moment that counts as now.
    pub now: Option<Timestamp>,
}

/// What a run gave.
#[derive(Debug)]
pub struct RunOutcome {
    pub summaries: Vec<Summary>,
    pub run_id: String,
    /// Whether an earlier process began this run.
    pub resumed: bool,
    /// What the state wants a user to know.
    pub warnings: Vec<String>,
    /// Why results could not be recorded; the verdicts stand all the same.
    pub state_error: Option<StateError>,
}

/// A table of a run as it is about to be validated, or was.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    Started {
        table: &'a Table,
        rules: usize,
    },
    Finished {
        summary: &'a Summary,
    },
    /// A call failed and is made again after a wait; the text says why.
    Waits(&'a str),
}

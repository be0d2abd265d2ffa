//! The arguments as written.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::case::Level;

/// What a case may take where nothing is said, in MiB.
pub const MEMORY_LIMIT_MIB: u64 = 2_048;

/// The roles in which this program starts itself. Their input is the suite's own.
pub const PERFORM: &str = "perform";
pub const DESCRIBE: &str = "describe-engine";
pub const HOLD_SESSION: &str = "hold-session";
pub const PUBLISH_UNTIL_KILLED: &str = "publish-until-killed";
pub const VALIDATOR: &str = "validator";

/// Proves that an engine of Data Validator behaves: real faults, cases as data, one command.
#[derive(Debug, Parser)]
#[command(name = "data-validator-conformance", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the cases on an engine; exit code 0: all as expected, 1: a case failed, 2: could not run
    Run(Run),
    /// Show the cases: name, level, what each says
    List(List),
    /// Show a case: the behaviour, the rule it checks, what is done, the wrong engines it catches
    Explain {
        /// The case's name, such as 'retry/a_query_waits_for_the_engine'
        case: String,
    },
    /// Compare two runs; exit code 1: a case that passed does not any more, or a badge is lost
    Diff {
        /// The results.json of a run, or the folder it is in
        old: PathBuf,
        /// Those of a later run
        new: PathBuf,
    },
    /// Run the suite on engines with one fault each; exit code 1: a fault is not found
    Mutants(Mutants),
    /// Show what several runs say of each case, as a table in Markdown
    Matrix(Matrix),
}

#[derive(Args, Debug)]
pub struct Run {
    #[command(flatten)]
    pub engine: EngineArguments,
    /// How the engine is reached and what takes it away [default for an engine linked in: its own]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write results.json, junit.xml, report.html and matrix.md into this folder
    #[arg(long, value_name = "FOLDER")]
    pub report: Option<PathBuf>,
    /// Only the cases whose names begin so, such as 'retry' or 'retry/a_query', or fit a pattern, such as
    /// '*/*_is_an_error' (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Only the cases of this level: core, transactional or resilient (can be repeated)
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Vec<Level>,
    /// Decides at which moments processes are killed [default: another one each time]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Run each case so often, with a seed of its own each time
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Run so many cases side by side, each with a service of its own where the suite starts it
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: u32,
    /// Kill a case that takes longer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    pub time_limit: Duration,
    /// Kill a case that takes more memory, with all processes that it starts, in MiB
    #[arg(long, value_name = "MIB", default_value_t = MEMORY_LIMIT_MIB)]
    pub memory_limit: u64,
    /// Count as failed what is skipped and not foreseen under 'skips', and what could not be run
    #[arg(long)]
    pub strict: bool,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct EngineArguments {
    /// An engine that is linked into this program
    #[arg(long, value_name = "NAME")]
    pub engine: Option<String>,
    /// The engine of a plugin file
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct List {
    /// Only the cases of this group (can be repeated)
    #[arg(long, value_name = "GROUP")]
    pub group: Vec<String>,
    /// Only the cases of this level: core, transactional or resilient (can be repeated)
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Vec<Level>,
}

#[derive(Args, Debug)]
pub struct Matrix {
    /// The results.json of each run, or the folder it is in: a column each
    #[arg(required = true, value_name = "RESULTS")]
    pub results: Vec<PathBuf>,
    /// Hold the table against this file; exit code 1: it is another one
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Mutants {
    /// Only the mutant of this name (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Run all cases on each mutant, and show which of them find the fault
    #[arg(long)]
    pub every_case: bool,
    /// Decides at which moments processes are killed [default: another one each time]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Kill a case that takes longer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub time_limit: Duration,
}

impl Run {
    /// Whether all cases of a level are chosen.
    pub fn is_whole(&self, level: Level) -> bool {
        self.only.is_empty() && (self.level.is_empty() || self.level.contains(&level))
    }
}

fn level(word: &str) -> Result<Level, String> {
    let level = Level::ALL.into_iter().find(|level| level.word() == word);
    level.ok_or_else(|| format!("the levels are {}", Level::ALL.map(Level::word).join(", ")))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<u64>().ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or("it is not a whole number of seconds from 1")?;
    Ok(Duration::from_secs(seconds))
}

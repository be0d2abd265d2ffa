//! The arguments of `data-validator state`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{ConfigArguments, time_span};
use crate::run::settings::RunSettings;

#[derive(Debug, Subcommand)]
pub enum State {
    /// Show what is recorded; works while a run goes on
    Show(StateArguments),
    /// Forget the results of a rule, a table, or all
    Reset(StateArguments),
    /// Write what is recorded as one JSON document, which is a state file; works while a run goes on
    Export(StateExport),
    /// Bring such a document into the state, all in one step or nothing
    Import(StateImport),
    /// Remove what nobody needs: results of tables and rules that the config has no more, and what is left of them
    Gc(StateGc),
    /// Make the tables of a state that is in an engine; those that are there stay as they are
    Init(StateInit),
}

#[derive(Args, Debug)]
pub struct StateInit {
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Print the SQL that does it, and connect to nothing
    #[arg(long)]
    pub print_sql: bool,
}

#[derive(Args, Debug)]
pub struct StateArguments {
    #[command(flatten)]
    pub config: ConfigArguments,
    #[command(flatten)]
    pub state: StateFile,
    /// Only this table
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// Only this rule of the table
    #[arg(long, value_name = "NAME", requires = "table")]
    pub rule: Option<String>,
}

#[derive(Args, Debug)]
pub struct StateExport {
    #[command(flatten)]
    pub config: ConfigArguments,
    #[command(flatten)]
    pub state: StateFile,
    /// The file to write, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(allow_missing_positional = true)]
pub struct StateImport {
    #[command(flatten)]
    pub config: ConfigArguments,
    /// A state file, such as 'state export' writes; - is stdin
    #[arg(value_name = "FILE", required = true)]
    pub document: PathBuf,
    #[command(flatten)]
    pub state: StateFile,
    /// Keep what is recorded, and the newer one of two results for the same rule
    #[arg(long, conflicts_with = "replace")]
    pub merge: bool,
    /// Forget all that is recorded
    #[arg(long)]
    pub replace: bool,
}

#[derive(Args, Debug)]
pub struct StateGc {
    #[command(flatten)]
    pub config: ConfigArguments,
    #[command(flatten)]
    pub state: StateFile,
    /// Tell what would be removed, and change nothing; works while a run goes on
    #[arg(long)]
    pub dry_run: bool,
    /// Remove results, and files that were set aside, that are older than this too
    #[arg(long, value_name = "TIME", value_parser = time_span)]
    pub older_than: Option<Duration>,
}

/// Where the state is and how it is locked.
#[derive(Args, Debug)]
pub struct StateFile {
    /// The state file, in place of the config's
    #[arg(long = "state", value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// How long to wait for another process that has the state
    #[arg(long, value_name = "TIME", value_parser = time_span, default_value = "10s")]
    pub lock_timeout: Duration,
    /// 'none' goes on where the file system has no locks; then let no two runs have one state
    #[arg(long, value_enum, default_value_t)]
    pub state_lock: StateLock,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StateLock {
    #[default]
    Auto,
    None,
}

impl StateFile {
    pub fn settings(&self) -> RunSettings {
        RunSettings {
            state: self.path.clone(),
            lock_timeout: Some(self.lock_timeout),
            without_lock: self.state_lock == StateLock::None,
            ..RunSettings::default()
        }
    }
}

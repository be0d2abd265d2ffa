//! The arguments as written.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::exit::FailOn;
use crate::config::{self, LoadOptions, MOST_SAMPLES, Reuse, Untrusted};
use crate::plan::FormName;
use crate::report::output::Output;
use crate::selection::Selection;
use state::{State, StateFile};

pub mod state;

/// Data-quality rules in YAML, run as few SQL queries on the engine that holds the data.
#[derive(Debug, Parser)]
#[command(name = "data-validator", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub color: colorchoice_clap::Color,
    /// Show what engines log: -v, -vv, -vvv
    #[arg(long, short, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Validate tables by the rules of a config (the default command)
    Run(Run),
    /// Check a config and show all its errors; opens no connection
    Lint(Lint),
    /// Write the rows that fail no rule to one place, and those that fail some to another
    Filter(Filter),
    /// Connect to an engine once and show what it is
    CheckConnection(CheckConnection),
    /// Show or forget what earlier runs recorded
    #[command(subcommand)]
    State(State),
    /// Show, inspect or begin engines that come as plugins
    #[command(subcommand)]
    Plugin(Plugin),
    /// Print the JSON Schema of a config, by which editors complete and check it
    Schema,
}

#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// Show the engines that can be chosen, where they are, and why a plugin is refused
    List(PluginList),
    /// Show what a plugin file is and can do; loads it, and opens no connection
    Inspect(PluginInspect),
    /// Write a folder with a new plugin that builds as it stands
    New(PluginNew),
}

#[derive(Args, Debug)]
pub struct PluginList {
    /// A config whose plugins are shown too
    #[arg(value_name = "CONFIG")]
    pub config: Option<PathBuf>,
    /// A plugin file to be shown too (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub plugin: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub struct PluginInspect {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct PluginNew {
    /// Name of the engine, by which a config chooses it; the folder gets it too
    #[arg(value_name = "NAME")]
    pub name: String,
    #[arg(long, value_enum)]
    pub lang: Language,
    /// The folder to write, in place of one of the engine's name
    #[arg(long, value_name = "FOLDER")]
    pub into: Option<PathBuf>,
}

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Rust,
    C,
    Cpp,
}

#[derive(Args, Debug)]
pub struct Run {
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Write the report; the format is that of the extension, or json=PATH, junit=PATH; - is stdout
    #[arg(long, value_name = "[FORMAT=]PATH")]
    pub output: Vec<Output>,
    /// Validate only this table (can be repeated, as the next two)
    #[arg(long, value_name = "NAME")]
    pub table: Vec<String>,
    /// Validate only rules of this name
    #[arg(long, value_name = "NAME")]
    pub rule: Vec<String>,
    /// Validate only rules that have this tag, or whose table has it
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// The run's id; the same id again continues a run that died
    #[arg(long, value_name = "ID")]
    pub run_id: Option<String>,
    /// Start a new run, continue none, and take no recorded result over
    #[arg(long)]
    pub no_resume: bool,
    /// Which recorded results to take over, in place of the config's
    #[arg(long, value_enum)]
    pub reuse: Option<Reuse>,
    #[command(flatten)]
    pub state: StateFile,
    /// Stop the run after this time; what was done is kept
    #[arg(long, value_name = "TIME", value_parser = time_span)]
    pub timeout: Option<Duration>,
    /// From which severity on a failed rule makes exit code 1
    #[arg(long, value_enum, default_value_t)]
    pub fail_on: FailOn,
    /// Take this moment for now, and leave durations out of the report
    #[arg(long, value_name = "TIMESTAMP")]
    pub now: Option<Timestamp>,
    /// Show so many failing rows of each rule in the report, in place of the config's 'samples'
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(MOST_SAMPLES)))]
    pub samples: Option<u32>,
    /// Show the scans and their SQL, and run none
    #[arg(long)]
    pub explain: bool,
    /// Validate so many tables at a time [default: the number of processors, 1 where a server is asked]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Ask each question in this form where it has it, to compare what forms cost
    #[arg(long, value_enum, value_name = "FORM")]
    pub form: Option<FormName>,
    /// Say nothing when all passed
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct Lint {
    #[command(flatten)]
    pub config: ConfigArguments,
}

#[derive(Args, Debug)]
pub struct Filter {
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Filter only this table (can be repeated, as the next two)
    #[arg(long, value_name = "NAME")]
    pub table: Vec<String>,
    /// Filter only by rules of this name
    #[arg(long, value_name = "NAME")]
    pub rule: Vec<String>,
    /// Filter only by rules that have this tag, or whose table has it
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Write rows although rules could not be judged; those that fail such a rule are not found
    #[arg(long)]
    pub allow_unjudged: bool,
    /// Stop after this time; tables that are not written by then keep their rows
    #[arg(long, value_name = "TIME", value_parser = time_span)]
    pub timeout: Option<Duration>,
    /// Take this moment for now
    #[arg(long, value_name = "TIMESTAMP")]
    pub now: Option<Timestamp>,
    /// Say nothing when all was written
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub struct CheckConnection {
    #[command(flatten)]
    pub config: ConfigArguments,
}

/// What every command needs to read a config.
#[derive(Args, Debug)]
pub struct ConfigArguments {
    /// The config file
    #[arg(value_name = "CONFIG", required_unless_present = "config_option")]
    pub config: Option<PathBuf>,
    /// The config file, as an option
    #[arg(
        long = "config",
        id = "config_option",
        value_name = "CONFIG",
        conflicts_with = "config"
    )]
    pub config_option: Option<PathBuf>,
    /// A YAML or JSON file that says where each table is
    #[arg(long, value_name = "FILE")]
    pub sources: Option<PathBuf>,
    /// Where one table is; wins over --sources and the config
    #[arg(long = "override", value_name = "TABLE=SOURCE", value_parser = pair)]
    pub overrides: Vec<(String, String)>,
    /// A value for ${param:NAME} in the config
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub param: Vec<(String, String)>,
    /// The default engine: a name under 'engines' or an engine type
    #[arg(long, value_name = "NAME")]
    pub engine: Option<String>,
    /// A plugin file with an engine (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub plugin: Vec<PathBuf>,
    /// Refuse what a config from a stranger, such as a pull request, must not do
    #[arg(long)]
    pub untrusted: bool,
    /// A variable that an untrusted config may put in with ${env:NAME} (can be repeated)
    #[arg(long, value_name = "NAME", requires = "untrusted")]
    pub allow_env: Vec<String>,
}

impl ConfigArguments {
    pub fn file(&self) -> PathBuf {
        self.config
            .clone()
            .or_else(|| self.config_option.clone())
            .unwrap_or_default()
    }

    pub fn load_options(&self, require_sources: bool) -> LoadOptions {
        LoadOptions {
            params: self.param.iter().cloned().collect::<BTreeMap<_, _>>(),
            sources: self.sources.clone(),
            overrides: self.overrides.clone(),
            engine: self.engine.clone(),
            plugins: self.plugin.clone(),
            untrusted: self.untrusted.then(|| Untrusted {
                allowed_variables: self.allow_env.iter().cloned().collect(),
            }),
            require_sources,
            ..LoadOptions::from_process()
        }
    }
}

impl Run {
    pub fn selection(&self) -> Selection {
        Selection {
            tables: self.table.clone(),
            rules: self.rule.clone(),
            tags: self.tag.clone(),
        }
    }
}

/// The arguments with `run` put in where they begin with an option or a file, as in the Python tool.
///
/// A bare word stays what it is, so that a misspelt command is told as one.
pub fn with_default_command(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    const NOT_OF_RUN: &[&str] = &["-h", "--help", "-V", "--version"];
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let begins_run = arguments.get(1).is_some_and(|first| {
        let text = first.to_string_lossy();
        let option = text.starts_with('-') && !NOT_OF_RUN.contains(&&*text);
        option || text.contains(['.', '/']) || Path::new(first).exists()
    });
    if begins_run {
        arguments.insert(1, "run".into());
    }
    arguments
}

/// A time span such as `10s` or `5m`.
fn time_span(text: &str) -> Result<Duration, String> {
    config::time_span(text)
        .ok_or_else(|| "it is not a time span such as 500ms, 10s, 5m or 7d".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is not of the form NAME=VALUE".to_owned()),
    }
}

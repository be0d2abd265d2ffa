//! `data-validator-job`: the job entry of the Python tool, on the same engine room as `run`.

use std::path::PathBuf;

use clap::Parser;

use super::Failure;
use super::exit::{Exit, FailOn};
use super::run::Job;
use super::signals;
use crate::config::{self, LoadOptions};
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::report::output::{Format, Output};
use crate::run::settings::RunSettings;

/// Validate tables by the rules of a config and write a JSON report.
#[derive(Debug, Parser)]
#[command(name = "data-validator-job", version)]
pub struct Arguments {
    /// The config file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A YAML or JSON file that says where each table is
    #[arg(long, value_name = "FILE")]
    sources: PathBuf,
    /// Where to write the report as JSON
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Start a new run, continue none, and take no recorded result over
    #[arg(long)]
    no_resume: bool,
}

pub fn job(arguments: &Arguments) -> Result<Exit, Failure> {
    let options = LoadOptions {
        sources: Some(arguments.sources.clone()),
        ..LoadOptions::from_process()
    };
    let config = config::load(&arguments.config, &options)?;
    let interrupt = Interrupt::default();
    signals::watch(interrupt.clone())
        .map_err(|error| Error::unjudged("installing signal handlers", &error))?;
    let settings = RunSettings {
        no_resume: arguments.no_resume,
        interrupt,
        ..RunSettings::default()
    };
    let output = Output {
        format: Format::Json,
        path: arguments.output.clone(),
    };
    Job {
        settings: &settings,
        outputs: &[output],
        fail_on: FailOn::default(),
        quiet: false,
    }
    .run(config)
}

//! `data-validator run`.

use std::io::{self, Write};

use super::Failure;
use super::args::Run;
use super::exit::Exit;
use super::explain::explain;
use super::progress::ProgressBar;
use crate::DataValidator;
use crate::config;
use crate::error::Error;
use crate::report::{Report, human};

pub fn run(arguments: &Run) -> Result<Exit, Failure> {
    let config = config::load(
        &arguments.config.file(),
        &arguments.config.load_options(true),
    )?;
    for warning in &config.warnings {
        anstream::eprintln!("{warning}");
    }
    let mut validator = DataValidator::from_config(config);
    let selection = arguments.selection();
    if arguments.explain {
        return explain(&mut validator, &selection);
    }
    for output in &arguments.output {
        output.check()?;
    }
    let mut bar = ProgressBar::new(arguments.quiet);
    let summaries = validator.validate(&selection, &mut |progress| bar.show(progress))?;
    bar.finish();

    let run_id = arguments
        .run_id
        .clone()
        .unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    let report = Report::new(validator.config(), summaries, run_id, arguments.now);
    let exit = Exit::of(&report.summaries, arguments.fail_on);
    let report_on_stdout = arguments
        .output
        .iter()
        .any(super::super::report::output::Output::is_stdout);
    let silent = report_on_stdout || (arguments.quiet && exit == Exit::Passed);
    if !silent {
        write!(anstream::stdout(), "{}", human::render(&report))
            .map_err(|error| not_printed(&error))?;
    }
    // Every report is tried, so that one bad path does not cost the others.
    let written: Vec<_> = arguments
        .output
        .iter()
        .map(|output| output.write(&report, arguments.fail_on))
        .collect();
    for output in arguments
        .output
        .iter()
        .zip(&written)
        .filter(|(_, written)| written.is_ok())
        .map(|(output, _)| output)
    {
        if !arguments.quiet && !output.is_stdout() {
            anstream::eprintln!("report: {}", output.path.display());
        }
    }
    written.into_iter().collect::<Result<(), Error>>()?;
    Ok(exit)
}

fn not_printed(error: &io::Error) -> Error {
    Error::output(
        format!("writing to stdout: {error}"),
        "check where stdout goes",
    )
}

//! The command line: what is asked for, and the exit code that answers.

mod diff;
mod explain;
mod list;
mod matrix;
mod mutants;
mod run;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{
    Arguments, Command, DESCRIBE, HOLD_SESSION, PERFORM, PUBLISH_UNTIL_KILLED, VALIDATOR,
};
use crate::perform;

/// A case failed, or did not end as the settings expect.
const FAILED: u8 = 1;
/// The suite could not be run.
const COULD_NOT_RUN: u8 = 2;

/// Runs the command that the arguments name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match arguments.get(1).and_then(|role| role.to_str()) {
        Some(PERFORM) => return perform::main(),
        Some(DESCRIBE) => return perform::describe(),
        Some(HOLD_SESSION) => return perform::hold_session(),
        Some(PUBLISH_UNTIL_KILLED) => return perform::publish_until_killed(),
        Some(VALIDATOR) => {
            let own = arguments.into_iter().skip(1);
            return data_validator::cli::main(own).into();
        }
        _ => {}
    }
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed stdout or stderr leaves nobody to tell.
            let _ = error.print();
            return match error.use_stderr() {
                true => COULD_NOT_RUN.into(),
                false => ExitCode::SUCCESS,
            };
        }
    };
    let ended = match &arguments.command {
        Command::Run(run) => run::run(run),
        Command::List(list) => list::list(list).map(|()| true),
        Command::Explain { case } => explain::explain(case).map(|()| true),
        Command::Diff { old, new } => diff::diff(old, new),
        Command::Mutants(mutants) => mutants::mutants(mutants),
        Command::Matrix(matrix) => matrix::matrix(matrix),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => FAILED.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            COULD_NOT_RUN.into()
        }
    }
}

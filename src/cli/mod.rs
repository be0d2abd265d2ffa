//! The command line: arguments in, answer on stdout, progress and errors on stderr, exit code out.

use std::ffi::OsString;
use std::fmt;

use anstyle::{AnsiColor, Style};
use clap::Parser;

use crate::config::ConfigErrors;
use crate::error::Error;
use args::{Arguments, Command};
use exit::Exit;

mod args;
mod check_connection;
pub mod exit;
mod explain;
mod filter;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod heap;
mod job;
mod lint;
mod logging;
mod plugin;
mod progress;
mod run;
mod schema;
mod signals;
mod state;

/// Runs the command that the arguments name, and tells how it ended.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    begin();
    let arguments: Arguments = match parse(args::with_default_command(arguments)) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    arguments.color.write_global();
    logging::show(arguments.verbose);
    let (told_by_silence, ended) = match &arguments.command {
        Command::Run(run) => (run.quiet || run.explain, run::run(run)),
        Command::Lint(lint) => (true, lint::lint(lint)),
        Command::Filter(filter) => (filter.quiet, filter::filter(filter)),
        Command::CheckConnection(check) => (true, check_connection::check_connection(check)),
        Command::State(command) => (true, state::state(command)),
        Command::Plugin(command) => (true, plugin::plugin(command)),
        Command::Schema => (true, schema::schema()),
    };
    end(ended, told_by_silence)
}

/// Runs `data-validator-job` with these arguments, and tells how it ended.
pub fn job(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    begin();
    match parse(arguments) {
        Ok(arguments) => end(job::job(&arguments), false),
        Err(exit) => exit,
    }
}

/// What a process does once.
fn begin() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    heap::keep_freed_memory();
}

fn parse<A: Parser>(arguments: impl IntoIterator<Item = OsString>) -> Result<A, Exit> {
    A::try_parse_from(arguments).map_err(|error| {
        // A closed stdout or stderr leaves nobody to tell.
        let _ = error.print();
        if error.use_stderr() {
            Exit::Usage
        } else {
            Exit::Passed
        }
    })
}

fn end(ended: Result<Exit, Failure>, told_by_silence: bool) -> Exit {
    let exit = ended.unwrap_or_else(|failure| {
        anstream::eprintln!("{failure}");
        failure.exit()
    });
    if !(told_by_silence && exit == Exit::Passed) {
        anstream::eprintln!("{} (exit code {})", exit.meaning(), exit.number());
    }
    exit
}

/// Why a command stopped.
enum Failure {
    Config(ConfigErrors),
    Command(Error),
}

impl Failure {
    fn exit(&self) -> Exit {
        match self {
            Self::Config(_) => Exit::Usage,
            Self::Command(error) => error.kind.into(),
        }
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Command(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const RED: Style = AnsiColor::Red.on_default().bold();
        match self {
            Self::Config(errors) => write!(f, "{errors}"),
            Self::Command(error) => {
                write!(f, "{RED}error{RED:#}: {error}")?;
                error
                    .hint
                    .as_ref()
                    .map_or(Ok(()), |hint| write!(f, "\n  help: {hint}"))
            }
        }
    }
}

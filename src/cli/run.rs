//! `data-validator run`.

use std::io::{self, Write};
use std::mem;
use std::path::Path;
use std::time::Instant;

use anstream::AutoStream;

use super::Failure;
use super::args::Run;
use super::exit::{Exit, FailOn};
use super::explain::explain;
use super::progress::ProgressBar;
use super::signals;
use crate::DataValidator;
use crate::config::{self, Config};
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::report::output::Output;
use crate::report::{Report, human};
use crate::run::settings::RunSettings;

pub fn run(arguments: &Run) -> Result<Exit, Failure> {
    let config = config::load(
        &arguments.config.file(),
        &arguments.config.load_options(true),
    )?;
    if arguments.explain {
        warn_of(&config);
        return explain(
            &mut DataValidator::from_config(config),
            &arguments.selection(),
            arguments.form,
            arguments.now,
        );
    }
    let interrupt = Interrupt::default();
    signals::watch(interrupt.clone())
        .map_err(|error| Error::unjudged("installing signal handlers", &error))?;
    let settings = RunSettings {
        selection: arguments.selection(),
        run_id: arguments.run_id.clone(),
        no_resume: arguments.no_resume,
        reuse: arguments.reuse,
        interrupt,
        deadline: arguments
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout)),
        now: arguments.now,
        form: arguments.form,
        samples: arguments.samples,
        jobs: arguments.jobs,
        ..arguments.state.settings()
    };
    Job {
        settings: &settings,
        outputs: &arguments.output,
        fail_on: arguments.fail_on,
        quiet: arguments.quiet,
    }
    .run(config)
}

/// A run with its outputs.
pub struct Job<'a> {
    pub settings: &'a RunSettings,
    pub outputs: &'a [Output],
    pub fail_on: FailOn,
    pub quiet: bool,
}

impl Job<'_> {
    /// Validates, shows the summary, writes the reports, and tells how it ended.
    pub fn run(&self, config: Config) -> Result<Exit, Failure> {
        warn_of(&config);
        let mut validator = DataValidator::from_config(config);
        for output in self.outputs {
            output.check()?;
        }
        self.refuse_links(validator.config())?;
        self.refuse_same_file(validator.config())?;
        let bar = ProgressBar::new(self.quiet);
        let requested = || self.settings.interrupt.requested();
        let shown = validator.validate_and_show(
            self.settings,
            &mut |progress| bar.show(progress),
            |config, outcome| {
                bar.finish();
                warn(&outcome.warnings);
                let report = Report::new(config, outcome, self.settings.now);
                let exit = match requested() {
                    Some(signal) => Exit::Stopped(signal),
                    None => Exit::of(&report.summaries, self.fail_on),
                };
                let written = self.show(&report, exit);
                // The process ends with it: the kernel takes memory back at once, and not piece by piece.
                mem::forget(report);
                (exit, written)
            },
        );
        let ((exit, written), saved) = match (shown, requested()) {
            (Ok(shown), _) => shown,
            // It was stopped while it waited for the state.
            (Err(_), Some(signal)) => return Ok(Exit::Stopped(signal)),
            (Err(error), None) => return Err(error.into()),
        };
        match saved {
            Ok(told) => warn(&told),
            Err(_) if matches!(exit, Exit::Stopped(_)) => {}
            Err(error) => {
                written?;
                return Err(Error::from(error).into());
            }
        }
        written.map(|()| exit)
    }

    /// A link that a stranger put where a report goes would let the stranger choose what it replaces.
    fn refuse_links(&self, config: &Config) -> Result<(), Error> {
        let Some(folder) = &config.confined_to else {
            return Ok(());
        };
        for output in self.outputs.iter().filter(|output| !output.is_stdout()) {
            config::refuse_link(&output.path, folder).map_err(|(message, hint)| {
                Error::usage(
                    format!("the report {}: {message}", output.path.display()),
                    &hint,
                )
            })?;
        }
        Ok(())
    }

    /// A report must not replace the config, the state or another report.
    fn refuse_same_file(&self, config: &Config) -> Result<(), Error> {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let state = self
            .settings
            .state
            .as_ref()
            .or(config.pipeline.state_file.as_ref());
        let mut taken = vec![(real(&config.file), "the config")];
        let state = state.map(|path| (real(path), "the state file"));
        let outputs = self.outputs.iter().filter(|output| !output.is_stdout());
        for (path, what) in state
            .into_iter()
            .chain(outputs.map(|output| (real(&output.path), "a report")))
        {
            if let Some((path, other)) = taken.iter().find(|(known, _)| *known == path) {
                let message = format!("{what} and {other} have one path, {}", path.display());
                return Err(Error::usage(message, "give each a path of its own"));
            }
            taken.push((path, what));
        }
        Ok(())
    }

    fn show(&self, report: &Report, exit: Exit) -> Result<(), Failure> {
        let report_on_stdout = self.outputs.iter().any(Output::is_stdout);
        if !(report_on_stdout || (self.quiet && exit == Exit::Passed)) {
            print(&human::render(report)).map_err(|error| not_printed(&error))?;
        }
        // Every report is tried, so that one bad path does not cost the others.
        let written: Vec<_> = self
            .outputs
            .iter()
            .map(|output| output.write(report, self.fail_on))
            .collect();
        for (output, written) in self.outputs.iter().zip(&written) {
            if written.is_ok() && !self.quiet && !output.is_stdout() {
                anstream::eprintln!("report: {}", output.path.display());
            }
        }
        Ok(written.into_iter().collect::<Result<(), Error>>()?)
    }
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        anstream::eprintln!("warning: {warning}");
    }
}

fn warn_of(config: &Config) {
    for warning in &config.warnings {
        anstream::eprintln!("{warning}");
    }
}

/// Prints a long text in one piece; without its colours where nobody would see them.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    let mut shown = AutoStream::new(Vec::new(), AutoStream::choice(&stdout));
    shown.write_all(text.as_bytes())?;
    stdout.write_all(&shown.into_inner())
}

fn not_printed(error: &io::Error) -> Error {
    Error::output(
        format!("writing to stdout: {error}"),
        "check where stdout goes",
    )
}

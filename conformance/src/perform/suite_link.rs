//! The way from the process of a case to the suite.

use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use anyhow::{Context, ensure};

use crate::suite::link::{DONE, Ended, Request};

/// The process's own input and output; what an engine writes there is found.
pub struct SuiteLink {
    answers: Receiver<String>,
}

impl SuiteLink {
    /// Listens to the suite. When it is gone, this process ends: nobody would end it later.
    pub fn open() -> Self {
        let (sender, answers) = channel();
        thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
            std::process::exit(1);
        });
        Self { answers }
    }

    /// Has the suite do something, and waits until it is done.
    ///
    /// # Errors
    /// When the suite is gone.
    pub fn ask(&self, request: &Request) -> anyhow::Result<()> {
        tell(request)?;
        let answer = self.answers.recv().context("hearing of the suite")?;
        ensure!(answer == DONE, "the suite answers '{answer}'");
        Ok(())
    }
}

/// Says how the case ended, and what the engine was asked last; the process's last word.
pub fn end(ended: Ended, sql: Vec<String>) -> ExitCode {
    match tell(&Request::Ended { ended, sql }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn tell(request: &Request) -> anyhow::Result<()> {
    let line = serde_json::to_string(request)?;
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").context("telling the suite")?;
    output.flush().context("telling the suite")
}

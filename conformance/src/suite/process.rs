//! The process of a case: started, answered, and ended when it takes too long.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use data_validator_plugin::Description;

use super::job::{EngineChoice, Job};
use super::link::{DONE, Request};
use super::service::Service;
use crate::arguments::{DESCRIBE, PERFORM};
use crate::outcome::Outcome;

/// So much of what a process says on stderr is shown, the newest.
const SHOWN_BYTES: usize = 4_000;

/// Runs a case in a process of its own.
///
/// # Errors
/// When no process can be started.
pub fn perform(
    job: &Job,
    time_limit: Duration,
    mut service: Option<&mut Service>,
) -> anyhow::Result<Outcome> {
    let mut process = Process::start(PERFORM, &serde_json::to_string(job)?)?;
    let deadline = Instant::now() + time_limit;
    let said = loop {
        let line = match process.next_line(deadline) {
            Ok(line) => line,
            Err(RecvTimeoutError::Disconnected) => break None,
            Err(RecvTimeoutError::Timeout) => {
                let (_, shown) = process.end();
                let seconds = time_limit.as_secs();
                return Ok(Outcome::Fail(format!(
                    "it took longer than {seconds} s and was killed{shown}"
                )));
            }
        };
        match serde_json::from_str(&line) {
            Ok(Request::Ended(ended)) => break Some(Outcome::from(ended)),
            Ok(Request::KillService) => {
                if let Some(service) = &mut service {
                    service.kill();
                }
            }
            Ok(Request::StartService) => {
                if let Some(service) = &mut service {
                    service.bring_back();
                }
            }
            Err(_) => {
                process.end();
                return Ok(Outcome::Fail(format!(
                    "the engine wrote to the process's standard output, which is not its own: {line:?}"
                )));
            }
        }
        process.answer();
    };
    let (status, shown) = process.end();
    Ok(said.unwrap_or_else(|| Outcome::Fail(format!("{}{shown}", described(status)))))
}

/// What an engine says of itself, asked in a process of its own.
///
/// # Errors
/// When it cannot be loaded or does not answer.
pub fn describe(engine: &EngineChoice, time_limit: Duration) -> anyhow::Result<Description> {
    let mut process = Process::start(DESCRIBE, &serde_json::to_string(engine)?)?;
    let line = process.next_line(Instant::now() + time_limit);
    let (status, shown) = process.end();
    match line {
        Ok(line) => serde_json::from_str(&line)
            .with_context(|| format!("reading what the engine says of itself: {line}")),
        Err(RecvTimeoutError::Timeout) => bail!("the engine does not say what it is{shown}"),
        Err(RecvTimeoutError::Disconnected) => {
            bail!("asking the engine what it is: {}{shown}", described(status))
        }
    }
}

/// A process of this program, in a process group of its own, that is killed with all it started.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
}

impl Process {
    fn start(role: &str, line: &str) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("finding this program")?;
        let mut child = Command::new(program)
            .arg(role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("starting a process for the case")?;
        let mut input = child.stdin.take();
        if let Some(input) = &mut input {
            // A process that is gone already is told of when its output ends.
            let _ = writeln!(input, "{line}");
        }
        let (sender, lines) = channel();
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let errors = child.stderr.take().map(|mut errors| {
            thread::spawn(move || {
                let mut said = Vec::new();
                let _ = errors.read_to_end(&mut said);
                String::from_utf8_lossy(&said).into_owned()
            })
        });
        Ok(Self {
            child,
            input,
            lines,
            errors,
        })
    }

    fn next_line(&self, deadline: Instant) -> Result<String, RecvTimeoutError> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.lines.recv_timeout(left)
    }

    fn answer(&mut self) {
        if let Some(input) = &mut self.input {
            let _ = writeln!(input, "{DONE}");
        }
    }

    /// Ends the process and all it started, if it has not ended; how it ended, and what it said last.
    fn end(&mut self) -> (Option<ExitStatus>, String) {
        drop(self.input.take());
        let ended = self.wait_a_moment();
        kill_group(self.child.id());
        let status = ended.or_else(|| self.child.wait().ok());
        let said = self.errors.take().and_then(|errors| errors.join().ok());
        let said = said.unwrap_or_default();
        let mut start = said.len().saturating_sub(SHOWN_BYTES);
        while !said.is_char_boundary(start) {
            start += 1;
        }
        let shown = said[start..].trim();
        let shown = match shown {
            "" => String::new(),
            shown => format!("; it said:\n{shown}"),
        };
        (status, shown)
    }

    /// A process that said its last word, or whose output ended, is about to end by itself.
    fn wait_a_moment(&mut self) -> Option<ExitStatus> {
        const PATIENCE: Duration = Duration::from_secs(2);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(1));
        }
        None
    }
}

/// Kills all processes of a group; there is nothing to kill where all have ended.
fn kill_group(group: u32) {
    // A shell's own command: the standard library sends no signals.
    let _ = Command::new("sh")
        .args(["-c", "kill -KILL -- -\"$0\"", &group.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// The end of a process that did not say how its case ended.
fn described(status: Option<ExitStatus>) -> String {
    match status {
        Some(status) => format!("its process ended early: {status}"),
        None => "its process did not end".to_owned(),
    }
}

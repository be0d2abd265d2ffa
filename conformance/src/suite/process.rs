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
use super::memory;
use super::service::Service;
use crate::arguments::{DESCRIBE, PERFORM};
use crate::outcome::Outcome;

/// So much of what a process says on stderr is shown, the newest.
const SHOWN_BYTES: usize = 4_000;
/// How long it takes at most until a process is found to take too much memory.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What a case may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub time: Duration,
    /// Of its process and those that it starts, together.
    pub memory_bytes: u64,
}

/// How a case ended, and what the engine was asked in the step that did not come out as the case says.
pub struct Performed {
    pub outcome: Outcome,
    pub sql: Vec<String>,
}

/// Runs a case in a process of its own.
///
/// # Errors
/// When no process can be started.
pub fn perform(
    job: &Job,
    limits: Limits,
    mut service: Option<&mut Service>,
) -> anyhow::Result<Performed> {
    let mut process = Process::start(PERFORM, &serde_json::to_string(job)?)?;
    let deadline = Instant::now() + limits.time;
    loop {
        let line = match process.next_line(deadline, limits.memory_bytes) {
            Ok(line) => line,
            Err(silence) => return Ok(process.end_of_silent(silence, limits).into()),
        };
        match serde_json::from_str(&line) {
            Ok(Request::Ended { ended, sql }) => {
                process.end();
                return Ok(Performed {
                    outcome: ended.into(),
                    sql,
                });
            }
            Ok(Request::KillService) => {
                if let Some(service) = &mut service {
                    service.kill()?;
                }
            }
            Ok(Request::StartService) => {
                if let Some(service) = &mut service {
                    service.bring_back()?;
                }
            }
            Err(_) => {
                process.end();
                return Ok(format!(
                    "the engine wrote to the process's standard output, which is not its own: {line:?}"
                )
                .into());
            }
        }
        process.answer();
    }
}

/// What an engine says of itself, asked in a process of its own.
///
/// # Errors
/// When it cannot be loaded or does not answer.
pub fn describe(engine: &EngineChoice, limits: Limits) -> anyhow::Result<Description> {
    let mut process = Process::start(DESCRIBE, &serde_json::to_string(engine)?)?;
    match process.next_line(Instant::now() + limits.time, limits.memory_bytes) {
        Ok(line) => {
            process.end();
            serde_json::from_str(&line)
                .with_context(|| format!("reading what the engine says of itself: {line}"))
        }
        Err(silence) => bail!(
            "asking the engine what it is: {}",
            process.end_of_silent(silence, limits)
        ),
    }
}

/// Why a process says nothing more.
#[derive(Clone, Copy)]
enum Silence {
    Ended,
    TookTooLong,
    TookTooMuchMemory,
}

/// A case that fails for this reason.
impl From<String> for Performed {
    fn from(why: String) -> Self {
        Self {
            outcome: Outcome::Fail(why),
            sql: Vec::new(),
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

    /// The next line of the process's output, while it keeps to its limits.
    fn next_line(&self, deadline: Instant, memory_bytes: u64) -> Result<String, Silence> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(BETWEEN_LOOKS)) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => return Err(Silence::Ended),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Err(Silence::TookTooLong);
                }
                Err(RecvTimeoutError::Timeout) => {
                    if memory::of_group(self.child.id()) > memory_bytes {
                        return Err(Silence::TookTooMuchMemory);
                    }
                }
            }
        }
    }

    /// Ends a process that says nothing more, and tells why.
    fn end_of_silent(&mut self, silence: Silence, limits: Limits) -> String {
        let killed_for = match silence {
            Silence::Ended => {
                let (status, shown) = self.end();
                return format!("{}{shown}", described(status));
            }
            Silence::TookTooLong => format!("longer than {} s", limits.time.as_secs()),
            Silence::TookTooMuchMemory => {
                format!("more than {} MiB of memory", limits.memory_bytes >> 20)
            }
        };
        kill_group(self.child.id());
        let (_, shown) = self.end();
        format!("it took {killed_for} and was killed{shown}")
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

/// What is left of the process when nobody waits for it any more.
impl Drop for Process {
    fn drop(&mut self) {
        if self.errors.is_some() {
            kill_group(self.child.id());
            self.end();
        }
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

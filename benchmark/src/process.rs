//! A process and what it took.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use wait4::Wait4;

/// What a process took, from its start to its end.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub wall: Duration,
    /// In user mode and in the kernel, on all cores.
    pub cpu: Duration,
    pub peak_bytes: u64,
}

/// Runs a process to its end with its output in a file.
///
/// # Errors
/// When it cannot be started or ends otherwise than with one of these exit codes; the error has the
/// last lines of what it said.
pub fn run(command: &mut Command, exit_codes: &[i32], output: &Path) -> anyhow::Result<Usage> {
    let name = command.get_program().to_string_lossy().into_owned();
    let create =
        |path: &Path| File::create(path).with_context(|| format!("writing {}", path.display()));
    let errors = output.with_extension("errors");
    command
        .stdin(Stdio::null())
        .stdout(create(output)?)
        .stderr(create(&errors)?);
    let started = Instant::now();
    let child = command
        .spawn()
        .with_context(|| format!("starting {name}"))?;
    let used = child
        .wait4()
        .with_context(|| format!("waiting for {name}"))?;
    let wall = started.elapsed();
    if used
        .status
        .code()
        .is_none_or(|code| !exit_codes.contains(&code))
    {
        let said = fs::read_to_string(&errors).unwrap_or_default();
        bail!("running {name} ended with {}: {}", used.status, end(&said));
    }
    Ok(Usage {
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        peak_bytes: used.rusage.maxrss,
    })
}

/// The last lines of a text, on one line.
fn end(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(10)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unexpected_end_tells_what_the_process_said() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such table >&2; exit 7"]);
        let error = run(&mut command, &[0], &folder.path().join("output")).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains("exit status: 7: no such table"), "{error}");
    }

    #[test]
    fn memory_is_in_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("true");
        let usage = run(&mut command, &[0], &folder.path().join("output")).unwrap();
        assert!(usage.peak_bytes > 100_000, "{usage:?}");
    }

    #[test]
    fn only_the_end_of_a_long_text_is_told() {
        let text = "first\nsecond\n\n".repeat(6);
        assert_eq!(end(&text), ["first / second"; 5].join(" / "));
        assert_eq!(end(""), "");
    }
}

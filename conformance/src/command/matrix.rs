//! `matrix`: several runs side by side.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::arguments::Matrix;
use crate::report::{Results, matrix};

/// Prints the table, or holds it against a file; whether it is that file's.
///
/// # Errors
/// When a run's results or the file cannot be read, or stdout is closed.
pub fn matrix(arguments: &Matrix) -> anyhow::Result<bool> {
    let runs = arguments.results.iter().map(|path| Results::read(path));
    let runs: Vec<Results> = runs.collect::<anyhow::Result<_>>()?;
    let made = matrix::render(&runs.iter().collect::<Vec<_>>());
    match &arguments.check {
        Some(file) => is_that_of(file, &made),
        None => {
            write!(std::io::stdout(), "{made}").context("writing the table")?;
            Ok(true)
        }
    }
}

fn is_that_of(file: &Path, made: &str) -> anyhow::Result<bool> {
    let committed = std::fs::read_to_string(file)
        .with_context(|| format!("reading the table {}", file.display()))?;
    if committed == made {
        return Ok(true);
    }
    let differs = committed
        .lines()
        .zip(made.lines())
        .position(|(one, other)| one != other)
        .unwrap_or_else(|| committed.lines().count().min(made.lines().count()));
    let line = |text: &str| text.lines().nth(differs).unwrap_or("nothing").to_owned();
    eprintln!(
        "{} is not what the runs say, from line {} on:\n    {}\nin place of\n    {}\nrun the same command \
         without --check, and write what it prints into the file",
        file.display(),
        differs + 1,
        line(&committed),
        line(made),
    );
    Ok(false)
}

//! `list`: all cases.

use std::io::Write;

use anyhow::Context;

use crate::case::collection::all;
use crate::report::text::word_of;

/// Prints a line for each case.
///
/// # Errors
/// When a case is not of the form, or stdout is closed.
pub fn list() -> anyhow::Result<()> {
    let cases = all()?;
    let width = cases.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let mut output = std::io::stdout().lock();
    for case in &cases {
        let level = word_of(case.body.level);
        writeln!(output, "{:width$}  {level:13}  {}", case.id, case.title)
            .context("writing the list")?;
    }
    Ok(())
}

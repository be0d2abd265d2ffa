//! `explain`: one case.

use std::io::Write;

use anyhow::Context;

use crate::case::collection::{named, source_of};
use crate::mutants;

/// Prints what a case says and does.
///
/// # Errors
/// When there is no such case, or stdout is closed.
pub fn explain(id: &str) -> anyhow::Result<()> {
    let case = named(id)?;
    let level = case.body.level.word();
    let mut output = std::io::stdout().lock();
    let explained = format!(
        "{id} ({level})\nchecks: {}\n\n{}\n",
        case.body.checks,
        source_of(id)?.trim()
    );
    write!(output, "{explained}").context("writing the case")?;
    let mut caught = mutants::all()
        .filter(|mutant| mutant.caught_by == id)
        .peekable();
    if caught.peek().is_some() {
        writeln!(output, "\nIt finds these wrong engines:").context("writing the case")?;
    }
    for mutant in caught {
        writeln!(output, "- {}: {}", mutant.name, mutant.wrong).context("writing the case")?;
    }
    Ok(())
}

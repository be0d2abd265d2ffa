//! `explain`: one case.

use std::io::Write;

use anyhow::Context;

use crate::case::collection::{named, source_of};

/// Prints what a case says and does.
///
/// # Errors
/// When there is no such case, or stdout is closed.
pub fn explain(id: &str) -> anyhow::Result<()> {
    let case = named(id)?;
    let level = case.body.level.word();
    writeln!(
        std::io::stdout(),
        "{id} ({level})\nchecks: {}\n\n{}",
        case.body.checks,
        source_of(id)?.trim()
    )
    .context("writing the case")
}

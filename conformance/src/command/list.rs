//! `list`: the cases.

use std::io::Write;

use anyhow::{Context, ensure};

use crate::arguments::List;
use crate::case::Case;
use crate::case::collection::all;

/// Prints a line for each case that is asked for.
///
/// # Errors
/// When there is no such group, or stdout is closed.
pub fn list(arguments: &List) -> anyhow::Result<()> {
    let mut cases = all()?;
    let mut groups: Vec<&str> = cases.iter().map(Case::group).collect();
    groups.dedup();
    for group in &arguments.group {
        ensure!(
            groups.contains(&group.as_str()),
            "there is no group '{group}'; the groups are {}",
            groups.join(", ")
        );
    }
    let List { group, level } = arguments;
    cases.retain(|case| {
        (group.is_empty() || group.iter().any(|group| group == case.group()))
            && (level.is_empty() || level.contains(&case.body.level))
    });
    let width = cases.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let mut output = std::io::stdout().lock();
    for case in &cases {
        let level = case.body.level.word();
        writeln!(output, "{:width$}  {level:13}  {}", case.id, case.title)
            .context("writing the list")?;
    }
    Ok(())
}

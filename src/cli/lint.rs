//! `data-validator lint`.

use super::Failure;
use super::args::Lint;
use super::exit::Exit;
use crate::config;

pub fn lint(arguments: &Lint) -> Result<Exit, Failure> {
    let config = config::load(
        &arguments.config.file(),
        &arguments.config.load_options(false),
    )?;
    for warning in &config.warnings {
        anstream::eprintln!("{warning}");
    }
    let rules: usize = config.tables.iter().map(|table| table.rules.len()).sum();
    anstream::println!(
        "{}: no errors in {rules} rules of {} tables",
        config.file.display(),
        config.tables.len()
    );
    Ok(Exit::Passed)
}

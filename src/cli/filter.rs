//! `data-validator filter`.

use std::time::Instant;

use super::args::Filter;
use super::exit::Exit;
use super::{Failure, signals};
use crate::DataValidator;
use crate::config::{self, Target};
use crate::error::{Error, ErrorKind};
use crate::interrupt::Interrupt;
use crate::run::filter::Filtered;
use crate::run::filter::places::shown;
use crate::run::settings::FilterSettings;
use crate::selection::Selection;

pub fn filter(arguments: &Filter) -> Result<Exit, Failure> {
    let config = config::load(
        &arguments.config.file(),
        &arguments.config.load_options(true),
    )?;
    for warning in &config.warnings {
        anstream::eprintln!("{warning}");
    }
    let interrupt = Interrupt::default();
    signals::watch(interrupt.clone())
        .map_err(|error| Error::unjudged("installing signal handlers", &error))?;
    let settings = FilterSettings {
        selection: Selection {
            tables: arguments.table.clone(),
            rules: arguments.rule.clone(),
            tags: arguments.tag.clone(),
        },
        allow_unjudged: arguments.allow_unjudged,
        deadline: arguments
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout)),
        interrupt: interrupt.clone(),
        now: arguments.now,
    };
    let mut validator = DataValidator::from_config(config);
    let mut exits = Vec::new();
    validator.filter(&settings, &mut |filtered| match filtered {
        Ok(filtered) => {
            exits.push(match filtered.unjudged.is_empty() {
                true => Exit::Passed,
                false => Exit::Unjudged,
            });
            if !arguments.quiet {
                show(&filtered);
            }
        }
        Err(error) => {
            exits.push(error.kind.into());
            anstream::eprintln!("{}", Failure::Command(error));
        }
    })?;
    Ok(match interrupt.requested() {
        Some(signal) => Exit::Stopped(signal),
        None => gravest(&exits),
    })
}

/// The exit of several tables, in the documented order.
fn gravest(exits: &[Exit]) -> Exit {
    let order: [Exit; 3] =
        [ErrorKind::Usage, ErrorKind::Output, ErrorKind::Unjudged].map(Exit::from);
    order
        .into_iter()
        .find(|exit| exits.contains(exit))
        .unwrap_or(Exit::Passed)
}

fn show(filtered: &Filtered) {
    let part = |rows: u64, what: &str, target: &Option<Target>| {
        let place = target.as_ref().map_or_else(
            || "not written".to_owned(),
            |target| format!("→ {}", shown(target)),
        );
        format!("{rows} {what} {place}")
    };
    let places = &filtered.places;
    anstream::println!(
        "{}: {}, {}",
        filtered.table,
        part(filtered.clean_rows, "clean", &places.clean),
        part(filtered.quarantined_rows, "quarantined", &places.quarantine)
    );
    for (rule, failed) in &filtered.without_rows {
        anstream::println!(
            "  rule '{rule}' names no rows: its {failed} failed records are among those written"
        );
    }
    for why in &filtered.unjudged {
        anstream::println!("  {why}");
    }
}

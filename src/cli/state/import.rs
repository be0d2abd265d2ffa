//! `data-validator state import`.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::DataValidator;
use crate::cli::Failure;
use crate::cli::args::state::StateImport;
use crate::cli::exit::Exit;
use crate::error::{Error, ErrorKind};
use crate::state::import::{Imported, Present};
use crate::state::{Entries, document};

pub fn import(validator: &DataValidator, arguments: &StateImport) -> Result<Exit, Failure> {
    let document = read(&arguments.document)?;
    let present = match (arguments.merge, arguments.replace) {
        (true, _) => Some(Present::Merged),
        (_, true) => Some(Present::Replaced),
        (false, false) => None,
    };
    let strangers = unknown_tables(validator, &document);
    let settings = arguments.state.settings();
    let imported = validator.import_state(&settings, document, present)?;
    for (table, rule) in &imported.damaged {
        anstream::eprintln!(
            "warning: the result of rule '{rule}' of table '{table}' is damaged and left out; the rule runs again"
        );
    }
    if !strangers.is_empty() {
        anstream::eprintln!(
            "warning: the config has no {}; 'data-validator state gc' removes their results",
            named(&strangers)
        );
    }
    let place = validator.state_place(&settings);
    let place = place.map_or_else(String::new, |place| place.to_string());
    anstream::println!("{}", told(&imported, &place));
    Ok(Exit::Passed)
}

fn read(path: &Path) -> Result<Entries, Error> {
    let text = match path.to_str() {
        Some("-") => {
            let mut text = Vec::new();
            io::stdin().read_to_end(&mut text).map(|_| text)
        }
        _ => fs::read(path),
    };
    let text = text.map_err(|error| {
        let message = format!("reading the exported state {}: {error}", path.display());
        Error::usage(message, "check the path and its permissions")
    })?;
    document::read(&text, path).map_err(|error| Error {
        kind: ErrorKind::Usage,
        ..Error::from(error)
    })
}

fn unknown_tables(validator: &DataValidator, document: &Entries) -> Vec<String> {
    let known = validator.config().rules_by_table();
    let unknown = document
        .tables
        .keys()
        .filter(|table| !known.contains_key(table.as_str()));
    unknown.cloned().collect()
}

/// The first of them, and how many more there are.
fn named(tables: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = tables
        .iter()
        .take(SHOWN)
        .map(|table| format!("'{table}'"))
        .collect();
    let what = match tables.len() {
        1 => "table",
        _ => "tables",
    };
    match tables.len().saturating_sub(SHOWN) {
        0 => format!("{what} {}", shown.join(", ")),
        more => format!("{what} {} and {more} more", shown.join(", ")),
    }
}

fn told(imported: &Imported, place: &str) -> String {
    let Imported {
        taken,
        known,
        damaged,
    } = imported;
    let mut told = format!("{taken} results came into {place}");
    if *known > 0 {
        told.push_str(&format!(", {known} were known there or newer"));
    }
    if !damaged.is_empty() {
        told.push_str(&format!(", {} are damaged and left out", damaged.len()));
    }
    told
}

//! `data-validator state show`.

use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;

use crate::DataValidator;
use crate::cli::Failure;
use crate::cli::args::state::StateArguments;
use crate::cli::exit::Exit;
use crate::error::Error;
use crate::state::engine::{Look, Sizes};
use crate::state::file::set_aside;
use crate::state::{Contents, JsonText, RuleEntry, RunRecord, Status, TableEntry};
use crate::validator::Seen;

pub fn show(validator: &DataValidator, arguments: &StateArguments) -> Result<Exit, Failure> {
    let settings = arguments.state.settings();
    match validator.look_at_state(&settings)? {
        Seen::InFile(path, contents) if !contents.exists => {
            anstream::println!("{}: nothing is recorded yet", path.display());
        }
        Seen::InFile(path, contents) => {
            show_file(path, &contents)?;
            show_entries(contents.last_run.as_ref(), &contents.tables, arguments);
        }
        Seen::InEngine(place, look) => {
            let holder = look.holder.as_deref().unwrap_or("nobody holds it");
            anstream::println!("{place}: {holder}");
            show_rows(&look, validator.state_sizes(place, &settings)?);
            let entries = &look.entries;
            show_entries(entries.run.as_ref(), &entries.tables, arguments);
        }
    }
    Ok(Exit::Passed)
}

fn show_file(path: &Path, contents: &Contents) -> Result<(), Error> {
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    anstream::println!(
        "{}: {bytes} bytes, journal {} bytes",
        path.display(),
        contents.journal_bytes
    );
    if contents.result_bytes > 0 {
        anstream::println!("results beside it: {} bytes", contents.result_bytes);
    }
    for aside in set_aside(path)? {
        let name = aside.path.file_name().unwrap_or_default();
        anstream::println!(
            "set aside: {}, {} bytes",
            name.to_string_lossy(),
            aside.bytes
        );
    }
    Ok(())
}

/// Rows of the tables, as far as who looks may read them.
fn show_rows(look: &Look, sizes: Sizes) {
    let tables = look.entries.tables.len();
    let mut rows = format!("rows: {} results, {tables} tables", look.entries.results());
    if let Some(failing) = sizes.failing_rows {
        rows.push_str(&format!(", {failing} failing rows"));
    }
    if let Some(keys) = sizes.keys {
        rows.push_str(&format!(", {keys} keys of publications"));
    }
    anstream::println!("{rows}");
}

fn show_entries(
    last_run: Option<&RunRecord>,
    tables: &IndexMap<String, TableEntry>,
    arguments: &StateArguments,
) {
    if let Some(run) = last_run {
        let ended = run
            .ended_at
            .as_ref()
            .map_or_else(|| "has not ended".to_owned(), |at| format!("ended {at}"));
        anstream::println!("run {} began {}, {ended}", run.id, run.started_at);
    }
    let is_wanted =
        |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    for (name, table) in tables
        .iter()
        .filter(|(name, _)| is_wanted(&arguments.table, name))
    {
        anstream::println!("{name}  {}", table_line(table));
        for (name, rule) in table
            .rules
            .iter()
            .filter(|(name, _)| is_wanted(&arguments.rule, name))
        {
            anstream::println!("  {name}  {}", rule_line(rule));
        }
    }
}

fn table_line(table: &TableEntry) -> String {
    match (table.status, &table.completed_at, &table.started_at) {
        (Status::Completed, Some(at), _) => format!("completed {at}"),
        (Status::Completed, None, _) => "completed".into(),
        (Status::InProgress, _, Some(at)) => format!("in progress since {at}"),
        (Status::InProgress, _, None) => "in progress".into(),
    }
}

fn rule_line(rule: &RuleEntry) -> String {
    let at = rule.completed_at.as_deref().unwrap_or("at an unknown time");
    let result: Option<Value> = rule.result.as_ref().and_then(JsonText::read);
    let message = result
        .as_ref()
        .and_then(|result| result["message"].as_str());
    let message = message.unwrap_or("no result");
    match rule.status {
        Status::Completed => format!("completed {at}: {message}"),
        Status::InProgress => "in progress".into(),
    }
}

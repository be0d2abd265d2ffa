//! `data-validator state show` and `state reset`.

use serde_json::Value;

use super::Failure;
use super::args::{State, StateArguments};
use super::exit::Exit;
use crate::DataValidator;
use crate::config::{self, Config};
use crate::error::Error;
use crate::state::{JsonText, RuleEntry, Status, TableEntry, peek};

pub fn state(command: &State) -> Result<Exit, Failure> {
    let (State::Show(arguments) | State::Reset(arguments)) = command;
    let config = config::load(
        &arguments.config.file(),
        &arguments.config.load_options(false),
    )?;
    match command {
        State::Show(arguments) => show(&config, arguments),
        State::Reset(arguments) => reset(config, arguments),
    }
}

fn show(config: &Config, arguments: &StateArguments) -> Result<Exit, Failure> {
    let path = arguments
        .state
        .path
        .as_ref()
        .or(config.pipeline.state_file.as_ref())
        .ok_or_else(no_state_file)?;
    let contents = peek(path).map_err(Error::from)?;
    if !contents.exists {
        anstream::println!("{}: nothing is recorded yet", path.display());
        return Ok(Exit::Passed);
    }
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    anstream::println!(
        "{}: {bytes} bytes, journal {} bytes",
        path.display(),
        contents.journal_bytes
    );
    if let Some(run) = &contents.last_run {
        let ended = run
            .ended_at
            .as_ref()
            .map_or_else(|| "has not ended".to_owned(), |at| format!("ended {at}"));
        anstream::println!("run {} began {}, {ended}", run.id, run.started_at);
    }
    let wanted =
        |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    for (name, table) in contents
        .tables
        .iter()
        .filter(|(name, _)| wanted(&arguments.table, name))
    {
        anstream::println!("{name}  {}", table_line(table));
        for (name, rule) in table
            .rules
            .iter()
            .filter(|(name, _)| wanted(&arguments.rule, name))
        {
            anstream::println!("  {name}  {}", rule_line(rule));
        }
    }
    Ok(Exit::Passed)
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

fn reset(config: Config, arguments: &StateArguments) -> Result<Exit, Failure> {
    let validator = DataValidator::from_config(config);
    let settings = arguments.state.settings();
    let (what, there) = match (&arguments.table, &arguments.rule) {
        (Some(table), Some(rule)) => (
            format!("rule '{rule}' of table '{table}'"),
            validator.reset(&settings, |state| state.reset_rule(table, rule))?,
        ),
        (Some(table), None) => (
            format!("table '{table}'"),
            validator.reset(&settings, |state| state.reset_table(table))?,
        ),
        (None, _) => (
            "everything".to_owned(),
            validator.reset(&settings, |state| state.reset_all())?,
        ),
    };
    let done = if there {
        "is forgotten"
    } else {
        "was not recorded"
    };
    anstream::println!("{what} {done}");
    Ok(Exit::Passed)
}

fn no_state_file() -> Error {
    Error::usage(
        "the config has no state file".into(),
        "set pipeline.state_file, or give --state PATH",
    )
}

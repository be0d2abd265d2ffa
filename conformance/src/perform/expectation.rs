//! What has to come of a step, held against what came.

use data_validator_plugin::{Effect, EngineError, TransactionState};
use serde_json::Value;

use super::sessions::Rows;
use super::trouble::{Done, fail, unexpected};
use crate::case::step::query::{Failure, Query};

/// The rows of a query, or its error, are those of the case.
pub fn of_query(query: &Query, came: Result<Rows, EngineError>) -> Done {
    if let Some(failure) = &query.fails {
        return of_failure(failure, came.map(drop));
    }
    let came = came.map_err(|error| unexpected(&error))?;
    let expected: Rows = query
        .gives
        .iter()
        .flatten()
        .map(|row| row.iter().map(cell).collect())
        .collect();
    if came == expected {
        return Ok(());
    }
    fail(format!(
        "it gives\n{}\nin place of\n{}",
        shown(&came),
        shown(&expected)
    ))
}

/// An error came, and it is of this kind.
pub fn of_failure(failure: &Failure, came: Result<(), EngineError>) -> Done {
    let Err(error) = came else {
        return fail(format!(
            "it succeeds, and should fail with {}",
            wanted(failure)
        ));
    };
    let is_class = failure.class.is_empty()
        || failure
            .class
            .iter()
            .any(|class| class == error.class.as_str());
    let effect = effect(error.effect);
    let transaction = transaction(error.transaction);
    let is = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
    let message = error.message.to_lowercase();
    let mut names = failure.names.iter();
    let names_all = names.all(|name| message.contains(&name.to_lowercase()));
    if is_class
        && is(&failure.effect, effect)
        && is(&failure.transaction, transaction)
        && names_all
        && !message.trim().is_empty()
    {
        return Ok(());
    }
    fail(format!(
        "it fails with class '{}', effect '{effect}', transaction '{transaction}', and should with {}: {error}",
        error.class,
        wanted(failure)
    ))
}

/// Rows as they are shown.
pub fn shown(rows: &Rows) -> String {
    if rows.is_empty() {
        return "    no row".into();
    }
    let line = |row: &Vec<Option<String>>| {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| shortened(cell.as_deref().unwrap_or("NULL")))
            .collect();
        format!("    {}", cells.join(" | "))
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The beginning of a long text.
fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
    }
}

fn cell(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn wanted(failure: &Failure) -> String {
    let mut wanted = match &failure.class[..] {
        [] => "any class".to_owned(),
        classes => format!("class '{}'", classes.join("' or '")),
    };
    for (what, word) in [
        ("effect", &failure.effect),
        ("transaction", &failure.transaction),
    ] {
        if let Some(word) = word {
            wanted += &format!(", {what} '{word}'");
        }
    }
    for name in &failure.names {
        wanted += &format!(", a message that names '{name}'");
    }
    wanted
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Unknown => "unknown",
        Effect::None => "none",
        Effect::Applied => "applied",
        Effect::Partial => "partial",
    }
}

fn transaction(state: TransactionState) -> &'static str {
    match state {
        TransactionState::Unknown => "unknown",
        TransactionState::None => "none",
        TransactionState::Open => "open",
        TransactionState::Aborted => "aborted",
    }
}

#[cfg(test)]
mod tests {
    use data_validator_plugin::ErrorClass;

    use super::super::trouble::Trouble;
    use super::*;

    fn failed(class: ErrorClass) -> Result<(), EngineError> {
        Err(EngineError::new(class, "no"))
    }

    #[test]
    fn an_error_of_another_class_is_a_failure() {
        let failure = Failure {
            class: vec!["conflict".into()],
            ..Failure::default()
        };
        assert!(of_failure(&failure, failed(ErrorClass::Conflict)).is_ok());
        for came in [failed(ErrorClass::Data), Ok(())] {
            assert!(matches!(of_failure(&failure, came), Err(Trouble::Fail(_))));
        }
    }

    #[test]
    fn another_value_and_a_missing_row_are_failures() {
        let query = Query {
            sql: "SELECT".into(),
            session: "main".into(),
            gives: Some(vec![vec![1.into(), Value::Null]]),
            ..Query::default()
        };
        assert!(of_query(&query, Ok(vec![vec![Some("1".into()), None]])).is_ok());
        for other in [vec![], vec![vec![Some("1".into()), Some(String::new())]]] {
            assert!(of_query(&query, Ok(other)).is_err());
        }
    }
}

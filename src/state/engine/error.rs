//! Why a state in an engine cannot be used or saved.

use std::time::Duration;

use data_validator_plugin::{EngineError, ErrorClass};

use super::tables::VERSION;
use crate::config::StateInEngine;
use crate::state::error::{StateError, StateErrorKind};
use crate::state::holder::Holder;

const SET_UP: &str = "make them with 'data-validator state init', in a database that is there";

/// The engine refused, or cannot be reached.
pub(super) fn failed(place: &StateInEngine, attempted: &str, error: &EngineError) -> StateError {
    let hint = match error.class {
        ErrorClass::NotFound if attempted == MAKING => {
            "make the database first; 'state init' makes the tables in it"
        }
        ErrorClass::NotFound => SET_UP,
        ErrorClass::Unavailable | ErrorClass::Timeout | ErrorClass::Cancelled => {
            "what was saved before is untouched, and the next run redoes the rest"
        }
        ErrorClass::Config => "mend the settings of the engine",
        _ => {
            "check what the role of the engine may do; the README lists the rights that a state needs"
        }
    };
    let kind = match attempted {
        SAVING => StateErrorKind::NotSaved,
        _ => StateErrorKind::Engine,
    };
    on(kind, place, attempted, &error.to_string(), hint)
}

/// What was attempted when rows were to be published.
pub(super) const SAVING: &str = "saving";

/// What was attempted when tables were to be made.
pub(super) const MAKING: &str = "making the tables of";

pub(super) fn not_set_up(place: &StateInEngine) -> StateError {
    let why = "its tables do not say which version they are";
    on(StateErrorKind::Engine, place, "reading", why, SET_UP)
}

pub(super) fn newer(place: &StateInEngine, version: u64) -> StateError {
    let why =
        format!("its tables are of version {version}, and this program knows none above {VERSION}");
    let hint = "use the program that made them, or another schema";
    on(StateErrorKind::Newer, place, "reading", &why, hint)
}

/// Another process has it and does not give it back.
pub(super) fn held(place: &StateInEngine, holder: &Holder, waited: Duration) -> StateError {
    let why = format!("{holder} (waited {waited:.0?})");
    let hint = "wait until it ends, or wait longer with --lock-timeout";
    on(StateErrorKind::Lock, place, "taking", &why, hint)
}

/// Another process took it over.
pub(super) fn replaced(place: &StateInEngine, by: &str) -> StateError {
    let why = format!(
        "another process took it over when this one did not renew its lease, because it was paused or cut off: {by}"
    );
    let hint = "nothing that this process found since then is recorded; run again";
    on(StateErrorKind::Lock, place, SAVING, &why, hint)
}

fn on(
    kind: StateErrorKind,
    place: &StateInEngine,
    attempted: &str,
    why: &str,
    hint: &str,
) -> StateError {
    StateError {
        kind,
        message: format!("{attempted} {place}: {why}"),
        hint: hint.to_owned(),
    }
}

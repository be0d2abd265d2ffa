//! `VALIDATOR_…` variables of the environment, which replace values of the file.

use std::collections::BTreeMap;
use std::path::Path;

use serde_yaml::{Mapping, Value};

use super::diagnostic::{Diagnostic, Place};
use super::path::{KeyPath, Step};
use super::places::{Places, SecondReading};
use super::yaml;

const PREFIX: &str = "VALIDATOR_";

/// Goes one step down: `VALIDATOR_ENGINE__TYPE` is the key `type` of `engine`.
const SEPARATOR: &str = "__";

/// Puts the variables over the values of the file.
pub fn apply(
    environment: &BTreeMap<String, String>,
    root: &mut Value,
    places: &mut Places,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (variable, text) in environment {
        let Some(name) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        let place = Place::Environment(variable.clone());
        let parts: Vec<&str> = name.split(SEPARATOR).collect();
        let read = read_value(text).and_then(|value| {
            let path = replace(root, &parts, value.clone())?;
            Ok((path, value))
        });
        match read {
            Ok((path, value)) => {
                places.replace(path.clone(), place);
                if value.is_number() || value.is_bool() {
                    places.add_reading(
                        path,
                        SecondReading {
                            value: text.clone().into(),
                            shown: None,
                        },
                    );
                }
            }
            Err((message, hint)) => diagnostics.push(Diagnostic::error(place, message, hint)),
        }
    }
}

/// The variables for values below a key at the top, but for its type.
pub fn below(key: &str, environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let prefix = format!("{PREFIX}{key}{SEPARATOR}");
    let is_type = |variable: &str| variable.eq_ignore_ascii_case(&format!("{prefix}type"));
    let below = environment.iter();
    below
        .filter(|(variable, _)| variable.starts_with(&prefix) && !is_type(variable))
        .map(|(variable, text)| (variable.clone(), text.clone()))
        .collect()
}

/// The variable that replaces the value at a path.
pub fn variable(path: &KeyPath) -> String {
    let parts = path.steps().into_iter().map(|step| match step {
        Step::Key(key) => key.to_uppercase(),
        Step::Index(index) => index.to_string(),
    });
    format!("{PREFIX}{}", parts.collect::<Vec<_>>().join(SEPARATOR))
}

fn read_value(text: &str) -> Result<Value, (String, String)> {
    let mut diagnostics = Vec::new();
    let read = yaml::read(Path::new(""), text, &mut diagnostics);
    match (read, diagnostics.pop()) {
        (Some((value, _)), None) => Ok(value),
        (_, diagnostic) => {
            let why = diagnostic
                .map(|diagnostic| diagnostic.message)
                .unwrap_or_default();
            Err((
                format!("the value is not YAML: {why}"),
                "put a text with special characters in quotes".to_owned(),
            ))
        }
    }
}

/// Replaces the value that the parts of a name lead to; gives its path.
fn replace(root: &mut Value, parts: &[&str], value: Value) -> Result<KeyPath, (String, String)> {
    let mut path = KeyPath::default();
    let mut current = root;
    for (depth, part) in parts.iter().enumerate() {
        let walked = || format!("'{}'", parts[..depth].join(SEPARATOR));
        if current.is_null() {
            *current = Value::Mapping(Mapping::new());
        }
        current = match current {
            Value::Mapping(mapping) => {
                let key = key_for(mapping, part);
                path = path.key(&key);
                mapping.entry(Value::String(key)).or_insert(Value::Null)
            }
            Value::Sequence(items) => {
                let length = items.len();
                let index = part
                    .parse()
                    .ok()
                    .filter(|index| *index < length)
                    .ok_or_else(|| {
                        let message = format!(
                            "{} is a list, and '{part}' is not the number of one of its items",
                            walked()
                        );
                        (message, format!("it has {length} items, counted from 0"))
                    })?;
                path = path.index(index);
                &mut items[index]
            }
            _ => {
                let message = format!("{} is a single value and has no '{part}'", walked());
                return Err((
                    message,
                    format!("set {PREFIX}{} itself", parts[..depth].join(SEPARATOR)),
                ));
            }
        };
    }
    *current = value;
    Ok(path)
}

/// The mapping's own key where one differs only in case; else the name in lower case.
fn key_for(mapping: &Mapping, part: &str) -> String {
    let mut keys = mapping.keys().filter_map(Value::as_str);
    let known = keys.find(|key| key.eq_ignore_ascii_case(part));
    known.map_or_else(|| part.to_lowercase(), str::to_owned)
}

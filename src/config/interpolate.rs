//! `${env:NAME}`, `${file:PATH}` and `${param:NAME}` inside the texts of a document.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_yaml::Value;

use crate::similar::did_you_mean;

use super::findings::Findings;
use super::path::{KeyPath, Trail};
use super::places::{Places, SecondReading};
use super::secrets::Secrets;
use super::text::{decode, read_bytes};
use super::untrusted::Untrusted;

/// What the places are filled from.
pub struct Filling<'a> {
    pub environment: &'a BTreeMap<String, String>,
    pub params: &'a BTreeMap<String, String>,
    /// The folder that relative paths of `${file:…}` start from.
    pub folder: &'a Path,
    /// What texts of the file may ask for, where the file is a stranger's.
    pub untrusted: Option<&'a Untrusted>,
    /// Values that came from the environment or from files.
    pub secrets: &'a mut Secrets,
    /// Names of the parameters that were asked for.
    pub used_params: &'a mut BTreeSet<String>,
}

/// Why a place cannot be filled: message and hint.
type Refusal = (String, String);

/// Fills all texts of a document; gives the findings about it with the places it now has.
pub fn interpolate(value: &mut Value, mut places: Places, filling: &mut Filling<'_>) -> Findings {
    let mut refused = Vec::new();
    fill_value(value, &Trail::Root, &mut places, filling, &mut refused);
    let findings = Findings::new(places);
    for (path, (message, hint)) in refused {
        findings.at_value(&path, message, hint);
    }
    findings
}

fn fill_value(
    value: &mut Value,
    trail: &Trail<'_>,
    places: &mut Places,
    filling: &mut Filling<'_>,
    refused: &mut Vec<(KeyPath, Refusal)>,
) {
    match value {
        Value::String(text) if text.contains("${") => {
            let path = trail.to_path();
            let mut refusals = Vec::new();
            let untrusted = filling
                .untrusted
                .filter(|_| !places.is_from_elsewhere(&path));
            let filled = fill_text(text, filling, untrusted, &mut refusals);
            if refusals.is_empty() {
                let scalar = serde_yaml::from_str(&filled)
                    .ok()
                    .filter(|read: &Value| read.is_bool() || read.is_number());
                let value = scalar.unwrap_or(Value::Null);
                places.add_reading(
                    path.clone(),
                    SecondReading {
                        value,
                        shown: Some(text.clone()),
                    },
                );
            }
            refused.extend(refusals.into_iter().map(|refusal| (path.clone(), refusal)));
            *text = filled;
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                fill_value(item, &Trail::Index(trail, index), places, filling, refused);
            }
        }
        Value::Mapping(mapping) => {
            for (key, inner) in mapping.iter_mut() {
                fill_value(
                    inner,
                    &Trail::Key(trail, key.as_str().unwrap_or_default()),
                    places,
                    filling,
                    refused,
                );
            }
        }
        _ => {}
    }
}

/// The text with its places filled; one that cannot be filled stays as it is.
fn fill_text(
    text: &str,
    filling: &mut Filling<'_>,
    untrusted: Option<&Untrusted>,
    refusals: &mut Vec<Refusal>,
) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            filled.push_str(before);
            filled.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        filled.push_str(&rest[..at]);
        let Some(length) = rest[at..].find('}') else {
            refusals.push((
                format!("'{}' has no closing '}}'", &rest[at..]),
                "write '$${' for a literal '${'".into(),
            ));
            rest = &rest[at..];
            break;
        };
        let place = &rest[at..=at + length];
        let name = &place[2..place.len() - 1];
        let filled_place = untrusted
            .map_or(Ok(()), |untrusted| untrusted.admit_place(name))
            .and_then(|()| fill_place(name, filling, untrusted));
        match filled_place {
            Ok(value) => filled.push_str(&value),
            Err((message, hint)) => {
                refusals.push((format!("{place}: {message}"), hint));
                filled.push_str(place);
            }
        }
        rest = &rest[at + length + 1..];
    }
    filled.push_str(rest);
    filled
}

fn fill_place(
    place: &str,
    filling: &mut Filling<'_>,
    untrusted: Option<&Untrusted>,
) -> Result<String, Refusal> {
    let (kind, name) = place.split_once(':').unwrap_or((place, ""));
    match kind {
        "env" => match filling.environment.get(name) {
            Some(value) => {
                filling.secrets.add(value);
                Ok(value.clone())
            }
            None => Err((
                format!("the environment variable '{name}' is not set"),
                // A stranger need not know which variables there are.
                near(name, filling.environment)
                    .filter(|_| untrusted.is_none())
                    .unwrap_or_else(|| format!("set {name} before the run")),
            )),
        },
        "param" => match filling.params.get(name) {
            Some(value) => {
                filling.used_params.insert(name.to_owned());
                Ok(value.clone())
            }
            None => Err((
                format!("the parameter '{name}' is not given"),
                near(name, filling.params)
                    .unwrap_or_else(|| format!("give it with --param {name}=VALUE")),
            )),
        },
        "file" => {
            let file = filling.folder.join(name);
            let read = read_bytes(&file).and_then(|bytes| decode(&file, &bytes).map(str::to_owned));
            let text = read.map_err(|diagnostic| {
                let message = format!(
                    "the file '{}' cannot be used: {}",
                    file.display(),
                    diagnostic.message
                );
                (
                    message,
                    "a relative path starts from the folder of this file".to_owned(),
                )
            })?;
            let value = text.strip_suffix('\n').unwrap_or(&text);
            let value = value.strip_suffix('\r').unwrap_or(value).to_owned();
            filling.secrets.add(&value);
            Ok(value)
        }
        _ => Err((
            format!("'{kind}' is not a kind of place"),
            "use ${env:NAME}, ${file:PATH} or ${param:NAME}; write '$${' for a literal '${'"
                .to_owned(),
        )),
    }
}

fn near(name: &str, values: &BTreeMap<String, String>) -> Option<String> {
    did_you_mean(name, values.keys().map(String::as_str))
}

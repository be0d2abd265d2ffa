//! Engines of a config: known types, with settings that fit what the type declares.

use std::path::Path;

use data_validator_plugin::{ConfigKey, ConfigKind, Description, Dialect, EngineConfig};
use serde_json::{Map, Value};

use crate::engines::registry;
use crate::similar::did_you_mean;

use super::EngineSettings;
use super::document::EngineDocument;
use super::fields::Fields;
use super::findings::Findings;
use super::secrets::Secrets;

/// The engine types that can be chosen.
pub struct EngineTypes<'a> {
    pub describe: &'a dyn Fn(&str) -> Option<Description>,
    /// The first one is used where a config names none.
    pub names: Vec<String>,
}

impl EngineTypes<'static> {
    /// The engines of the registry.
    pub fn registered() -> Self {
        Self {
            describe: &registry::describe,
            names: registry::names(),
        }
    }
}

/// An engine that a table can name.
#[derive(Clone)]
pub struct Engine {
    pub settings: EngineSettings,
    pub dialect: Dialect,
}

/// Resolves an engine; one that is wrong still gives a dialect to go on with.
pub fn resolve(
    written: EngineDocument<'_>,
    findings: &Findings,
    types: &EngineTypes<'_>,
    folder: &Path,
    secrets: &mut Secrets,
) -> Engine {
    let engine_type = written
        .engine_type
        .or_else(|| types.names.first().cloned())
        .unwrap_or_default();
    let Some(description) = (types.describe)(&engine_type) else {
        let names = types.names.iter().map(String::as_str);
        let hint = did_you_mean(&engine_type, names).unwrap_or_else(|| match &types.names[..] {
            [] => "this program was built without engines".to_owned(),
            names => format!("known: {}", names.join(", ")),
        });
        findings.at_value(
            &written.path.key("type"),
            format!("unknown engine type '{engine_type}'"),
            hint,
        );
        let config = EngineConfig::default();
        return Engine {
            settings: EngineSettings {
                engine_type,
                config,
                retry: written.retry,
            },
            dialect: Dialect::ansi(),
        };
    };
    let connection = read_connection(
        written.connection_params,
        &description.connection,
        folder,
        secrets,
    );
    let config = EngineConfig {
        connection,
        options: written.options,
    };
    Engine {
        settings: EngineSettings {
            engine_type,
            config,
            retry: written.retry,
        },
        dialect: description.dialect,
    }
}

fn read_connection<'a>(
    mut params: Fields<'a>,
    keys: &'a [ConfigKey],
    folder: &Path,
    secrets: &mut Secrets,
) -> Map<String, Value> {
    let mut connection = Map::new();
    for key in keys {
        if !params.was_given(&key.name) && !key.required {
            params.ask(&key.name);
            continue;
        }
        if let Some(value) = read_setting(&mut params, key, folder, secrets) {
            connection.insert(key.name.clone(), value);
        }
    }
    params.finish();
    connection
}

fn read_setting<'a>(
    params: &mut Fields<'a>,
    key: &'a ConfigKey,
    folder: &Path,
    secrets: &mut Secrets,
) -> Option<Value> {
    match key.kind {
        ConfigKind::Text => params.required::<String>(&key.name).map(Value::from),
        ConfigKind::Integer => params.required::<i64>(&key.name).map(Value::from),
        ConfigKind::Boolean => params.required::<bool>(&key.name).map(Value::from),
        ConfigKind::Path => params
            .required::<String>(&key.name)
            .map(|path| Value::from(beside(folder, &path))),
        ConfigKind::Secret => {
            let value = params.required_secret(&key.name)?;
            secrets.add(&value);
            Some(Value::from(value))
        }
    }
}

/// The path as seen from the config's folder; `:memory:` and its like are no files.
fn beside(folder: &Path, path: &str) -> String {
    if path.starts_with(':') {
        return path.to_owned();
    }
    folder.join(path).to_string_lossy().into_owned()
}

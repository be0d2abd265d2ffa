//! Engines of a config: known types, with settings that fit what the type declares.

use std::path::Path;

use data_validator_plugin::{ConfigKey, ConfigKind, Dialect, EngineConfig};
use serde_json::{Map, Value};

use crate::engines::catalog::Catalog;

use super::EngineSettings;
use super::document::EngineDocument;
use super::fields::{Fields, Known};
use super::findings::Findings;
use super::secrets::Secrets;

/// An engine that a table can name.
#[derive(Clone)]
pub struct Engine {
    /// `None` for one that is wrong, and was told to be.
    pub settings: Option<EngineSettings>,
    pub dialect: Dialect,
}

/// Resolves an engine; one that is wrong still gives a dialect to go on with.
pub fn resolve(
    written: EngineDocument<'_>,
    findings: &Findings,
    catalog: &mut Catalog,
    folder: &Path,
    secrets: &mut Secrets,
) -> Engine {
    let engine_type = written
        .engine_type
        .or_else(|| catalog.default_name().map(str::to_owned))
        .unwrap_or_default();
    let kind = match catalog.find(&engine_type) {
        Ok(kind) => kind,
        Err(error) => {
            // After a plugin that was refused, this engine may be missing for that alone.
            if !catalog.has_refused() {
                findings.at_value(&written.path.key("type"), error.message, error.hint);
            }
            return Engine {
                settings: None,
                dialect: Dialect::ansi(),
            };
        }
    };
    let connection = read_connection(
        written.connection_params,
        &kind.description.connection,
        folder,
        secrets,
    );
    let config = EngineConfig {
        connection,
        options: written.options,
    };
    Engine {
        dialect: kind.description.dialect.clone(),
        settings: Some(EngineSettings {
            kind,
            config,
            retry: written.retry,
        }),
    }
}

fn read_connection<'a>(
    mut params: Fields<'a>,
    keys: &'a [ConfigKey],
    folder: &Path,
    secrets: &mut Secrets,
) -> Map<String, Value> {
    params.set_known(Known::Names(keys.iter().map(|key| &*key.name).collect()));
    let mut connection = Map::new();
    for key in keys {
        if !params.was_given(&key.name) && !key.required {
            continue;
        }
        if let Some(value) = read_setting(&mut params, key, folder, secrets) {
            connection.insert(key.name.clone(), value);
        }
    }
    params.finish();
    connection
}

fn read_setting(
    params: &mut Fields<'_>,
    key: &ConfigKey,
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

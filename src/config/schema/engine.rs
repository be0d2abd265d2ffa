//! The schema of an engine: what each engine declares of its settings.

use data_validator_plugin::{ConfigKey, ConfigKind, Description};
use serde_json::{Map, Value, json};

use super::kind;
use crate::config::key::Kind;
use crate::config::keys;
use crate::engines::kind::EngineKind;

/// The schema of an engine; the first of these is the one that is taken where no type is given.
pub fn schema(engines: &[EngineKind]) -> Value {
    let mut schema = kind::mapping(keys::ENGINE);
    schema.insert("type".to_owned(), json!(["object", "null"]));
    let names: Vec<&str> = engines
        .iter()
        .map(|engine| &*engine.description.name)
        .collect();
    // Any other text may be an engine of a plugin.
    let known = json!([{"enum": names}, {"type": ["string", "null"]}]);
    if let Some(Value::Object(engine_type)) =
        (schema.get_mut("properties")).and_then(|properties| properties.get_mut("type"))
    {
        engine_type.remove("type");
        engine_type.insert("anyOf".to_owned(), known);
    }
    let of_types: Vec<Value> = (engines.iter().enumerate())
        .map(|(index, engine)| of_type(&engine.description, index == 0))
        .collect();
    schema.insert("allOf".to_owned(), of_types.into());
    schema.into()
}

/// What holds for engines of one type.
fn of_type(engine: &Description, is_default: bool) -> Value {
    let condition = match is_default {
        true => json!({"properties": {"type": {"enum": [engine.name, null]}}}),
        false => json!({"properties": {"type": {"const": engine.name}}, "required": ["type"]}),
    };
    let connection: Map<_, _> = engine.connection.iter().map(connection_param).collect();
    let required = engine.connection.iter().filter(|key| key.required);
    let required: Vec<&str> = required.map(|key| &*key.name).collect();
    let options = engine.harmless_options.iter().chain(&engine.safe_options);
    let setting = json!({"type": ["string", "number", "boolean", "null"]});
    let options: Map<_, _> = options
        .map(|name| (name.clone(), setting.clone()))
        .collect();
    let mut then = json!({"properties": {
        "connection_params": {"additionalProperties": false, "properties": connection},
        "options": {"properties": options},
    }});
    if !required.is_empty() {
        then["required"] = json!(["connection_params"]);
        then["properties"]["connection_params"]["required"] = json!(required);
    }
    json!({"if": condition, "then": then})
}

fn connection_param(key: &ConfigKey) -> (String, Value) {
    let kind = match key.kind {
        ConfigKind::Text | ConfigKind::Path | ConfigKind::Secret => Kind::Text,
        ConfigKind::Integer => Kind::Integer,
        ConfigKind::Boolean => Kind::Boolean,
    };
    let mut schema = kind::value(&kind, !key.required);
    schema["description"] = key.help.clone().into();
    (key.name.clone(), schema)
}

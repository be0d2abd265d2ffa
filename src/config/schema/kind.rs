//! The schema of keys and of the values they take.

use serde_json::{Map, Value, json};

use super::definition;
use crate::config::key::{Key, Kind};
use crate::config::keys::IF_COLUMN_EXISTS;
use crate::config::logical_type;
use crate::rules::{self, RuleType, Subject};

/// A text with a place that is filled before it is read, in place of a value of another type.
const PLACE: &str = "place";
/// The same, or null, which is as if the key were not given.
const PLACE_OR_NULL: &str = "place_or_null";

/// The definitions of texts with places.
pub fn places() -> Map<String, Value> {
    let about = "Filled in before it is read: ${env:NAME}, ${file:PATH} or ${param:NAME}.";
    let place = |types: Value| json!({"type": types, "pattern": r"\$\{", "description": about});
    Map::from_iter([
        (PLACE.to_owned(), place(json!("string"))),
        (PLACE_OR_NULL.to_owned(), place(json!(["string", "null"]))),
    ])
}

/// A mapping that has these keys alone.
pub fn mapping(keys: &[Key]) -> Map<String, Value> {
    let mut schema = open_mapping(keys);
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// A mapping that has these keys and any others.
fn open_mapping(keys: &[Key]) -> Map<String, Value> {
    let properties: Map<_, _> = keys.iter().map(property).collect();
    let required = keys.iter().filter(|key| key.is_required);
    let required: Vec<&str> = required.map(|key| key.name).collect();
    let mut schema = Map::from_iter([("type".to_owned(), "object".into())]);
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), properties.into());
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

fn property(key: &Key) -> (String, Value) {
    let mut schema = value(&key.kind, !key.is_required);
    schema["description"] = match key.kind {
        Kind::Later(feature) => format!("Not available in this version yet: {feature}.").into(),
        _ => key.about.into(),
    };
    let default = key.default.map(serde_yaml::from_str::<Value>);
    if let Some(Ok(default)) = default {
        schema["default"] = default;
    }
    (key.name.to_owned(), schema)
}

/// A value of this kind, or null where that is allowed.
pub fn value(kind: &Kind, or_null: bool) -> Value {
    let typed = |types: &[&str]| {
        let null = or_null.then_some("null");
        let types: Vec<&str> = types.iter().copied().chain(null).collect();
        match types[..] {
            [only] => json!({"type": only}),
            _ => json!({"type": types}),
        }
    };
    let with = |types: &str, mut schema: Map<String, Value>| {
        schema.insert("type".to_owned(), typed(&[types])["type"].clone());
        schema.into()
    };
    let any_of = |choices: Vec<Value>| json!({"anyOf": choices});
    let place = || definition(if or_null { PLACE_OR_NULL } else { PLACE });
    let filled = |schema: Value| any_of(vec![schema, place()]);
    let list = |items: Value| with("array", Map::from_iter([("items".to_owned(), items)]));
    match kind {
        Kind::Text => typed(&["string"]),
        Kind::Boolean => filled(json!({"type": "boolean"})),
        Kind::Number => filled(json!({"type": "number"})),
        Kind::Integer => filled(json!({"type": "integer"})),
        Kind::Rate => filled(json!({"type": "number", "minimum": 0, "maximum": 1})),
        Kind::Count(most) => filled(json!({"type": "integer", "minimum": 0, "maximum": most})),
        Kind::Seconds => filled(json!({"type": "number", "minimum": 0})),
        Kind::Duration | Kind::Bound => typed(&["number", "string"]),
        Kind::Version => filled(json!({"enum": ["1.0", 1.0]})),
        Kind::OneOf(words) => filled(json!({"enum": words()})),
        Kind::ColumnType => {
            let known: Vec<&str> = logical_type::names().collect();
            any_of(vec![json!({"enum": known}), typed(&["string"])])
        }
        Kind::EngineType => typed(&["string"]),
        Kind::RuleType => {
            let known = rules::known().map(rule_type);
            any_of(known.chain([place()]).collect())
        }
        Kind::Texts => list(json!({"type": "string"})),
        Kind::Constants => list(json!({"type": ["number", "string", "boolean"]})),
        Kind::Anything => json!({}),
        Kind::Mapping(keys) => with("object", mapping(keys)),
        Kind::Mappings(keys) => list(mapping(keys).into()),
        Kind::Open(keys) => with("object", open_mapping(keys)),
        Kind::Named(kind) => {
            let values = value(kind, true);
            with(
                "object",
                Map::from_iter([("additionalProperties".to_owned(), values)]),
            )
        }
        Kind::Engine => definition("engine"),
        Kind::ConnectionParams | Kind::Parameters => typed(&["object"]),
        Kind::GlobalRules => list(definition("rule")),
        Kind::Rules => list(json!({
            "$ref": "#/$defs/rule",
            "properties": {"parameters": {"properties": {IF_COLUMN_EXISTS: {"type": "null"}}}},
        })),
        Kind::Either(kinds) => any_of(kinds.iter().map(|kind| value(kind, or_null)).collect()),
        Kind::Later(_) => json!({"type": "null"}),
    }
}

fn rule_type(rule_type: &RuleType) -> Value {
    let about = match rule_type.subject {
        Subject::Anything => format!("Is {}.", rule_type.about),
        _ => format!("A record fails when {}.", rule_type.about),
    };
    json!({"const": rule_type.name, "description": about})
}

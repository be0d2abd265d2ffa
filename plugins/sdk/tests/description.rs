//! Descriptions as JSON, and the schema that tells plugin authors their form.

use std::fs;

use data_validator_plugin::{
    ConfigKey, ConfigKind, ContentHash, Description, Dialect, Engine, RegexFlavour, Transactions,
};
use serde_json::{Value, json};

use crate::c_compiler::folder;
use crate::canned::Canned;

fn schema() -> Value {
    let text = fs::read_to_string(folder("description.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The schema that a `$ref` stands for.
fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => root.pointer(place.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Holds a value that Rust wrote to the schema: every member is in it and none is missing, kinds and
/// words fit.
fn check(value: &Value, schema: &Value, root: &Value, place: &str) {
    let schema = resolved(schema, root);
    let kind = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::Null => "null",
    };
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    assert!(
        kinds.contains(&kind.into()),
        "{place} is {kind}, not {kinds:?}"
    );
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {value}");
    }
    for item in value.as_array().into_iter().flatten() {
        check(item, &schema["items"], root, &format!("{place}[]"));
    }
    if let Some(members) = value.as_object() {
        let known = schema["properties"].as_object().unwrap();
        let (mut written, mut told): (Vec<_>, Vec<_>) =
            (members.keys().collect(), known.keys().collect());
        written.sort();
        told.sort();
        assert_eq!(written, told, "{place}");
        for (name, member) in members {
            check(member, &known[name], root, &format!("{place}.{name}"));
        }
    }
}

/// The object that the defaults of a schema make.
fn defaults(schema: &Value, root: &Value) -> Value {
    let members = schema["properties"].as_object().unwrap().iter();
    let members = members.filter_map(|(name, member)| {
        let member = resolved(member, root);
        let default = match member.get("default") {
            None if member["type"] == "object" => Some(defaults(member, root)),
            default => default.cloned(),
        };
        Some((name.clone(), default?))
    });
    Value::Object(members.collect())
}

#[test]
fn the_schema_has_every_member_of_a_description_and_no_other() {
    let root = schema();
    let description = serde_json::to_value(Canned::default().describe()).unwrap();
    check(&description, &root, &root, "description");
}

#[test]
fn the_schema_tells_the_defaults_that_are_taken() {
    let root = schema();
    let mut expected = defaults(&root, &root);
    expected["name"] = json!("x");
    expected["version"] = json!("1");
    let shortest: Description =
        serde_json::from_value(json!({"name": "x", "version": "1"})).unwrap();
    assert_eq!(serde_json::to_value(&shortest).unwrap(), expected);

    let mut expected = defaults(&root["$defs"]["config_key"], &root);
    expected["name"] = json!("k");
    expected["kind"] = json!("path");
    let shortest: ConfigKey = serde_json::from_value(json!({"name": "k", "kind": "path"})).unwrap();
    assert_eq!(serde_json::to_value(&shortest).unwrap(), expected);
}

#[test]
fn the_schema_has_every_word_and_no_other() {
    let root = schema();
    let words = |place: &str| root.pointer(place).unwrap()["enum"].clone();
    let flavours = [
        RegexFlavour::Re2,
        RegexFlavour::RustRegex,
        RegexFlavour::PostgresAre,
        RegexFlavour::None,
    ];
    assert_eq!(
        json!(flavours),
        words("/$defs/dialect/properties/regex_flavour")
    );
    let transactions = [Transactions::Ddl, Transactions::Dml, Transactions::None];
    assert_eq!(
        json!(transactions),
        words("/$defs/capabilities/properties/transactions")
    );
    let kinds = [
        ConfigKind::Text,
        ConfigKind::Integer,
        ConfigKind::Boolean,
        ConfigKind::Path,
        ConfigKind::Secret,
    ];
    assert_eq!(json!(kinds), words("/$defs/config_key/properties/kind"));
}

#[test]
fn a_description_survives_being_written_and_read() {
    let description = Canned::default().describe();
    let text = serde_json::to_string(&description).unwrap();
    assert_eq!(
        serde_json::from_str::<Description>(&text).unwrap(),
        description
    );
}

#[test]
fn a_description_of_a_newer_plugin_is_read() {
    let newer = json!({
        "name": "x",
        "version": "1",
        "mood": "good",
        "dialect": {"parser": "duckdb", "qualify": true, "type_names": {"text": "TEXT", "uuid": "UUID"}},
        "capabilities": {"time_travel": true},
        "connection": [{"name": "key", "kind": "key_file", "group": "tls"}]
    });
    let description: Description = serde_json::from_value(newer).unwrap();
    assert_eq!(description.dialect.type_names.text, "TEXT");
    assert_eq!(description.dialect.count_where, Dialect::ansi().count_where);
    let kind = description.connection[0].kind;
    assert_eq!(kind, ConfigKind::Secret, "never shown");
}

#[test]
fn a_description_that_the_host_cannot_work_with_is_refused() {
    let described = |change: fn(&mut Description)| {
        let mut description = Canned::default().describe();
        change(&mut description);
        description.check()
    };
    assert_eq!(described(|_| ()), Ok(()));
    let refused = |change| described(change).unwrap_err();
    assert_eq!(
        refused(|it| it.name = "a/b".into()),
        "name: 'a/b' is not made of letters, digits, '_' and '-'"
    );
    assert_eq!(
        refused(|it| it.connection.extend(it.connection.clone())),
        "connection: the key 'password' is empty or there twice"
    );
    assert_eq!(
        refused(|it| it.dialect.count_where = "count(*)".into()),
        "dialect.count_where: 'count(*)' lacks {condition}"
    );
    assert_eq!(
        refused(|it| it.dialect.regex_search = "match({value}, {pattern}, {flags})".into()),
        "dialect.regex_search: 'match({value}, {pattern}, {flags})' has {flags}, which is not known"
    );
    assert_eq!(
        refused(|it| {
            it.dialect.content_hash = Some(ContentHash {
                value: "{value}".into(),
                query: "SELECT hash({values})".into(),
            });
        }),
        "dialect.content_hash.query: 'SELECT hash({values})' lacks {relation}"
    );
    assert_eq!(
        refused(|it| it.dialect.max_select_items = 0),
        "dialect.max_select_items: 0 leaves no place for a count"
    );
    assert_eq!(described(|it| it.dialect.is_nan = "FALSE".into()), Ok(()));
}

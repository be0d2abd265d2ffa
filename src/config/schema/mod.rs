//! The JSON Schema of a config, for editors.
//!
//! It is made from the keys that the reader goes by ([`super::keys`], [`crate::rules::RuleType`]) and from what
//! engines declare. It accepts every config that loads; of those that do not, it refuses the ones with unknown keys,
//! missing ones, and values of a wrong type.

use serde_json::{Value, json};

use super::keys;
use crate::engines::kind::EngineKind;

mod engine;
mod kind;
mod rule;

/// The schema of configs for these engines, of which the first is the default; draft 2020-12.
pub fn schema(engines: &[EngineKind]) -> Value {
    let mut schema = kind::mapping(keys::CONFIG);
    let root = [
        ("$schema", "https://json-schema.org/draft/2020-12/schema"),
        ("title", "Config of Data Validator"),
        ("$comment", "Written by 'data-validator schema'."),
    ];
    for (at, (key, value)) in root.into_iter().enumerate() {
        schema.shift_insert(at, key.to_owned(), value.into());
    }
    let mut definitions = kind::places();
    definitions.insert("engine".to_owned(), engine::schema(engines));
    definitions.insert("rule".to_owned(), rule::schema());
    definitions.extend(rule::parameters());
    schema.insert("$defs".to_owned(), definitions.into());
    schema.into()
}

/// A reference to one of the definitions.
fn definition(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

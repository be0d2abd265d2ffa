//! The schema of a rule: the keys of all rules, and those that depend on the rule's type.

use serde_json::{Map, Value, json};

use super::definition;
use super::kind;
use crate::config::keys;
use crate::rules::{self, RuleType, Subject};

/// The schema of a rule.
pub fn schema() -> Value {
    let mut schema = kind::mapping(keys::RULE);
    let of_types: Vec<Value> = rules::known().map(of_type).collect();
    schema.insert("allOf".to_owned(), of_types.into());
    schema.into()
}

/// The parameters of each rule type, by the name of the definition.
pub fn parameters() -> impl Iterator<Item = (String, Value)> {
    rules::known().map(|rule_type| {
        let keys: Vec<_> = (rule_type.parameters.iter())
            .chain(keys::COMMON_PARAMETERS)
            .copied()
            .collect();
        let mut schema = kind::mapping(&keys);
        if rule_type.subject == Subject::Anything {
            schema.remove("additionalProperties");
        }
        if !needs_parameters(rule_type) {
            schema.insert("type".to_owned(), json!(["object", "null"]));
        }
        (name(rule_type), schema.into())
    })
}

/// What holds for rules of one type.
fn of_type(rule_type: &RuleType) -> Value {
    let mut properties = Map::new();
    for key in Subject::KEYS {
        if !rule_type.subject.keys().contains(key) {
            properties.insert((*key).to_owned(), json!({"type": "null"}));
        }
    }
    if rule_type.subject == Subject::Column {
        properties.insert("columns".to_owned(), json!({"maxItems": 1}));
    }
    properties.insert("parameters".to_owned(), definition(&name(rule_type)));
    let mut then = Map::from_iter([("properties".to_owned(), properties.into())]);
    if needs_parameters(rule_type) {
        then.insert("required".to_owned(), json!(["parameters"]));
    }
    let given = match rule_type.subject {
        Subject::Table | Subject::ColumnsOrAll | Subject::Anything => None,
        Subject::Column | Subject::Columns => {
            Some(json!([{"required": ["column"]}, {"required": ["columns"]}]))
        }
        Subject::Expression => {
            let inside = json!({"parameters": {"required": ["expression"]}});
            Some(
                json!([{"required": ["expression"]}, {"required": ["parameters"], "properties": inside}]),
            )
        }
    };
    if let Some(given) = given {
        then.insert("anyOf".to_owned(), given);
    }
    json!({
        "if": {"properties": {"rule_type": {"const": rule_type.name}}, "required": ["rule_type"]},
        "then": then,
    })
}

fn needs_parameters(rule_type: &RuleType) -> bool {
    rule_type.parameters.iter().any(|key| key.is_required)
}

fn name(rule_type: &RuleType) -> String {
    format!("parameters_of_{}", rule_type.name)
}

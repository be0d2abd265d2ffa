//! The JSON Schema says of a text what the loader says of it.

use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Folder, catalog, kinds};
use crate::config::schema::schema;
use crate::config::{Config, LoadOptions, keys, yaml};
use crate::rules::RULE_TYPES;

/// The schema, ready to be asked.
pub struct Compiled {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Compiled {
    pub fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler
            .add_resource("config.schema.json", schema(&kinds()))
            .expect("a schema");
        let index = compiler
            .compile("config.schema.json", &mut schemas)
            .unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    /// What the schema has against a config, if it has.
    pub fn refusal(&self, config: &Value) -> Option<String> {
        let refused = self.schemas.validate(config, self.index).err();
        refused.map(|error| format!("{error:#}"))
    }

    /// Where the loader took what the schema refuses, or the schema takes what the loader does not know, how they
    /// differ.
    pub fn difference(&self, config: &Value, loaded: &Result<Config, String>) -> Option<String> {
        match (loaded, self.refusal(config)) {
            (Ok(_), Some(refusal)) => Some(format!("it loads, and the schema says: {refusal}")),
            (Err(errors), None) => errors
                .lines()
                .find(|line| is_for_the_schema(line))
                .map(|error| format!("the schema takes it, and the loader says: {error}")),
            _ => None,
        }
    }
}

/// Whether a line of the loader is an error of the config file's form.
fn is_for_the_schema(line: &str) -> bool {
    const OF_FORM: &[&str] = &[
        "error: unknown key",
        "does not use",
        "not available in this version yet",
        "is for global rules",
        "' must be ",
        "' is missing in ",
    ];
    // What a variable holds is not in the file, and what one parameter asks of another not in the schema.
    const ELSEWHERE: &[&str] = &["found the value of '${", "'quantile' is missing"];
    let has_one_of = |parts: &[&str]| parts.iter().any(|part| line.contains(part));
    line.starts_with("config.yaml") && has_one_of(OF_FORM) && !has_one_of(ELSEWHERE)
}

/// Holds the schema against what the loader said of a file; what came from elsewhere is not in the file.
pub fn hold_against_file(file: &Path, options: &LoadOptions, loaded: &Result<Config, String>) {
    let from_elsewhere = options
        .environment
        .keys()
        .any(|name| name.starts_with("VALIDATOR_"))
        || options.engine.is_some();
    let Ok(text) = std::fs::read_to_string(file) else {
        return;
    };
    let read = yaml::read(file, &text, &mut Vec::new());
    let Some(Ok(config)) = read.map(|(value, _)| serde_json::to_value(value)) else {
        return;
    };
    if config.is_object() && !from_elsewhere {
        let difference = Compiled::new().difference(&config, loaded);
        assert_eq!(difference, None, "{text}");
    }
}

/// A config with a rule of each type, with most keys and parameters.
const CONFIG: &str = r#"
version: "1.0"
metadata: {team: growth}
pipeline: {state_file: state.json, state: file, reuse: never, resume_window: 1h, max_age: 7d, durability: strict, results: inline}
outputs: {clean: c, quarantine: q, metrics: m}
dqx: {enabled: true, metrics_table: m}
engine: {type: embedded, connection_params: {database: a.db, read_only: true}, options: {max_retries: 3, retry_delay: 1.0, max_delay: 2, max_elapsed: 3, threads: 4}}
engines: {warehouse: {type: server, connection_params: {host: h, port: 5432, password: s}}}
require_sql_rules: false
global_rules:
  - {name: g, rule_type: completeness, column: a, parameters: {if_column_exists: true}}
tables:
  - name: files
    source: {path: a.csv, format: csv, options: {delimiter: ",", quote: "'", schema: {a: integer}}}
    engine: warehouse
    where: a > 1
    data_version: {value: v}
    samples: 5
    mask: {columns: [a], key: 0123456789abcdef}
    tags: [x]
    description: d
    rules:
      - {name: completeness, rule_type: completeness, columns: [a], parameters: {empty_is_missing: true, nan_is_missing: true}, threshold: 0.9, warn_threshold: 0.95, severity: info, where: a > 1, on_empty: fail, timeout: 5m, enabled: true, tags: [x], description: d}
      - {name: uniqueness, rule_type: uniqueness, column: a, max_failed: 1}
      - {name: primary_key, rule_type: primary_key, columns: [a, b], parameters: {}}
      - {name: range, rule_type: range, column: a, parameters: {min_value: 1, max_value: "2", exclusive_min: true, exclusive_max: true, nulls: fail}}
      - {name: pattern, rule_type: pattern, column: a, parameters: {pattern: x, match: full, negate: true, native: false, nulls: pass}}
      - {name: custom, rule_type: custom, expression: "SELECT count(*) FROM {table}", parameters: {returns: failed_rows}}
      - {name: accepted_values, rule_type: accepted_values, column: a, parameters: {values: [a, 1, true], case_sensitive: true, nulls: pass}}
      - {name: rejected_values, rule_type: rejected_values, column: a, parameters: {values: [a], case_sensitive: false, nulls: pass}}
      - {name: length, rule_type: length, column: a, parameters: {min: 1, max: 2, nulls: pass}}
      - {name: format, rule_type: format, column: a, parameters: {format: email, nulls: pass}}
  - name: relation
    source: {table: t, schema: s, catalog: c}
    data_version: snapshot
    mask: [a]
    rules:
      - {name: castable, rule_type: castable, column: a, parameters: {type: "decimal(3,1)", nulls: exclude}}
      - {name: comparison, rule_type: comparison, column: a, parameters: {operator: "==", other_column: b, nulls: pass}}
      - {name: not_in_future, rule_type: not_in_future, column: a, parameters: {nulls: pass}}
      - {name: freshness, rule_type: freshness, column: a, parameters: {max_age: 12h}}
      - {name: row_count, rule_type: row_count, parameters: {equals: 1}}
      - {name: aggregate, rule_type: aggregate, column: a, parameters: {function: quantile, quantile: 0.5, min_value: 1, max_value: "2026-01-01", tolerance: 0, nulls: pass}}
      - {name: foreign_key, rule_type: foreign_key, column: a, parameters: {references: {table: t, columns: [a]}, nulls: pass}}
      - {name: schema, rule_type: schema, parameters: {columns: [{name: a, type: text, nullable: false}, {name: b}], extra_columns: fail, ordered: true}}
      - {name: reconcile, rule_type: reconcile, columns: [a], parameters: {with: {path: a.csv, engine: warehouse, where: "a > 1"}, mode: rows, keys: [b], tolerance: 0.5, relative_tolerance: {a: 0.1}}}
  - name: query
    source: {query: "SELECT 1"}
    rules: [{name: lineage, rule_type: delta_quality, expression: x, parameters: {any: 1, databricks: {}}}]
"#;

/// All keys that are known somewhere, and some that are not.
fn names() -> Vec<&'static str> {
    let own = RULE_TYPES.iter().flat_map(|rule_type| rule_type.parameters);
    let tables = [
        keys::CONFIG,
        keys::ENGINE,
        keys::HOST_OPTIONS,
        keys::RULE,
        keys::FILES,
        keys::RELATION,
        keys::QUERY,
        keys::COMMON_PARAMETERS,
    ];
    let keys = tables.into_iter().flatten().chain(own).map(|key| key.name);
    let others = [
        "chunks", "databse", "zzz", "sql", "samples", "nullable", "key", "value",
    ];
    keys.chain(others).collect()
}

fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1.5),
        json!(-1),
        json!("text"),
        json!("pass"),
        json!(""),
        json!([]),
        json!(["a"]),
        json!([1]),
        json!([null]),
        json!({}),
        json!({"path": "a.csv"}),
        json!({"name": "a"}),
        json!([{"name": "a", "rule_type": "completeness", "column": "a"}]),
    ]
}

/// The places of all mappings in a value.
fn mappings(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(place.to_owned());
            for (key, member) in members {
                mappings(member, &format!("{place}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                mappings(item, &format!("{place}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn base() -> Value {
    serde_yaml::from_str(CONFIG).expect("YAML")
}

#[test]
fn the_config_of_this_test_has_a_rule_of_each_type() {
    let loaded = Folder::new(CONFIG).load(&LoadOptions::default());
    let config = loaded.unwrap_or_else(|errors| panic!("{errors}"));
    let rules = config.tables.iter().flat_map(|table| &table.rules);
    let used: Vec<&str> = rules.map(|rule| rule.rule_type).collect();
    for rule_type in RULE_TYPES {
        assert!(used.contains(&rule_type.name), "{}", rule_type.name);
    }
}

/// A key that is listed has a meaning: a wrong value does not go unnoticed.
#[test]
fn every_key_of_every_mapping_is_read() {
    let compiled = Compiled::new();
    let mut places = Vec::new();
    mappings(&base(), "", &mut places);
    for place in places {
        let members = base().pointer(&place).cloned().unwrap_or_default();
        for key in members
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
        {
            let is_open = place.starts_with("/metadata")
                || place.contains("/any")
                || place.ends_with("/databricks");
            if is_open
                || [
                    "any",
                    "databricks",
                    "enabled",
                    "threads",
                    "metadata",
                    "version",
                ]
                .contains(&key.as_str())
            {
                continue;
            }
            if compiled.refusal(&with(&place, key, json!([[]]))).is_some() {
                let errors = Folder::new(with(&place, key, json!([[]])).to_string())
                    .load(&LoadOptions::default());
                assert!(errors.is_err(), "{place}/{key} is not read");
            } else {
                panic!("{place}/{key} takes anything");
            }
        }
    }
}

fn with(place: &str, key: &str, value: Value) -> Value {
    let mut config = base();
    let mapping = config.pointer_mut(place).and_then(Value::as_object_mut);
    mapping.expect("a mapping").insert(key.to_owned(), value);
    config
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_loader_has_no_key_for_the_schema_refuses(
        place in any::<prop::sample::Index>(),
        name in prop::sample::select(names()),
        value in prop::sample::select(values()),
    ) {
        thread_local!(static COMPILED: Compiled = Compiled::new());
        let mut places = Vec::new();
        mappings(&base(), "", &mut places);
        let place: &String = place.get(&places);
        let config = with(place, name, value.clone());
        let folder = Folder::new(config.to_string());
        let loaded = crate::config::load::load_with(&folder.path("config.yaml"), &LoadOptions::default(), catalog());
        let loaded = loaded.map_err(|errors| folder.shown(&errors.to_string()));
        let difference = COMPILED.with(|compiled| compiled.difference(&config, &loaded));
        prop_assert_eq!(difference, None, "{} at {}: {}", name, place, value);
    }
}

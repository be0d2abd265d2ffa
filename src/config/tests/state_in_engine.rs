use std::collections::BTreeSet;

use super::{Folder, config, errors};
use crate::config::{LoadOptions, Untrusted};

const TABLES: &str = "engines: {db: {type: server, connection_params: {host: h}}}
tables: [{name: a, engine: db, rules: [{name: r, rule_type: uniqueness, column: c}]}]
";

#[test]
fn a_state_in_an_engine_has_defaults_for_all_its_keys() {
    let text = format!("engine: {{type: server, connection_params: {{host: h}}}}\n{TABLES}");
    let pipeline = config(&format!("pipeline: {{state: engine}}\n{text}")).pipeline;
    let state = pipeline
        .state_in_engine
        .unwrap_or_else(|| panic!("a state"));
    assert_eq!(
        state.to_string(),
        "the state 'config' in schema 'data_validator' of engine 'default'"
    );
    assert_eq!(state.quarantine, 0);
    let given = "pipeline: {state: {engine: db, schema: s, id: i, quarantine: 7}}";
    let pipeline = config(&format!("{given}\n{TABLES}")).pipeline;
    let state = pipeline
        .state_in_engine
        .unwrap_or_else(|| panic!("a state"));
    assert_eq!(
        state.to_string(),
        "the state 'i' in schema 's' of engine 'db'"
    );
    assert_eq!(state.quarantine, 7);
    assert_eq!(
        config(&format!("pipeline: {{state: file}}\n{TABLES}"))
            .pipeline
            .state_in_engine,
        None
    );
}

#[test]
fn the_engine_of_a_state_is_known_and_publishes() {
    insta::assert_snapshot!(errors(format!("pipeline: {{state: engine}}\n{TABLES}")), @"
    config.yaml:1:19: error: unknown engine 'default'
      help: known: db
    ");
    let wrong = "engine: {type: embedded}\npipeline: {state: {engine: default}}";
    insta::assert_snapshot!(errors(format!("{wrong}\ntables: [{{name: a, rules: [{{name: r, rule_type: uniqueness, column: c}}]}}]")), @"
    config.yaml:2:19: error: the engine 'default' cannot hold a state, since it does not publish
      help: name another one of 'engines', or keep the state in a file with 'state_file'
    ");
}

#[test]
fn what_is_wrong_about_a_state_in_an_engine_is_told() {
    insta::assert_snapshot!(errors(format!(
        "pipeline: {{state_file: s.json, state: {{engine: db, schema: ' ', quarantine: 1001, table: t}}}}\n{TABLES}"
    )), @"
    config.yaml:1:24: error: 'state_file' and a 'state' in an engine are both given
      help: remove one of them
    config.yaml:1:60: error: 'schema' is empty
      help: give a name, or remove it
    config.yaml:1:77: error: at most 1000 rows of a rule are kept
      help: 'filter' writes all failing rows
    config.yaml:1:83: error: unknown key 'table'
      help: known keys: engine, schema, id, quarantine
    ");
}

#[test]
fn a_stranger_does_not_choose_an_engine_for_a_state() {
    let untrusted = LoadOptions {
        untrusted: Some(Untrusted {
            allowed_variables: BTreeSet::new(),
        }),
        ..LoadOptions::default()
    };
    let tables = "tables: [{name: a, rules: [{name: r, rule_type: uniqueness, column: c}]}]";
    let folder = Folder::new(format!("pipeline: {{state: engine}}\n{tables}"));
    let errors = folder.load(&untrusted).err().unwrap_or_default();
    assert!(
        errors.contains(
            "a state is written there, so an untrusted config must not choose an engine for it"
        ),
        "{errors}"
    );
    let folder = Folder::new(format!(
        "pipeline: {{state: file, state_file: s.json}}\n{tables}"
    ));
    assert!(folder.load(&untrusted).is_ok());
}

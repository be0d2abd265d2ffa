use serde_json::json;

use super::{Folder, config, errors};
use crate::config::{DEFAULT_ENGINE, LoadOptions};

const TABLE: &str = "tables: [{name: a, rules: [{name: r, rule_type: completeness, column: c}]}]\n";

#[test]
fn first_known_type_is_the_default() {
    let config = config(TABLE);
    assert_eq!(config.engines[DEFAULT_ENGINE].engine_type(), "embedded");
    assert_eq!(config.tables[0].engine, DEFAULT_ENGINE);
}

#[test]
fn table_names_its_engine() {
    let config = config(
        "
engines: {warehouse: {type: server, connection_params: {host: db, port: 5432}, options: {threads: 4, deep: [1]}}}
tables: [{name: a, engine: warehouse, rules: [{name: r, rule_type: completeness, column: c}]}]
",
    );
    assert_eq!(config.tables[0].engine, "warehouse");
    assert_eq!(config.engines.keys().collect::<Vec<_>>(), ["warehouse"]);
    let engine = &config.engines["warehouse"].config;
    assert_eq!(
        json!(engine.connection),
        json!({"host": "db", "port": 5432})
    );
    assert_eq!(json!(engine.options), json!({"threads": 4, "deep": [1]}));
}

#[test]
fn relative_paths_start_from_the_folder_of_the_config() {
    for (written, resolved) in [
        ("data/x.db", "FOLDER/data/x.db"),
        ("/x.db", "/x.db"),
        (":memory:", ":memory:"),
    ] {
        let folder = Folder::new(format!(
            "engine: {{connection_params: {{database: '{written}'}}}}\n{TABLE}"
        ));
        let config = folder.load(&LoadOptions::default()).expect("a config");
        let database = config.engines[DEFAULT_ENGINE].config.connection["database"]
            .as_str()
            .expect("a text");
        assert_eq!(
            database,
            resolved.replace(
                "FOLDER",
                folder.path("").to_string_lossy().trim_end_matches('/')
            )
        );
    }
}

#[test]
fn unknown_engines_and_types_name_the_near_ones() {
    insta::assert_snapshot!(errors(
        "
engine: {type: embeded}
engines: {warehouse: {type: zzz}, default: {type: embedded}}
tables:
  - {name: a, engine: warehose, rules: [{name: r, rule_type: completeness, column: c}]}
"
    ), @"
    config.yaml:2:16: error: unknown engine type 'embeded'
      help: did you mean 'embedded'?
    config.yaml:3:29: error: unknown engine type 'zzz'
      help: known: embedded, server
    config.yaml:3:35: error: 'default' is the name of what stands under 'engine'
      help: give this engine another name
    config.yaml:5:23: error: unknown engine 'warehose'
      help: did you mean 'warehouse'?
    ");
}

#[test]
fn connection_params_fit_what_the_engine_declares() {
    insta::assert_snapshot!(errors(format!(
        "
engine: {{type: server, connection_params: {{prot: 1, port: '5432', password: 12345}}}}
engines: {{two: {{type: embedded, connection_params: {{read_only: 1, database: 5}}, options: []}}}}
{TABLE}"
    )), @"
    config.yaml:2:43: error: 'host' is missing in 'connection_params'
      help: add 'host: …'
    config.yaml:2:44: error: unknown key 'prot'
      help: did you mean 'port'?
    config.yaml:2:59: error: 'port' must be a whole number, found the text '5432'
      help: write a whole number
    config.yaml:2:77: error: 'password' must be text
      help: put it in quotes
    config.yaml:3:64: error: 'read_only' must be true or false, found the number 1
      help: write true or false
    config.yaml:3:77: error: 'database' must be text, found the number 5
      help: put it in quotes
    config.yaml:3:90: error: 'options' must be a mapping, found a list
      help: write keys and values, as in 'key: value'
    ");
}

#[test]
fn engine_of_the_command_line_is_a_name_or_a_type() {
    let folder = Folder::new(format!(
        "
engine: {{type: server, connection_params: {{host: one}}}}
engines: {{two: {{type: server, connection_params: {{host: two}}}}}}
{TABLE}"
    ));
    let engine = |name: &str| {
        let options = LoadOptions {
            engine: Some(name.into()),
            ..LoadOptions::default()
        };
        let config = folder.load(&options).expect("a config");
        let engine = &config.engines[DEFAULT_ENGINE];
        (
            engine.engine_type().to_owned(),
            engine.config.connection.get("host").cloned(),
        )
    };
    assert_eq!(engine("two"), ("server".into(), Some(json!("two"))));
    assert_eq!(engine("embedded"), ("embedded".into(), None));
    assert_eq!(engine("server"), ("server".into(), Some(json!("one"))));
}

#[test]
fn the_environment_is_about_the_engine_of_the_command_line() {
    let folder = Folder::new(format!(
        "engine: {{type: embedded, connection_params: {{database: x.db}}, options: {{x: 1}}}}\n{TABLE}"
    ));
    let variables = [
        ("VALIDATOR_ENGINE__CONNECTION_PARAMS__HOST", "db"),
        ("VALIDATOR_ENGINE__CONNECTION_PARAMS__PASSWORD", "12345"),
        ("VALIDATOR_ENGINE__TYPE", "embedded"),
    ];
    let options = LoadOptions {
        engine: Some("server".into()),
        environment: variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..LoadOptions::default()
    };
    let config = folder
        .load(&options)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let engine = &config.engines[DEFAULT_ENGINE];
    assert_eq!(engine.engine_type(), "server");
    assert_eq!(
        json!(engine.config.connection),
        json!({"host": "db", "password": "12345"})
    );
    assert!(engine.config.options.is_empty());
}

#[test]
fn engine_of_the_command_line_is_checked() {
    let errors = |config: &str, engine: &str| {
        let options = LoadOptions {
            engine: Some(engine.into()),
            ..LoadOptions::default()
        };
        Folder::new(config)
            .load(&options)
            .expect_err("a wrong engine")
    };
    insta::assert_snapshot!(errors(TABLE, "sevrer"), @"
    --engine sevrer: error: unknown engine type 'sevrer'
      help: did you mean 'server'?
    ");
    insta::assert_snapshot!(errors(TABLE, "server"), @"
    --engine server: error: 'host' is missing in 'connection_params'
      help: add 'host: …'
    ");
}

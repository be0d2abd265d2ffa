//! The JSON Schema of a config, as the program prints it and as it lies in the repository.

use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use crate::generated;
use crate::support::{Workspace, files_below, repository};

const FILE: &str = "src/config/config.schema.json";

struct Compiled {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Compiled {
    fn new() -> Self {
        let text = fs::read_to_string(repository().join(FILE)).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let schema = serde_json::from_str(&text).unwrap();
        compiler.add_resource("config.schema.json", schema).unwrap();
        // It is held against the schema of schemas first.
        let index = compiler.compile("config.schema.json", &mut schemas);
        let index = index.unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    fn refusal(&self, config: &str) -> Option<String> {
        let config: Value = serde_yaml::from_str(config).unwrap();
        let refused = self.schemas.validate(&config, self.index).err();
        refused.map(|error| format!("{error:#}"))
    }
}

#[test]
fn the_schema_is_made_from_the_keys_of_the_program() {
    let outcome = Workspace::new().run(&["schema"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    generated::hold(FILE, &outcome.stdout);
}

#[test]
fn configs_of_the_repository_are_accepted() {
    let compiled = Compiled::new();
    let mut seen = 0;
    let folders = ["examples", "benchmark", "plugins", "tests"];
    for folder in folders {
        for file in files_below(&repository().join(folder), &[".yaml"]) {
            let config = fs::read_to_string(&file).unwrap();
            if !config.contains("\ntables:\n") {
                continue; // a case of the random tests
            }
            if let Some(refusal) = compiled.refusal(&config) {
                panic!("{}: {refusal}", file.display());
            }
            seen += 1;
        }
    }
    assert!(seen >= 4, "only {seen} configs were found");
}

#[test]
fn configs_of_plugin_skeletons_are_accepted() {
    let workspace = Workspace::new();
    for language in ["rust", "c", "cpp"] {
        let made = workspace.run(&[
            "plugin", "new", "mine", "--lang", language, "--into", language,
        ]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let config = fs::read_to_string(workspace.path(language).join("rules.yaml")).unwrap();
        assert_eq!(Compiled::new().refusal(&config), None);
    }
}

/// Config texts and where in them the schema finds the mistake.
const WRONG: &[(&str, &str)] = &[
    ("{tabels: []}", "additionalProperty 'tabels'"),
    ("{version: '2.0', tables: []}", "/version"),
    ("{engine: {typ: duckdb}, tables: []}", "'typ'"),
    (
        "{engine: {connection_params: {url: x}}, tables: []}",
        "'url'",
    ),
    (
        "{engine: {type: postgres, connection_params: {url: x, hots: y}}, tables: []}",
        "'hots'",
    ),
    (
        "{engine: {options: {max_retries: -1}}, tables: []}",
        "/engine/options/max_retries",
    ),
    ("{tables: [{}]}", "'name'"),
    (
        "{tables: [{name: t, chunks: {by: file}}]}",
        "/tables/0/chunks",
    ),
    (
        "{tables: [{name: t, source: {path: a, table: b}}]}",
        "/tables/0/source",
    ),
    (
        "{tables: [{name: t, rules: [{rule_type: range}]}]}",
        "'name'",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: rnage}]}]}",
        "/rule_type",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: completeness}]}]}",
        "'column'",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: completeness, column: c, parameters: {min: 1}}]}]}",
        "'min'",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: pattern, column: c}]}]}",
        "'parameters'",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: pattern, column: c, parameters: {}}]}]}",
        "'pattern'",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: range, column: c, parameters: {nulls: skip}}]}]}",
        "/nulls",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: range, columns: [a, b]}]}]}",
        "/columns",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: row_count, column: c}]}]}",
        "/column",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: custom}]}]}",
        "'expression'",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: range, column: c, threshold: 95}]}]}",
        "/threshold",
    ),
    (
        "{tables: [{name: t, rules: [{name: r, rule_type: range, column: c, parameters: {if_column_exists: true}}]}]}",
        "/if_column_exists",
    ),
];

#[test]
fn wrong_configs_are_refused_where_they_are_wrong() {
    let compiled = Compiled::new();
    for (config, place) in WRONG {
        let refusal = compiled.refusal(config);
        let refusal = refusal.unwrap_or_else(|| panic!("{config} is accepted"));
        assert!(refusal.contains(place), "{config}: {refusal}");
    }
}

#[test]
fn values_may_come_from_the_environment() {
    let config = "
engine: {type: postgres, connection_params: {port: '${env:PORT}', url: '${env:URL}'}, options: {max_retries: '${env:RETRIES}'}}
tables:
  - name: '${env:NAME}'
    samples: '${param:samples}'
    rules:
      - {name: r, rule_type: '${param:type}', column: c, enabled: '${env:ENABLED}', threshold: '${env:T}'}
      - {name: s, rule_type: length, column: c, severity: '${env:SEVERITY}', parameters: {min: '${env:MIN}', nulls: '${env:NULLS}'}}
";
    assert_eq!(Compiled::new().refusal(config), None);
}

use data_validator_plugin::TableName;

use super::{Folder, config, errors};
use crate::config::{LoadOptions, Target};

const TABLES: &str =
    "tables:\n  - {name: a, rules: [{name: r, rule_type: completeness, column: c}]}\n";

#[test]
fn an_output_is_a_file_by_its_ending_and_else_a_table() {
    let folder = Folder::new(format!(
        "outputs: {{clean: \"out/{{table}}.PARQUET\", quarantine: dq.bad_rows}}\n{TABLES}"
    ));
    let config = folder.load(&LoadOptions::default()).unwrap();
    let clean = config.outputs.clean.as_ref().unwrap();
    let path = folder.path("out/orders.PARQUET");
    assert_eq!(clean.target("orders"), Ok(Target::File(path)));
    assert!(clean.target("../orders").is_err());
    let quarantine = config.outputs.quarantine.as_ref().unwrap();
    let name = TableName {
        catalog: None,
        schema: Some("dq".into()),
        table: "bad_rows".into(),
    };
    assert_eq!(quarantine.target("orders"), Ok(Target::Table(name)));
}

#[test]
fn the_quarantine_of_the_python_tool_is_an_output() {
    let python = format!("dqx: {{quarantine_table: bad}}\n{TABLES}");
    let read = config(&python).outputs.quarantine.unwrap();
    let ours = config(&format!("outputs: {{quarantine: bad}}\n{TABLES}"));
    assert_eq!(
        read.target("a"),
        ours.outputs.quarantine.unwrap().target("a")
    );
    assert_eq!(
        config(&format!("outputs: {{clean: null}}\n{TABLES}"))
            .outputs
            .clean,
        None
    );
}

#[test]
fn one_place_for_several_tables_is_told() {
    let second = TABLES
        .replace("tables:\n", "")
        .replace("name: a", "name: b");
    let config = config(&format!("outputs: {{clean: good}}\n{TABLES}{second}"));
    let warnings: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("'good' is one place for the rows of 2 tables"));
}

#[test]
fn samples_and_outputs_that_are_wrong() {
    insta::assert_snapshot!(errors(
        "
outputs: {clean: clean.csv, quarantine: a/b, other: x}
tables:
  - {name: a, samples: 1001, mask: email, rules: [{name: r, rule_type: completeness, column: c}]}
  - {name: b, samples: -1, mask: {key: short, colums: [a]}, rules: [{name: r, rule_type: completeness, column: c}]}
"
    ), @"
    config.yaml:2:18: error: 'clean.csv' is neither a table nor a Parquet file
      help: end the path in .parquet, or name a table of the engine
    config.yaml:2:41: error: 'a/b' is neither a table nor a Parquet file
      help: end the path in .parquet, or name a table of the engine
    config.yaml:2:46: error: unknown key 'other'
      help: known keys: clean, quarantine, metrics
    config.yaml:4:24: error: a report shows at most 1000 rows of a rule
      help: 'filter' writes all failing rows
    config.yaml:4:36: error: 'mask' must be a list, found the text 'email'
      help: write it as […], or as lines that begin with '-'
    config.yaml:5:24: error: 'samples' must be a whole number that is not negative, found the number -1
      help: write a whole number that is not negative
    config.yaml:5:34: error: 'mask' has no columns
      help: add 'columns: […]'
    config.yaml:5:40: error: the key of 'mask' has fewer than 16 bytes
      help: take a random one, such as of 'openssl rand -hex 32'
    config.yaml:5:47: error: unknown key 'colums'
      help: did you mean 'columns'?
    ");
}

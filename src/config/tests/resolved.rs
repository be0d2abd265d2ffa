use std::path::Path;

use super::{Folder, config};
use crate::config::{Limit, LoadOptions, OnEmpty, Severity};
use crate::plan::custom_sql::SqlExpression;

#[test]
fn all_keys_of_a_rule() {
    let config = config(
        "version: 1.0
metadata: {team: growth}
tables:
  - name: customers
    where: deleted_at IS NULL
    tags: [pii]
    rules:
      - name: id_check
        rule_type: completeness
        column: customer_id
        threshold: 0.95
        warn_threshold: 0.99
        severity: warning
        where: country = 'DE'
        on_empty: fail
        enabled: false
        tags: [nightly]
        description: every customer has a number
        parameters: {empty_is_missing: true}
      - {name: few, rule_type: uniqueness, columns: [a, b], max_failed: 10}
      - {name: none, rule_type: custom, expression: a > 1, parameters: }
",
    );
    assert_eq!(config.metadata["team"], "growth");
    let table = &config.tables[0];
    assert_eq!(table.name, "customers");
    assert_eq!(
        table.scope.as_ref().map(SqlExpression::as_sql),
        Some("deleted_at IS NULL")
    );
    assert_eq!(table.tags, ["pii"]);
    assert_eq!((table.location.line, table.location.column), (4, 11));
    let [first, second, third] = &table.rules[..] else {
        panic!("three rules")
    };
    assert_eq!(
        (first.name.as_str(), first.rule_type),
        ("id_check", "completeness")
    );
    assert_eq!(first.limit, Limit::Threshold(0.95));
    assert_eq!(first.warn_threshold, Some(0.99));
    assert_eq!(
        (first.severity, first.on_empty, first.enabled),
        (Severity::Warning, OnEmpty::Fail, false)
    );
    assert_eq!(
        first.scope.as_ref().map(SqlExpression::as_sql),
        Some("country = 'DE'")
    );
    assert_eq!(first.tags, ["nightly"]);
    assert_eq!(
        first.description.as_deref(),
        Some("every customer has a number")
    );
    assert_eq!((first.location.line, first.location.column), (8, 15));
    assert_eq!(second.limit, Limit::MaxFailed(10));
    assert_eq!(
        (second.severity, second.on_empty, second.enabled),
        (Severity::Error, OnEmpty::Pass, true)
    );
    assert_eq!(third.limit, Limit::MaxFailed(0));
}

#[test]
fn global_rules_come_after_those_of_each_table() {
    let config = config(
        "
global_rules: [{name: g, rule_type: completeness, column: c, parameters: {if_column_exists: true}}]
tables: [{name: a, rules: [{name: r, rule_type: completeness, column: c}]}, {name: b}]
",
    );
    let names = |table: usize| {
        config.tables[table]
            .rules
            .iter()
            .map(|rule| rule.name.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!((names(0), names(1)), (vec!["r", "g"], vec!["g"]));
    assert!(config.tables[1].rules[0].if_column_exists);
    assert!(!config.tables[0].rules[0].if_column_exists);
}

#[test]
fn null_is_as_if_not_given() {
    let config = config(
        "
pipeline:
metadata: ~
engine: null
tables: [{name: a, where: , samples: null, rules: [{name: r, rule_type: completeness, column: c, columns: , threshold: ~}]}]
",
    );
    assert_eq!(config.tables[0].rules[0].limit, Limit::MaxFailed(0));
}

#[test]
fn hash_is_that_of_the_bytes() {
    let folder = Folder::new(
        "\u{feff}tables: [{name: a, rules: [{name: r, rule_type: completeness, column: c}]}]\r\n",
    );
    let config = folder.load(&LoadOptions::default()).expect("a config");
    insta::assert_snapshot!(config.hash, @"8f6aa505a1def1bfdd7bc6f5954cabef086b69616da55c5137e4ecd903917ef0");
    assert_eq!(config.file, folder.path("config.yaml"));
}

#[test]
fn keys_of_the_python_tool_without_effect_are_warnings() {
    let config = config(
        "dqx: {enabled: true}\ntables: [{name: a, rules: [{name: r, rule_type: completeness, column: c, warn_threshold: 1}]}]",
    );
    let warnings = config
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    let folder = Path::new(&config.file)
        .parent()
        .expect("a folder")
        .display()
        .to_string();
    insta::assert_snapshot!(warnings.replace(&format!("{folder}/"), ""), @"
    config.yaml:1:7: warning: 'dqx.enabled' has no effect here
      help: remove it, or keep it for the Python tool
    config.yaml:2:74: warning: 'warn_threshold' has no effect where no record may fail
      help: add a threshold or max_failed
    ");
}

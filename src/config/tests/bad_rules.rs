use super::{Folder, errors, rule};
use crate::config::LoadOptions;

fn errors_of_rule(text: &str) -> String {
    rule(text).expect_err("the rule is wrong")
}

#[test]
fn unknown_rule_type_names_the_near_ones() {
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completness, column: c, wehre: x}"), @"
    config.yaml:2:22: error: unknown rule type 'completness'
      help: did you mean 'completeness'?
    config.yaml:2:46: error: unknown key 'wehre'
      help: did you mean 'where'?
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: zzz}"), @"
    config.yaml:2:22: error: unknown rule type 'zzz'
      help: known: completeness, uniqueness, primary_key, range, pattern, custom, accepted_values, rejected_values, length, format, castable, comparison, not_in_future, freshness, row_count, aggregate, foreign_key, schema, reconcile
    ");
}

#[test]
fn threshold_in_percent() {
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: c, threshold: 7}"), @"
    config.yaml:2:58: error: threshold 7 is outside 0..1
      help: 7 % is written 0.07
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: c, threshold: -0.1}"), @"
    config.yaml:2:58: error: threshold -0.1 is outside 0..1
      help: it is the rate of records that must pass, such as 0.95
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: c, threshold: .nan}"), @"
    config.yaml:2:58: error: threshold NaN is outside 0..1
      help: it is the rate of records that must pass, such as 0.95
    ");
}

#[test]
fn threshold_and_max_failed_exclude_each_other() {
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: c, threshold: 1, max_failed: 0}"), @"
    config.yaml:2:61: error: 'threshold' and 'max_failed' are both given
      help: keep one of them
    ");
}

#[test]
fn warn_threshold_is_not_below_the_threshold() {
    insta::assert_snapshot!(
        errors_of_rule("{name: r, rule_type: completeness, column: c, threshold: 0.9, warn_threshold: 0.8}"), @"
    config.yaml:2:79: error: warn_threshold 0.8 is below threshold 0.9, so it never warns
      help: make it larger than the threshold
    ");
}

#[test]
fn columns_are_given_once() {
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness}"), @"
    config.yaml:2:1: error: rule type 'completeness' needs a column
      help: add 'column: …', or 'columns: […]' where it takes several
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: a, columns: [b]}"), @"
    config.yaml:2:56: error: 'column' and 'columns' are both given
      help: keep one of them
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, columns: []}"), @"
    config.yaml:2:45: error: 'columns' is empty
      help: name at least one column
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: uniqueness, columns: [a, b, a]}"), @"
    config.yaml:2:43: error: column 'a' is named twice
      help: name it once
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: pattern, columns: [a, b], parameters: {pattern: x}}"), @"
    config.yaml:2:40: error: rule type 'pattern' checks one column, found 2
      help: write a rule for each column
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: ''}"), @"
    config.yaml:2:44: error: a column's name is empty
      help: name the column
    ");
}

#[test]
fn keys_the_rule_type_does_not_use() {
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: custom, expression: a > 1, column: a}"), @"
    config.yaml:2:49: error: rule type 'custom' does not use 'column'
      help: remove it
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: a, expression: a > 1}"), @"
    config.yaml:2:47: error: rule type 'completeness' does not use 'expression'
      help: remove it
    ");
}

#[test]
fn expression_is_given_once() {
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: custom}"), @"
    config.yaml:2:1: error: rule type 'custom' needs an expression
      help: add 'expression: …' with the SQL of the check
    ");
    insta::assert_snapshot!(
        errors_of_rule("{name: r, rule_type: custom, expression: a > 1, parameters: {expression: a > 1}}"), @"
    config.yaml:2:74: error: 'expression' is given in the rule and in its parameters
      help: keep one of them
    ");
}

#[test]
fn expression_is_one_of_sql() {
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: custom, parameters: {expression: a >}}"), @"
    config.yaml:2:55: error: the SQL cannot be read: Expected: an expression, found: EOF
      help: write one SQL expression or one query that only reads
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: completeness, column: a, where: 'a; DROP TABLE b'}"), @"
    config.yaml:2:54: error: 'where': the SQL has 2 statements where one is meant; write one rule for each
      help: write a condition as it would stand behind WHERE
    ");
}

#[test]
fn bad_parameters_stand_at_their_place() {
    insta::assert_snapshot!(
        errors_of_rule("{name: r, rule_type: range, column: a, parameters: {min_value: 5, max_value: 1}}"), @"
    config.yaml:2:64: error: min_value 5 and max_value 1 leave no value that could pass
      help: swap them, or make the bounds inclusive
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: range, column: a}"), @"
    config.yaml:2:1: error: a range needs min_value or max_value
      help: give one of them, or both
    ");
    insta::assert_snapshot!(errors_of_rule("{name: r, rule_type: pattern, parameters: 5}"), @"
    config.yaml:2:1: error: rule type 'pattern' needs a column
      help: add 'column: …', or 'columns: […]' where it takes several
    config.yaml:2:43: error: 'parameters' must be a mapping, found the number 5
      help: write keys and values, as in 'key: value'
    ");
}

#[test]
fn names_are_one_line() {
    insta::assert_snapshot!(errors_of_rule("{name: ' ', rule_type: completeness, column: a}"), @"
    config.yaml:2:8: error: a name must be one line of text that is not empty
      help: give it a name to be found by
    ");
    insta::assert_snapshot!(errors_of_rule(r#"{name: "a\nb", rule_type: completeness, column: a}"#), @"
    config.yaml:2:8: error: a name must be one line of text that is not empty
      help: give it a name to be found by
    ");
}

#[test]
fn names_are_unique() {
    insta::assert_snapshot!(errors(
        "
global_rules:
  - {name: g, rule_type: completeness, column: c}
tables:
  - name: a
    rules:
      - {name: r, rule_type: completeness, column: c}
      - {name: r, rule_type: uniqueness, column: c}
      - {name: g, rule_type: uniqueness, column: c}
  - name: b
  - name: a
"
    ), @"
    config.yaml:8:16: error: rule 'r' is named twice in table 'a'
      help: give it another name; the first is on line 7
    config.yaml:9:16: error: rule 'g' is named twice in table 'a'
      help: give it another name; the first is on line 3
    config.yaml:11:11: error: table 'a' is named twice
      help: put all rules under one of them; the first is on line 5
    ");
}

#[test]
fn wrong_table_does_not_hide_wrong_rules() {
    insta::assert_snapshot!(errors(
        "
tables:
  - {engine: zzz, where: 'a >', source: x.gz, rules: [{name: r, rule_type: uniqueness, threshold: 2}]}
"
    ), @"
    config.yaml:3:5: error: 'name' is missing in an item of 'tables'
      help: add 'name: …'
    config.yaml:3:14: error: unknown engine 'zzz'
      help: describe it under 'engines', as 'zzz: {type: …}'
    config.yaml:3:26: error: 'where': the SQL cannot be read: Expected: an expression, found: EOF
      help: write a condition as it would stand behind WHERE
    config.yaml:3:41: error: gz files are not read by this version
      help: use one of csv, tsv, json, ndjson, jsonl, parquet, arrow
    config.yaml:3:55: error: rule type 'uniqueness' needs a column
      help: add 'column: …', or 'columns: […]' where it takes several
    config.yaml:3:99: error: threshold 2 is outside 0..1
      help: 2 % is written 0.02
    ");
}

#[test]
fn table_without_rules() {
    insta::assert_snapshot!(errors("tables:\n  - name: a\n    rules: []\n  - name: b\n"), @"
    config.yaml:2:11: error: table 'a' has no rules
      help: add 'rules:', or 'global_rules:'
    config.yaml:4:11: error: table 'b' has no rules
      help: add 'rules:', or 'global_rules:'
    ");
}

#[test]
fn if_column_exists_is_for_global_rules() {
    insta::assert_snapshot!(
        errors_of_rule("{name: r, rule_type: completeness, column: c, parameters: {if_column_exists: true}}"), @"
    config.yaml:2:78: error: 'if_column_exists' is for global rules
      help: remove it
    ");
}

#[test]
fn global_rule_is_reported_once_for_all_engines() {
    insta::assert_snapshot!(errors(
        "
engines: {other: {type: embedded}}
global_rules:
  - {name: g, rule_type: completeness, column: c, where: 'a >', parameters: {nul: 1}}
tables: [{name: a}, {name: b, engine: other}]
"
    ), @"
    config.yaml:4:58: error: 'where': the SQL cannot be read: Expected: an expression, found: EOF
      help: write a condition as it would stand behind WHERE
    config.yaml:4:78: error: unknown key 'nul'
      help: known keys: empty_is_missing, nan_is_missing
    ");
}

#[test]
fn sql_rules_can_be_required() {
    insta::assert_snapshot!(errors(
        "
require_sql_rules: true
tables:
  - name: a
    rules:
      - {name: r, rule_type: completeness, column: c}
      - {name: s, rule_type: completeness, column: c, enabled: false}
      - {name: t, rule_type: custom, expression: c > 1}
"
    ), @"
    config.yaml:6:9: error: 'require_sql_rules' asks for an expression in every rule
      help: add 'expression: …'
    ");
}

#[test]
fn source_is_needed_to_run() {
    let folder = Folder::new(
        "tables:\n  - {name: a, rules: [{name: r, rule_type: completeness, column: c}]}\n",
    );
    assert!(folder.load(&LoadOptions::default()).is_ok());
    let options = LoadOptions {
        require_sources: true,
        ..LoadOptions::default()
    };
    insta::assert_snapshot!(folder.load(&options).expect_err("no source"), @"
    config.yaml:2:12: error: table 'a' has no source
      help: add 'source:' to it, or give --sources FILE or --override a=PATH
    ");
}

use super::errors;

#[test]
fn unknown_keys_name_the_near_ones() {
    insta::assert_snapshot!(errors(
        "
tabels: []
metadata: {}
tables:
  - nmae: a
    name: b
    rules:
      - {name: c, rule_type: completeness, colum: d, column: d, parameters: {empty_is_mising: true}}
engine: {tpye: embedded, type: embedded}
"
    ), @"
    config.yaml:2:1: error: unknown key 'tabels'
      help: did you mean 'tables'?
    config.yaml:5:5: error: unknown key 'nmae'
      help: did you mean 'name'?
    config.yaml:8:44: error: unknown key 'colum'
      help: did you mean 'column' or 'columns'?
    config.yaml:8:78: error: unknown key 'empty_is_mising'
      help: did you mean 'empty_is_missing'?
    config.yaml:9:10: error: unknown key 'tpye'
      help: did you mean 'type'?
    ");
}

#[test]
fn unknown_key_without_near_name_lists_all() {
    insta::assert_snapshot!(errors("tables: [{name: a, rules: [{name: r, rule_type: completeness, column: c}], zzz: 1}]"), @"
    config.yaml:1:76: error: unknown key 'zzz'
      help: known keys: name, engine, source, where, data_version, samples, mask, tags, description, rules
    ");
}

#[test]
fn a_rule_type_without_parameters_says_so() {
    insta::assert_snapshot!(errors("tables: [{name: a, rules: [{name: r, rule_type: uniqueness, column: c, parameters: {nulls: fail}}]}]"), @"
    config.yaml:1:85: error: unknown key 'nulls'
      help: rules of this type have no parameters
    ");
}

#[test]
fn a_pattern_with_a_back_reference_says_what_to_do() {
    insta::assert_snapshot!(errors(r"tables: [{name: a, rules: [{name: r, rule_type: pattern, column: c, parameters: {pattern: '(a)\1'}}]}]"), @r"
    config.yaml:1:91: error: the pattern '(a)\1' is refused: back-references are not portable
      help: write the repeated text out, or set 'native: true' where the engine has them
    ");
}

#[test]
fn keys_in_the_wrong_place() {
    insta::assert_snapshot!(errors(
        "
tables:
  - name: a
    rules:
      - {name: r, rule_type: completeness, column: c, empty_is_missing: true, parameters: {threshold: 0.5}}
"
    ), @"
    config.yaml:5:55: error: unknown key 'empty_is_missing'
      help: put 'empty_is_missing' under 'parameters'
    config.yaml:5:92: error: unknown key 'threshold'
      help: put 'threshold' beside 'parameters', not inside
    ");
}

#[test]
fn keys_that_are_no_text() {
    insta::assert_snapshot!(errors("1: a\n[x]: b\ntables: []\n"), @"
    config.yaml:1:1: error: a key must be text, found a list
      help: put it in quotes
    config.yaml:1:1: error: a key must be text, found the number 1
      help: put it in quotes
    config.yaml:3:9: error: 'tables' is empty
      help: name at least one table with its rules
    ");
}

#[test]
fn wrong_types_say_what_is_right() {
    insta::assert_snapshot!(errors(
        "
version: 2
metadata: []
engine: embedded
require_sql_rules: maybe
tables:
  - name: 5
    tags: nightly
    rules:
      - {name: r, rule_type: completeness, column: c, threshold: high, max_failed: -1, tags: [a, 1]}
      - {name: [s], rule_type: completeness, column: {}, severity: eror, on_empty: 1, enabled: 'no'}
      - completeness
  - name: b
    rules: {}
"
    ), @r#"
    config.yaml:2:10: error: this version of the config format is not known
      help: write version: "1.0"
    config.yaml:3:11: error: 'metadata' must be a mapping, found a list
      help: write keys and values, as in 'key: value'
    config.yaml:4:9: error: 'engine' must be a mapping, found the text 'embedded'
      help: write keys and values, as in 'key: value'
    config.yaml:5:20: error: 'require_sql_rules' must be true or false, found the text 'maybe'
      help: write true or false
    config.yaml:7:11: error: 'name' must be text, found the number 5
      help: put it in quotes
    config.yaml:8:11: error: 'tags' must be a list, found the text 'nightly'
      help: write it as […], or as lines that begin with '-'
    config.yaml:10:66: error: 'threshold' must be a number, found the text 'high'
      help: write a number
    config.yaml:10:84: error: 'max_failed' must be a whole number that is not negative, found the number -1
      help: write a whole number that is not negative
    config.yaml:10:98: error: an item of 'tags' must be text, found the number 1
      help: put it in quotes
    config.yaml:11:16: error: 'name' must be text, found a list
      help: give a single value
    config.yaml:11:54: error: 'column' must be text, found a mapping
      help: write text
    config.yaml:11:68: error: 'severity' must be one of info, warning, error, found the text 'eror'
      help: did you mean 'error'?
    config.yaml:11:84: error: 'on_empty' must be one of pass, fail, error, found the number 1
      help: write one of pass, fail, error
    config.yaml:11:96: error: 'enabled' must be true or false, found the text 'no'
      help: write true or false
    config.yaml:12:9: error: an item of 'rules' must be a mapping, found the text 'completeness'
      help: write keys and values, as in 'key: value'
    config.yaml:14:12: error: 'rules' must be a list, found a mapping
      help: write it as […], or as lines that begin with '-'
    "#);
}

#[test]
fn keys_of_later_versions_say_so() {
    insta::assert_snapshot!(errors(
        "
tables:
  - name: a
    chunks: {by: file}
    rules:
      - {name: s, rule_type: completeness, column: c}
"
    ), @"
    config.yaml:4:5: error: 'chunks' (large tables in parts) is not available in this version yet
      help: remove it
    ");
}

#[test]
fn missing_keys_are_named() {
    insta::assert_snapshot!(errors("tables:\n  - rules: [{column: c}]\n"), @"
    config.yaml:2:5: error: 'name' is missing in an item of 'tables'
      help: add 'name: …'
    config.yaml:2:13: error: 'name' is missing in an item of 'rules'
      help: add 'name: …'
    config.yaml:2:13: error: 'rule_type' is missing in an item of 'rules'
      help: add 'rule_type: …'
    ");
    insta::assert_snapshot!(errors("metadata: {}\n"), @"
    config.yaml:1:1: error: 'tables' is missing in the file
      help: add 'tables: …'
    ");
    insta::assert_snapshot!(errors("tables:\n"), @"
    config.yaml:1:1: error: 'tables' is missing in the file
      help: add 'tables: …'
    ");
    insta::assert_snapshot!(errors("tables: []\n"), @"
    config.yaml:1:9: error: 'tables' is empty
      help: name at least one table with its rules
    ");
}

//! What is wrong with the parameters of a rule is told before anything is connected to.

use super::{errors as errors_of_config, rule};

/// The errors of rules, one a line.
fn errors(rules: &[&str]) -> String {
    let told = rules.iter().map(|text| {
        let errors = rule(&format!("{{name: r, {text}}}")).expect_err("the rule is wrong");
        errors.replace("config.yaml:2:", "")
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn lists_of_values() {
    insta::assert_snapshot!(errors(&[
        "rule_type: accepted_values, column: c",
        "rule_type: accepted_values, column: c, parameters: {values: []}",
        "rule_type: accepted_values, column: c, parameters: {values: [a, null]}",
        "rule_type: accepted_values, column: c, parameters: {values: [1, .nan]}",
        "rule_type: accepted_values, column: c, parameters: {values: a}",
        "rule_type: rejected_values, column: c, parameters: {values: [1], case_sensitive: false}",
        "rule_type: rejected_values, column: c, parameters: {values: [1], case_sensitve: false}",
    ]), @"
    1: error: 'values' is missing in 'parameters'
      help: add 'values: …'
    71: error: 'values' is empty
      help: name at least one value
    71: error: 'values' has a NULL, which no value equals
      help: remove it; 'nulls' and rule type 'completeness' say what a missing value means
    71: error: 'values' has an item that is neither a finite number, text, true nor false
      help: write a number, in quotes if it has more than 16 digits and a point, or a date or text in quotes
    71: error: 'values' must be a list, found the text 'a'
      help: put it in brackets: […]
    71: error: 1 is no text, so it has no letter case
      help: set 'case_sensitive: true', or list texts alone
    76: error: unknown key 'case_sensitve'
      help: did you mean 'case_sensitive'?
    ");
}

#[test]
fn sizes_and_types() {
    insta::assert_snapshot!(errors(&[
        "rule_type: length, column: c",
        "rule_type: length, column: c, parameters: {min: 3, max: 2}",
        "rule_type: length, column: c, parameters: {min: 3, equals: 2}",
        "rule_type: row_count, parameters: {min: -1}",
        "rule_type: row_count, column: c, parameters: {min: 1}",
        "rule_type: castable, column: c, parameters: {type: int}",
        "rule_type: castable, column: c, parameters: {type: text}",
        "rule_type: format, column: c, parameters: {format: emial}",
    ]), @"
    1: error: the number of characters has no bound
      help: give 'min', 'max', or 'equals'
    59: error: min 3 is more than max 2
      help: swap them
    70: error: 'equals' stands beside 'min' or 'max'
      help: keep 'equals' alone, or the others
    51: error: 'min' must be a whole number that is not negative, found the number -1
      help: write a whole number that is not negative
    33: error: rule type 'row_count' does not use 'column'
      help: remove it
    62: error: unknown type 'int'
      help: did you mean 'integer'?
    62: error: every text is a text
      help: name another type, or write a rule of type completeness
    62: error: 'format' must be one of email, uuid, ipv4, ipv6, url, date, datetime, json, found the text 'emial'
      help: did you mean 'email'?
    ");
}

#[test]
fn comparisons_and_time() {
    insta::assert_snapshot!(errors(&[
        "rule_type: comparison, column: c, parameters: {operator: '=<', other_column: d}",
        "rule_type: comparison, column: c, parameters: {operator: '<', other_column: c}",
        "rule_type: comparison, column: c, parameters: {other_column: d}",
        "rule_type: freshness, column: c",
        "rule_type: freshness, column: c, parameters: {max_age: soon}",
        "rule_type: not_in_future",
    ]), @"
    68: error: 'operator' must be one of <, <=, >, >=, =, ==, !=, <>, found the text '=<'
      help: did you mean '<' or '<=' or '='?
    87: error: a column is compared with itself
      help: name another column
    57: error: 'operator' is missing in 'parameters'
      help: add 'operator: …'
    1: error: 'max_age' is missing in 'parameters'
      help: add 'max_age: …'
    66: error: 'max_age' is not a time span
      help: write it as 90s, 15m, 12h or 7d
    1: error: rule type 'not_in_future' needs a column
      help: add 'column: …', or 'columns: […]' where it takes several
    ");
}

#[test]
fn aggregates() {
    insta::assert_snapshot!(errors(&[
        "rule_type: aggregate, column: c, parameters: {function: avg, min_value: 1}",
        "rule_type: aggregate, column: c, parameters: {function: mean}",
        "rule_type: aggregate, column: c, parameters: {function: mean, min_value: 2, max_value: 1}",
        "rule_type: aggregate, column: c, parameters: {function: mean, min_value: true}",
        "rule_type: aggregate, column: c, parameters: {function: mean, min_value: 1, tolerance: -1}",
        "rule_type: aggregate, column: c, parameters: {function: quantile, min_value: 1}",
        "rule_type: aggregate, column: c, parameters: {function: quantile, quantile: 95, min_value: 1}",
        "rule_type: aggregate, column: c, parameters: {function: mean, quantile: 0.5, min_value: 1}",
    ]), @"
    67: error: 'function' must be one of min, max, mean, sum, stddev_samp, stddev_pop, median, quantile, distinct_count, null_fraction, found the text 'avg'
      help: write one of min, max, mean, sum, stddev_samp, stddev_pop, median, quantile, distinct_count, null_fraction
    56: error: an aggregate needs min_value or max_value
      help: give one of them, or both
    84: error: min_value 2 is more than max_value 1
      help: swap them
    84: error: 'min_value' is neither a finite number nor text
      help: write a number, in quotes if it has more than 16 digits and a point, or a date or text in quotes
    98: error: 'tolerance' is not a number from 0
      help: write a number, such as 0.01
    56: error: 'quantile' is missing in 'parameters'
      help: add 'quantile: …'
    87: error: 'quantile' is not a number from 0 to 1 of at most 6 digits
      help: write it as 0.95
    83: error: 'quantile' stands without 'function: quantile'
      help: remove it
    ");
}

#[test]
fn references_and_schemas() {
    insta::assert_snapshot!(errors(&[
        "rule_type: foreign_key, column: c",
        "rule_type: foreign_key, column: c, parameters: {references: {table: t}}",
        "rule_type: foreign_key, column: c, parameters: {references: {table: t, columns: [a, b]}}",
        "rule_type: foreign_key, columns: [a, b], parameters: {references: {table: t, columns: [a, a]}}",
        "rule_type: foreign_key, column: c, parameters: {references: {table: 'a..b', columns: [a]}}",
        "rule_type: schema, parameters: {columns: []}",
        "rule_type: schema, parameters: {columns: [{name: a, type: txt}, {nmae: b}]}",
        "rule_type: schema, parameters: {columns: [{name: a}, {name: a}]}",
    ]), @"
    1: error: 'references' is missing in 'parameters'
      help: add 'references: …'
    71: error: the reference names no columns
      help: add 'columns: […]' with one for each column of the key
    71: error: columns of the key: 1, of the reference: 2
      help: name a partner for each column
    77: error: column 'a' is referenced twice
      help: write {table: TABLE, columns: [COLUMN]}
    71: error: 'a..b' is no name of a table
      help: write {table: TABLE, columns: [COLUMN]}
    52: error: 'columns' is empty
      help: name at least one column
    69: error: unknown type 'txt'
      help: did you mean 'text'?
    75: error: 'name' is missing in an item of 'columns'
      help: add 'name: …'
    76: error: unknown key 'nmae'
      help: did you mean 'name'?
    52: error: column 'a' is named twice
      help: name it once
    ");
}

#[test]
fn other_sides() {
    insta::assert_snapshot!(errors(&[
        "rule_type: reconcile, parameters: {keys: [a]}",
        "rule_type: reconcile, parameters: {with: t}",
        "rule_type: reconcile, columns: [a], parameters: {with: t, keys: [a]}",
        "rule_type: reconcile, columns: [a], parameters: {with: t, mode: count}",
        "rule_type: reconcile, parameters: {with: t, mode: count, keys: [a]}",
        "rule_type: reconcile, parameters: {with: {engine: nowhere, table: t}, keys: [a]}",
        "rule_type: reconcile, parameters: {with: {table: t, where: 'a >'}, keys: [a]}",
        "rule_type: reconcile, parameters: {with: t, keys: [a], tolerance: -1}",
        "rule_type: reconcile, parameters: {with: t, keys: [a], relative_tolerance: {x: 1}}",
    ]), @"
    45: error: 'with' is missing in 'parameters'
      help: add 'with: …'
    45: error: rows are put side by side by 'keys', of which there are none
      help: write 'keys: [COLUMN]' for the mode 'rows', and 'columns' for what else is compared
    75: error: a column is compared and a key too
      help: write 'keys: [COLUMN]' for the mode 'rows', and 'columns' for what else is compared
    59: error: the mode 'count' compares no columns
      help: write 'keys: [COLUMN]' for the mode 'rows', and 'columns' for what else is compared
    74: error: 'keys' are of the mode 'rows'
      help: remove them, or write 'mode: rows'
    61: error: unknown engine 'nowhere'
      help: known: default
    70: error: 'where': the SQL cannot be read: Expected: an expression, found: EOF
      help: write a condition as it would stand behind WHERE
    77: error: 'tolerance' is no number that values may lie apart
      help: write a number from 0, or one for each of some columns, as {price: 0.01}
    86: error: 'relative_tolerance' is no number that values may lie apart
      help: write a part of the greater value, from 0 to less than 1, as 0.001 or {price: 0.001}
    ");
}

#[test]
fn a_reference_on_another_engine() {
    insta::assert_snapshot!(errors_of_config(
        "
engines: {other: {type: embedded}}
tables:
  - {name: a, rules: [{name: r, rule_type: foreign_key, column: c, parameters: {references: {table: b, columns: [c]}}}]}
  - {name: b, engine: other, rules: [{name: r, rule_type: completeness, column: c}]}
"
    ), @"
    config.yaml:4:30: error: the referenced table 'b' is on engine 'other', and table 'a' on 'default'
      help: give both tables one engine
    ");
}

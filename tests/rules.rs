//! What each rule type counts: NULL, empty, NaN, bounds and duplicates.

use serde_json::{Value, json};

use crate::support::{Workspace, rule};

/// Runs the rules on the CSV text and compares each rule's numbers and status.
fn check(csv: &str, rules: &str, expected: &[(&str, [u64; 3], &str)]) -> Value {
    let report = Workspace::new().report_on(csv, rules);
    for (name, [total, failed, missing], status) in expected {
        let result = rule(&report, "t", name);
        let found = json!([
            result["total_count"],
            result["failed_count"],
            result["missing_count"],
            result["status"]
        ]);
        assert_eq!(
            found,
            json!([total, failed, missing, status]),
            "{name}: {result:#}"
        );
    }
    report
}

#[test]
fn completeness_counts_null_and_takes_empty_text_as_a_value() {
    check(
        "a,b\n1,x\n,\"\"\n3,\n,\n",
        r#"
- {name: a, rule_type: completeness, column: a}
- {name: b, rule_type: completeness, column: b}
- {name: b_not_empty, rule_type: completeness, column: b, parameters: {empty_is_missing: true}}
- {name: both, rule_type: completeness, columns: [a, b]}
- {name: half, rule_type: completeness, column: a, threshold: 0.5}
"#,
        &[
            ("a", [4, 2, 2], "failed"),
            ("b", [4, 2, 2], "failed"),
            ("b_not_empty", [4, 3, 3], "failed"),
            ("both", [4, 3, 3], "failed"),
            ("half", [4, 2, 2], "passed"),
        ],
    );
}

#[test]
fn uniqueness_counts_surplus_rows_and_leaves_null_keys_out() {
    let report = check(
        "a,b\n1,x\n1,x\n1,y\n2,\n2,\n,z\n,z\n",
        r#"
- {name: a, rule_type: uniqueness, column: a}
- {name: both, rule_type: uniqueness, columns: [a, b]}
- {name: scoped, rule_type: uniqueness, column: a, where: "b = 'y'"}
"#,
        &[
            ("a", [7, 3, 2], "failed"),
            ("both", [7, 1, 4], "failed"),
            ("scoped", [1, 0, 0], "passed"),
        ],
    );
    assert_eq!(
        rule(&report, "t", "a")["metadata"],
        json!({"duplicate_keys": 2, "duplicate_rows": 5})
    );
    assert_eq!(
        rule(&report, "t", "both")["metadata"],
        json!({"duplicate_keys": 1, "duplicate_rows": 2})
    );
    assert_eq!(rule(&report, "t", "scoped")["metadata"], json!({}));
}

#[test]
fn range_bounds_are_rounded_to_the_columns_type() {
    check(
        "i,d,day,at,s\n1,0.5,2026-01-01,2026-01-01T10:00:00,apple\n2,1.5,2026-01-31,2026-01-01T12:00:00,Zebra\n,,,,\n",
        r#"
- {name: int_min, rule_type: range, column: i, parameters: {min_value: 1.5}}
- {name: int_min_exclusive, rule_type: range, column: i, parameters: {min_value: 1, exclusive_min: true}}
- {name: int_half_exclusive, rule_type: range, column: i, parameters: {min_value: 0.5, exclusive_min: true}}
- {name: int_max, rule_type: range, column: i, parameters: {max_value: 1.5}}
- {name: int_max_exclusive, rule_type: range, column: i, parameters: {max_value: 2, exclusive_max: true}}
- {name: int_huge, rule_type: range, column: i, parameters: {min_value: 1e50}}
- {name: int_not_huge, rule_type: range, column: i, parameters: {max_value: 1e50}}
- {name: double, rule_type: range, column: d, parameters: {min_value: 0.5, max_value: 1}}
- {name: day, rule_type: range, column: day, parameters: {max_value: "2026-01-30"}}
- {name: at, rule_type: range, column: at, parameters: {max_value: "2026-01-01T11:00:00Z"}}
- {name: text, rule_type: range, column: s, parameters: {min_value: "a"}}
- {name: nulls_fail, rule_type: range, column: i, parameters: {min_value: 2, nulls: fail}}
- {name: nulls_exclude, rule_type: range, column: i, threshold: 0.5, parameters: {min_value: 2, nulls: exclude}}
- {name: nulls_pass, rule_type: range, column: i, threshold: 0.6, parameters: {min_value: 2}}
"#,
        &[
            ("int_min", [3, 1, 1], "failed"),
            ("int_min_exclusive", [3, 1, 1], "failed"),
            ("int_half_exclusive", [3, 0, 1], "passed"),
            ("int_max", [3, 1, 1], "failed"),
            ("int_max_exclusive", [3, 1, 1], "failed"),
            ("int_huge", [3, 2, 1], "failed"),
            ("int_not_huge", [3, 0, 1], "passed"),
            ("double", [3, 1, 1], "failed"),
            ("day", [3, 1, 1], "failed"),
            ("at", [3, 1, 1], "failed"),
            ("text", [3, 1, 1], "failed"),
            ("nulls_fail", [3, 2, 1], "failed"),
            ("nulls_exclude", [3, 1, 1], "passed"),
            ("nulls_pass", [3, 1, 1], "passed"),
        ],
    );
}

#[test]
fn nan_fails_a_range_and_infinity_is_a_value() {
    let workspace = Workspace::new();
    workspace.write(
        "q.yaml",
        r#"
version: "1.0"
tables:
  - name: t
    source: {query: "SELECT unnest(['NaN'::DOUBLE, 'Infinity'::DOUBLE, 1.0, NULL]) AS x"}
    rules:
      - {name: min, rule_type: range, column: x, parameters: {min_value: 0}}
      - {name: max, rule_type: range, column: x, parameters: {max_value: 10}}
      - {name: complete, rule_type: completeness, column: x}
      - {name: nan_missing, rule_type: completeness, column: x, parameters: {nan_is_missing: true}}
"#,
    );
    workspace.run(&["q.yaml", "--output", "report.json"]);
    let report = workspace.json("report.json");
    let failed = |name| rule(&report, "t", name)["failed_count"].clone();
    assert_eq!(
        [
            failed("min"),
            failed("max"),
            failed("complete"),
            failed("nan_missing")
        ],
        [1, 2, 1, 2].map(Value::from)
    );
}

#[test]
fn pattern_searches_unless_it_shall_match_in_full() {
    check(
        "s\nab\nxaby\ncd\n\"\"\n\"a\nb\"\n\"\u{e9}\"\n",
        r#"
- {name: search, rule_type: pattern, column: s, parameters: {pattern: "ab"}}
- {name: full, rule_type: pattern, column: s, parameters: {pattern: "ab|cd", match: full}}
- {name: negate, rule_type: pattern, column: s, parameters: {pattern: "ab", negate: true}}
- {name: dot_is_not_newline, rule_type: pattern, column: s, parameters: {pattern: "a.b"}}
- {name: one_character, rule_type: pattern, column: s, parameters: {pattern: ".", match: full}}
- {name: native, rule_type: pattern, column: s, parameters: {pattern: "^(ab|cd)$", native: true}}
"#,
        &[
            ("search", [6, 4, 0], "failed"),
            ("full", [6, 4, 0], "failed"),
            ("negate", [6, 2, 0], "failed"),
            ("dot_is_not_newline", [6, 6, 0], "failed"),
            ("one_character", [6, 5, 0], "failed"),
            ("native", [6, 4, 0], "failed"),
        ],
    );
}

#[test]
fn custom_counts_false_as_failed_and_unknown_as_missing() {
    check(
        "a,b\n1,2\n3,2\n,2\n",
        r#"
- {name: expression, rule_type: custom, expression: "a <= b -- and no more"}
- {name: nulls_fail, rule_type: custom, expression: "a <= b", parameters: {nulls: fail}}
- {name: count, rule_type: custom, expression: "SELECT COUNT(*) FROM {table} WHERE a > b;"}
- {name: rows, rule_type: custom, expression: "SELECT a FROM {table} AS x WHERE a IS NULL OR a > b", parameters: {returns: failed_rows}}
- {name: with, rule_type: custom, expression: "WITH big AS (SELECT * FROM {table} WHERE a > 2) SELECT count(*) FROM big"}
- {name: literal, rule_type: custom, expression: "SELECT COUNT(*) FROM {table} WHERE '{table}' = concat('{', 'table}')"}
- {name: in_scope, rule_type: custom, where: "a = 1", expression: "SELECT COUNT(*) FROM {table}"}
- {name: too_many, rule_type: custom, expression: "SELECT 7"}
- {name: several_rows, rule_type: custom, expression: "SELECT a FROM {table}"}
- {name: text, rule_type: custom, expression: "SELECT 'x'"}
- {name: negative, rule_type: custom, expression: "SELECT -1"}
- {name: nothing, rule_type: custom, expression: "SELECT 1 WHERE FALSE"}
"#,
        &[
            ("expression", [3, 1, 1], "failed"),
            ("nulls_fail", [3, 2, 1], "failed"),
            ("count", [3, 1, 0], "failed"),
            ("rows", [3, 2, 0], "failed"),
            ("with", [3, 1, 0], "failed"),
            ("literal", [3, 3, 0], "failed"),
            ("in_scope", [1, 1, 0], "failed"),
            ("too_many", [0, 0, 0], "error"),
            ("several_rows", [0, 0, 0], "error"),
            ("text", [0, 0, 0], "error"),
            ("negative", [0, 0, 0], "error"),
            ("nothing", [0, 0, 0], "error"),
        ],
    );
}

#[test]
fn an_empty_scope_passes_fails_or_errs_as_asked() {
    let report = check(
        "a\n1\n",
        r#"
- {name: pass, rule_type: completeness, column: a, where: "a > 5"}
- {name: fail, rule_type: completeness, column: a, where: "a > 5", on_empty: fail}
- {name: error, rule_type: completeness, column: a, where: "a > 5", on_empty: error}
"#,
        &[
            ("pass", [0, 0, 0], "passed"),
            ("fail", [0, 0, 0], "failed"),
            ("error", [0, 0, 0], "error"),
        ],
    );
    assert_eq!(
        rule(&report, "t", "pass")["metadata"],
        json!({"vacuous": true})
    );
    assert_eq!(rule(&report, "t", "pass")["success_rate"], json!(1.0));
}

#[test]
fn limits_decide_at_the_exact_count() {
    let report = check(
        "a\n1\n2\n3\n4\n",
        r#"
- {name: at_threshold, rule_type: range, column: a, threshold: 0.75, parameters: {max_value: 3}}
- {name: below_threshold, rule_type: range, column: a, threshold: 0.76, parameters: {max_value: 3}}
- {name: at_most, rule_type: range, column: a, max_failed: 1, parameters: {max_value: 3}}
- {name: over_most, rule_type: range, column: a, max_failed: 1, parameters: {max_value: 2}}
- {name: warned, rule_type: range, column: a, threshold: 0.5, warn_threshold: 0.9, parameters: {max_value: 3}}
"#,
        &[
            ("at_threshold", [4, 1, 0], "passed"),
            ("below_threshold", [4, 1, 0], "failed"),
            ("at_most", [4, 1, 0], "passed"),
            ("over_most", [4, 2, 0], "failed"),
            ("warned", [4, 1, 0], "passed"),
        ],
    );
    assert_eq!(rule(&report, "t", "warned")["warned"], json!(true));
    assert_eq!(
        rule(&report, "t", "below_threshold")["message"],
        "Rule 'below_threshold': 1/4 failed records (success rate: 75.00%, threshold: 76.00%)"
    );
}

#[test]
fn a_rule_that_breaks_its_scan_leaves_the_others_their_numbers() {
    let report = check(
        "a,s\n1,x\n2,3\n",
        r#"
- {name: good, rule_type: range, column: a, parameters: {max_value: 1}}
- {name: bad_column, rule_type: custom, expression: "nothing_here > 1"}
- {name: bad_cast, rule_type: custom, expression: "CAST(s AS BIGINT) > 1"}
- {name: bad_scope, rule_type: completeness, column: a, where: "nowhere = 1"}
- {name: also_good, rule_type: completeness, column: s}
"#,
        &[
            ("good", [2, 1, 0], "failed"),
            ("bad_column", [0, 0, 0], "error"),
            ("bad_cast", [0, 0, 0], "error"),
            ("bad_scope", [0, 0, 0], "error"),
            ("also_good", [2, 0, 0], "passed"),
        ],
    );
    assert_eq!(
        rule(&report, "t", "bad_cast")["metadata"],
        json!({"error_class": "data"})
    );
}

#[test]
fn a_bound_finer_than_timestamps_is_told_and_not_cut() {
    let workspace = Workspace::new();
    let report = workspace.report_on(
        "at\n1970-01-01T00:00:00.000001\n1970-01-01T00:00:00.000002\n",
        "- {name: fine, rule_type: range, column: at, parameters: {min_value: '1970-01-01T00:00:00.0000015'}}
- {name: whole, rule_type: range, column: at, parameters: {min_value: '1970-01-01T00:00:00.000002'}}",
    );
    assert_eq!(rule(&report, "t", "fine")["status"], "error");
    assert_eq!(rule(&report, "t", "whole")["failed_count"], 1);
}

#[test]
fn a_rule_that_takes_too_long_leaves_the_others_their_numbers() {
    let report = check(
        "a\n1\n\n",
        r#"
- {name: slow, rule_type: custom, timeout: 50ms, expression: "SELECT count(*) FROM {table} AS t, range(10000000) AS x, range(10000000) AS y WHERE x.range * y.range < 0"}
- {name: other, rule_type: completeness, column: a}
- {name: in_time, rule_type: completeness, column: a, timeout: 1h}
"#,
        &[
            ("slow", [0, 0, 0], "error"),
            ("other", [2, 1, 1], "failed"),
            ("in_time", [2, 1, 1], "failed"),
        ],
    );
    let slow = rule(&report, "t", "slow");
    assert_eq!(slow["metadata"], json!({"error_class": "timeout"}));
    let message = slow["message"].as_str().unwrap();
    assert!(
        message.contains("the rule's timeout of 0.05 s was reached"),
        "{message}"
    );
}

#[test]
fn a_number_with_millions_of_zeros_is_no_bound_and_costs_no_time() {
    let workspace = Workspace::new();
    let report = workspace.report_on(
        "id\n1\n",
        "- {name: bound, rule_type: range, column: id, parameters: {max_value: 1e400000000}}
- {name: listed, rule_type: accepted_values, column: id, parameters: {values: [1e400000000]}}
- {name: sum, rule_type: aggregate, column: id, parameters: {function: sum, max_value: 1e400000000}}",
    );
    for name in ["bound", "listed", "sum"] {
        let result = rule(&report, "t", name);
        assert_eq!(result["status"], "error", "{result}");
        let message = result["message"].as_str().unwrap();
        assert!(message.contains("1e400000000"), "{message}");
    }
}

//! Which results of the rule types are taken over, and that they are then what they were.

use serde_json::Value;

use crate::support::{Workspace, rule};

const CONFIG: &str = "
engines: {elsewhere: {type: datafusion}}
tables:
  - name: t
    source: t.csv
    rules:
      - {name: listed, rule_type: accepted_values, column: name, parameters: {values: [a]}}
      - {name: sum, rule_type: aggregate, column: id, parameters: {function: sum, max_value: 2}}
      - {name: mean, rule_type: aggregate, column: x, parameters: {function: mean, max_value: 2}}
      - {name: nothing, rule_type: aggregate, column: x, where: 'id > 9', parameters: {function: max, max_value: 2, nulls: fail}}
      - {name: rows, rule_type: row_count, parameters: {min: 1}}
      - {name: columns, rule_type: schema, parameters: {columns: [{name: id, type: text}]}}
      - {name: key, rule_type: primary_key, column: name}
      - {name: fresh, rule_type: freshness, column: at, parameters: {max_age: 1h}}
      - {name: past, rule_type: not_in_future, column: at}
      - {name: parent, rule_type: foreign_key, column: name, parameters: {references: {table: p, columns: [name]}}}
      - {name: sides, rule_type: reconcile, column: name, parameters: {with: p, keys: [id]}}
      - {name: numbers, rule_type: reconcile, column: id, parameters: {with: {engine: elsewhere, path: p.csv}, mode: aggregates}}
  - {name: p, source: p.csv, rules: [{name: rows, rule_type: row_count, parameters: {min: 1}}]}
";

fn run(workspace: &Workspace, now: &str) -> Value {
    let arguments = [
        "rules.yaml",
        "--state",
        "state.json",
        "--output",
        "report.json",
        "--now",
        now,
    ];
    let outcome = workspace.run(&arguments);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    workspace.json("report.json")
}

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write(
        "t.csv",
        "id,name,x,at\n1,a,1.5,2026-01-01T11:30:00\n2,b,,2026-01-01T10:00:00\n",
    );
    workspace.write("p.csv", "id,name\n1,a\n");
    workspace.write("rules.yaml", CONFIG);
    workspace
}

#[test]
fn a_result_is_taken_over_with_its_number_and_its_words() {
    let workspace = workspace();
    let first = run(&workspace, "2026-01-01T12:00:00Z");
    let second = run(&workspace, "2026-01-01T12:00:00Z");
    for name in ["listed", "sum", "mean", "nothing", "rows", "columns", "key"] {
        let (before, after) = (rule(&first, "t", name), rule(&second, "t", name));
        assert_eq!(after["reused"], true, "{after}");
        for field in [
            "status",
            "message",
            "observed",
            "total_count",
            "failed_count",
            "missing_count",
        ] {
            assert_eq!(before[field], after[field], "{field} of {name}");
        }
    }
    assert_eq!(rule(&second, "t", "sum")["observed"], 3);
    assert_eq!(
        rule(&second, "t", "sum")["message"],
        "Rule 'sum': the sum of column 'id' is 3, more than 2"
    );
}

#[test]
fn what_the_time_or_another_table_decides_is_judged_anew() {
    let workspace = workspace();
    let first = run(&workspace, "2026-01-01T12:00:00Z");
    workspace.write("p.csv", "id,name\n1,a\n2,b\n");
    let second = run(&workspace, "2026-01-01T10:30:00Z");
    for (name, before, after) in [
        ("fresh", 0, 0),
        ("past", 0, 1),
        ("parent", 1, 0),
        ("sides", 1, 0),
        ("numbers", 4, 0),
    ] {
        assert_eq!(rule(&first, "t", name)["failed_count"], before, "{name}");
        let result = rule(&second, "t", name);
        assert_eq!(result["failed_count"], after, "{name}");
        assert_eq!(result["reused"], false, "{name}");
    }
    let third = run(&workspace, "2026-01-02T10:30:00Z");
    assert_eq!(rule(&third, "t", "fresh")["failed_count"], 1);
    for name in ["listed", "parent", "sides", "numbers"] {
        let (before, after) = (rule(&second, "t", name), rule(&third, "t", name));
        assert_eq!(after["reused"], true, "{after}");
        assert_eq!(before["metadata"], after["metadata"], "{name}");
    }
}

#[test]
fn what_is_older_than_max_age_is_judged_anew_although_nothing_changed() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "id\n1\n");
    workspace.write(
        "rules.yaml",
        "pipeline: {state_file: state.json, max_age: 7d}
tables: [{name: t, source: t.csv, rules: [{name: rows, rule_type: row_count, parameters: {min: 1}}]}]
",
    );
    let reason = |arguments: &[&str]| {
        let all = [&["rules.yaml", "--output", "report.json"], arguments].concat();
        let outcome = workspace.run(&all);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let result = rule(&workspace.json("report.json"), "t", "rows").clone();
        result["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(reason(&[]), "new");
    assert!(reason(&[]).starts_with("reused (rule "));
    let later = reason(&["--now", "2999-01-01T00:00:00Z"]);
    assert_eq!(later, "re-run: older than max_age");
}

//! Failing rows in the report: which ones, how they are hidden, and that nothing keeps them.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::engines::with_server;
use crate::support::{Workspace, lasting, rule};

pub const ROWS: &str = "\
id,email,amount,ratio,day,at,flag,k
1,a@x.org,10.50,0.1,2026-01-01,2026-01-01T10:00:00,true,a
2,,0.00,0.5,2026-01-02,2026-01-02T10:00:00.5,false,a
2,b@x.org,-1.00,1.5,2026-01-03,,true,B
3,é@x.org,99.99,NaN,,2026-01-04T10:00:00,,b
4,no address,5.00,-0.0,2026-01-05,2026-01-05T10:00:00,true,
5,\"quoted, \"\"twice\"\"\",7.25,,1999-12-31,2026-01-06T10:00:00,false,z
2,b@x.org,-1.00,0.25,2026-01-03,2026-01-03T10:00:00,true,B
6,f@x.org,,2.5,2026-01-07,2026-01-07T10:00:00,true,b
2,b@x.org,-1.00,0.25,2026-01-03,2026-01-03T10:00:00,true,B
,g@x.org,3.00,0.75,2026-01-08,2026-01-08T10:00:00,true,Z
7,\"\",4.00,1e308,2026-01-09,2026-01-09T10:00:00,true,é
";

/// Rules of all kinds over these rows, in a config with these lines before the tables and in the table.
pub fn config(engine: &str, before: &str, in_table: &str) -> String {
    let connection = match engine {
        "postgres" => ", connection_params: {url: '${env:DATA_VALIDATOR_TEST_URL}'}",
        _ => "",
    };
    format!(
        "version: \"1.0\"
engine: {{type: {engine}{connection}}}
{before}
tables:
  - name: t
    source:
      path: t.csv
      options: {{schema: {{ratio: double, amount: \"decimal(10,2)\", k: text, flag: boolean, email: text}}}}
{in_table}
    rules:
      - {{name: has_id, rule_type: completeness, column: id}}
      - {{name: has_both, rule_type: completeness, columns: [email, amount], parameters: {{empty_is_missing: true}}}}
      - {{name: one_id, rule_type: uniqueness, column: id}}
      - {{name: one_key, rule_type: uniqueness, columns: [k, email]}}
      - {{name: one_id_of_b, rule_type: uniqueness, column: id, where: \"k = 'B'\"}}
      - {{name: amount, rule_type: range, column: amount, parameters: {{min_value: 0, nulls: fail}}}}
      - {{name: ratio, rule_type: range, column: ratio, threshold: 0.1, parameters: {{min_value: 0, max_value: 1}}}}
      - {{name: day, rule_type: range, column: day, parameters: {{min_value: \"2000-01-01\", nulls: exclude}}}}
      - {{name: email, rule_type: pattern, column: email, parameters: {{pattern: \"@\"}}}}
      - {{name: no_b, rule_type: pattern, column: k, where: \"id > 1\", parameters: {{pattern: \"^[Bb]$\", negate: true}}}}
      - {{name: sql, rule_type: custom, expression: \"amount < 50 OR id > 3\", parameters: {{nulls: fail}}}}
      - {{name: all_right, rule_type: range, column: id, parameters: {{min_value: 0}}}}
"
    )
}

/// The report of a run with these arguments.
fn report(workspace: &Workspace, arguments: &[&str]) -> Value {
    let mut command = workspace.command(&["c.yaml", "--output", "report.json"]);
    finish(workspace, command.args(arguments));
    workspace.json("report.json")
}

fn finish(workspace: &Workspace, command: &mut Command) -> String {
    let outcome = workspace.finish(with_server(command));
    assert!(matches!(outcome.code, Some(0 | 1)), "{outcome:?}");
    outcome.stdout + &outcome.stderr
}

fn samples<'r>(report: &'r Value, name: &str) -> &'r Value {
    &rule(report, "t", name)["samples"]
}

#[test]
fn samples_are_the_same_on_all_engines() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    let of = |engine: &str| {
        let table = "    samples: 3\n    where: \"id IS NULL OR id < 7\"";
        workspace.write("c.yaml", config(engine, "", table));
        lasting(report(&workspace, &[]))["table_results"].clone()
    };
    let expected = of("duckdb");
    for engine in ["datafusion", "postgres"] {
        let found = of(engine);
        for expected in expected["t"]["rules"].as_array().unwrap() {
            let name = expected["name"].as_str().unwrap();
            let found = found["t"]["rules"].as_array().unwrap();
            let found = found.iter().find(|rule| rule["name"] == name);
            assert_eq!(found, Some(expected), "{name} on {engine}");
        }
        assert_eq!(found, expected, "{engine}");
    }
    let ids = |name: &str| {
        let rules = expected["t"]["rules"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["name"] == name).unwrap();
        let samples = rule["samples"].as_array().map_or(&[][..], |it| &**it);
        json!(
            samples
                .iter()
                .map(|row| row["id"].clone())
                .collect::<Vec<_>>()
        )
    };
    assert_eq!(ids("has_id"), json!([null]));
    // Of four rows with one id three are surplus, all but the first in the order of their columns.
    assert_eq!(ids("one_id"), json!([2, 2, 2]));
    assert_eq!(
        ids("ratio"),
        json!([2, 6, 3]),
        "NaN stands behind all numbers"
    );
    assert_eq!(ids("amount"), json!([2, 2, 2]));
    assert_eq!(ids("day"), json!([5]));
    assert_eq!(ids("email"), json!([4, 5]));
    assert_eq!(ids("all_right"), json!([]));
}

#[test]
fn no_row_is_shown_unless_asked_for() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    workspace.write("c.yaml", config("duckdb", "", ""));
    let silent = report(&workspace, &[]);
    assert_eq!(samples(&silent, "email"), &Value::Null);
    let asked = report(&workspace, &["--samples", "1"]);
    assert_eq!(samples(&asked, "email").as_array().unwrap().len(), 1);
    workspace.write("c.yaml", config("duckdb", "", "    samples: 5"));
    let not_asked = report(&workspace, &["--samples", "0"]);
    assert_eq!(samples(&not_asked, "email"), &Value::Null);
    let outcome = workspace.run(&["c.yaml", "--samples", "1001"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
}

#[test]
fn masked_columns_show_no_value() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    let table = "    samples: 10\n    mask: [email, amount]";
    workspace.write("c.yaml", config("duckdb", "", table));
    let plain = report(&workspace, &[]);
    let row = &samples(&plain, "has_id")[0];
    assert_eq!(
        (&row["email"], &row["amount"]),
        (&json!("***"), &json!("***"))
    );
    let without_email = &samples(&plain, "has_both").as_array().unwrap();
    assert!(without_email.iter().any(|row| row["email"].is_null()));
    let key = "    samples: 10\n    mask: {columns: [email], key: '${env:MASK_KEY}'}";
    workspace.write("c.yaml", config("duckdb", "", key));
    let keyed = |value: &str| {
        let mut command = workspace.command(&["c.yaml", "--output", "report.json"]);
        let said = finish(&workspace, command.env("MASK_KEY", value));
        assert!(!said.contains("@x.org") && !said.contains(value), "{said}");
        let text = fs::read_to_string(workspace.path("report.json")).unwrap();
        assert!(!text.contains("@x.org") && !text.contains(value), "{text}");
        let report = workspace.json("report.json");
        let rows = samples(&report, "one_key").as_array().unwrap();
        rows.iter()
            .map(|row| row["email"].clone())
            .collect::<Vec<_>>()
    };
    let (first, other) = (keyed("0123456789abcdef"), keyed("fedcba9876543210"));
    assert!(first[0].as_str().unwrap().starts_with("hmac:"));
    assert_eq!(first[0], first[1], "equal values can be told");
    assert_ne!(first[0], other[0]);
}

#[test]
fn a_mask_that_fits_no_column_shows_no_row() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    let table = "    samples: 10\n    mask: [Email]";
    workspace.write("c.yaml", config("duckdb", "", table));
    let report = report(&workspace, &[]);
    let result = rule(&report, "t", "has_id");
    assert_eq!(result["samples"], Value::Null);
    let why = "'mask' names the column 'Email', which does not exist; did you mean 'email'?";
    assert_eq!(result["no_samples"], why);
    assert_eq!(result["failed_count"], 1);
}

#[test]
fn samples_are_fetched_for_reused_results_and_never_recorded() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    let with = |table: &str| {
        workspace.write(
            "c.yaml",
            config("duckdb", "pipeline: {state_file: state.json}", table),
        );
        let report = report(&workspace, &[]);
        let state = fs::read_to_string(workspace.path("state.json")).unwrap();
        assert!(
            !state.contains("b@x.org") && !state.contains("no address"),
            "{state}"
        );
        (report, state)
    };
    let (first, state) = with("    samples: 3");
    let (again, state_again) = with("    samples: 3");
    assert_eq!(rule(&again, "t", "email")["reused"], true);
    assert_eq!(samples(&again, "email"), samples(&first, "email"));
    assert_eq!(state, state_again, "what is taken over writes nothing");
    let (fewer, _) = with("    samples: 1\n    mask: [email]");
    assert_eq!(rule(&fewer, "t", "email")["reused"], true);
    assert_eq!(samples(&fewer, "email").as_array().unwrap().len(), 1);
    assert_eq!(samples(&fewer, "email")[0]["email"], "***");
    let (none, _) = with("");
    assert_eq!(samples(&none, "email"), &Value::Null);
}

#[test]
fn a_query_has_no_samples_and_says_so() {
    let workspace = Workspace::new();
    let report = |returns: &str| {
        let rules = format!(
            "- {{name: q, rule_type: custom, expression: \"SELECT {returns}\"}}\n- {{name: r, rule_type: completeness, column: b}}"
        );
        workspace.write("t.csv", "a,b\n1,\n2,x\n");
        workspace.write(
            "c.yaml",
            format!(
                "tables:\n  - name: t\n    source: t.csv\n    samples: 2\n    rules:\n      {}\n",
                rules.replace('\n', "\n      ")
            ),
        );
        report(&workspace, &[])
    };
    let counted = report("COUNT(*) FROM {table} WHERE a = 1");
    assert_eq!(
        rule(&counted, "t", "q")["no_samples"],
        "the rule names no rows"
    );
    assert_eq!(
        rule(&counted, "t", "r")["samples"],
        json!([{"a": 1, "b": null}])
    );
}

#[test]
fn a_person_sees_a_few_rows_in_short() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,b\n1,w\u{1b}[31m\n2,x\n3,x\n4,x\n5,y\n");
    workspace.write(
        "c.yaml",
        "tables:\n  - name: t\n    source: t.csv\n    samples: 10\n    rules:\n      - {name: r, rule_type: pattern, column: b, parameters: {pattern: y}}\n",
    );
    let outcome = workspace.run(&["c.yaml"]);
    insta::assert_snapshot!(outcome.stdout, @r#"
    t  0/1 rules passed
      FAILED  Rule 'r': 4/5 failed records (success rate: 20.00%, none may fail)
                b: "w\u001b[31m", a: 1
                b: "x", a: 2
                b: "x", a: 3
                and 1 more in the JSON report

    1 rule in 1 table: 1 failed
    "#);
}

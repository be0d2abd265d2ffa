//! Sequences of edits after which a recorded result would be stale, and sources that look like others.

use serde_json::Value;

use crate::support::{Workspace, rule};

/// Runs `c.yaml` with a state and gives the rule `r` of table `t`.
fn run(workspace: &Workspace) -> Value {
    let outcome = workspace.run(&["c.yaml", "--state", "state.json", "--output", "report.json"]);
    assert!(matches!(outcome.code, Some(0 | 1 | 3)), "{outcome:?}");
    rule(&workspace.json("report.json"), "t", "r").clone()
}

/// A config of one table `t` with these lines and one rule.
fn config(lines: &str, rule: &str) -> String {
    format!("version: \"1.0\"\n{lines}    rules:\n      - {rule}\n")
}

const COMPLETE: &str = "{name: r, rule_type: completeness, column: a}";

#[test]
fn a_source_does_not_stand_in_front_of_a_table_of_the_database() {
    let workspace = Workspace::new();
    let database = duckdb::Connection::open(workspace.path("d.duckdb")).unwrap();
    database
        .execute_batch("CREATE TABLE orders AS SELECT 1 AS a")
        .unwrap();
    drop(database);
    workspace.write("orders.csv", "a\n\n\n");
    workspace.write(
        "c.yaml",
        r#"
version: "1.0"
engine: {connection_params: {database: d.duckdb}}
global_rules: [{name: r, rule_type: completeness, column: a}]
tables:
  - {name: orders, source: orders.csv}
  - {name: table, source: {table: orders}}
  - {name: query, source: {query: "SELECT * FROM orders"}}
"#,
    );
    workspace.run(&["c.yaml", "--output", "report.json"]);
    let report = workspace.json("report.json");
    let failed = |table| rule(&report, table, "r")["failed_count"].clone();
    assert_eq!(
        [failed("orders"), failed("table"), failed("query")],
        [2, 0, 0].map(Value::from)
    );
}

#[test]
fn a_scope_that_reads_elsewhere_is_not_reused() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a\n1\n");
    workspace.write("o.csv", "a\n1\n");
    for scope in [
        "a IN (SELECT a FROM 'o.csv')",
        "a < extract(year FROM now())",
    ] {
        let lines = format!("tables:\n  - name: t\n    source: t.csv\n    where: \"{scope}\"\n");
        workspace.write("c.yaml", config(&lines, COMPLETE));
        run(&workspace);
        assert_eq!(run(&workspace)["reused"], false, "{scope}");
    }
}

#[test]
fn what_else_counts_depend_on_is_part_of_the_fingerprint() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,b\na,x\n,y\n");
    let table = "tables:\n  - name: t\n    source: t.csv\n";
    let with_engine = |options: &str| format!("engine: {{options: {{{options}}}}}\n{table}");
    workspace.write("c.yaml", config(table, COMPLETE));
    run(&workspace);
    workspace.write("c.yaml", config(&with_engine("threads: 1"), COMPLETE));
    assert_eq!(
        run(&workspace)["reused"],
        true,
        "the number of threads changes no count"
    );
    workspace.write(
        "c.yaml",
        config(&with_engine("default_collation: NOCASE"), COMPLETE),
    );
    assert_eq!(run(&workspace)["reason"], "re-run: engine_options changed");
}

#[test]
fn the_same_bytes_in_another_format_are_other_data() {
    let workspace = Workspace::new();
    workspace.write("d/x.csv", "a\tb,a\n1\t2,\n");
    workspace.write(
        "c.yaml",
        config("tables:\n  - name: t\n    source: d/\n", COMPLETE),
    );
    assert_eq!(run(&workspace)["failed_count"], 1);
    std::fs::rename(workspace.path("d/x.csv"), workspace.path("d/x.tsv")).unwrap();
    assert_eq!(run(&workspace)["reused"], false);
}

#[test]
fn a_run_id_does_not_bring_back_a_finished_run() {
    let workspace = Workspace::new();
    workspace.write("o.csv", "a\n1\n");
    let source = "tables:\n  - name: t\n    source: {query: \"SELECT * FROM read_csv('o.csv')\"}\n";
    workspace.write("c.yaml", config(source, COMPLETE));
    let with_id = || {
        workspace.run(&[
            "c.yaml",
            "--state",
            "state.json",
            "--run-id",
            "nightly",
            "--output",
            "report.json",
        ])
    };
    assert_eq!(with_id().code, Some(0));
    workspace.write("o.csv", "a,b\n1,x\n,y\n");
    assert_eq!(with_id().code, Some(1));
}

#[test]
fn a_link_that_leads_back_does_not_multiply_the_rows() {
    let workspace = Workspace::new();
    workspace.write("d/x.csv", "a\n1\n2\n");
    std::os::unix::fs::symlink(".", workspace.path("d/loop")).unwrap();
    for source in ["d/", "d/**/*.csv"] {
        workspace.write(
            "c.yaml",
            config(
                &format!("tables:\n  - name: t\n    source: {source}\n"),
                COMPLETE,
            ),
        );
        assert_eq!(run(&workspace)["total_count"], 2, "{source}");
    }
}

#[test]
fn a_float_meets_a_bound_of_its_own_width() {
    let workspace = Workspace::new();
    let source = "tables:\n  - name: t\n    source: {query: \"SELECT 0.1::FLOAT AS a\"}\n";
    let bound =
        "{name: r, rule_type: range, column: a, parameters: {min_value: 0.1, max_value: 0.1}}";
    workspace.write("c.yaml", config(source, bound));
    assert_eq!(run(&workspace)["status"], "passed");
}

#[test]
fn one_file_is_not_two_things() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a\n1\n");
    workspace.write(
        "c.yaml",
        config("tables:\n  - name: t\n    source: t.csv\n", COMPLETE),
    );
    for arguments in [
        &["c.yaml", "--output", "json=c.yaml"][..],
        &["c.yaml", "--state", "x.json", "--output", "x.json"],
        &["c.yaml", "--output", "r.json", "--output", "r.json"],
        &["c.yaml", "--state", "t.csv"],
    ] {
        let outcome = workspace.run(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
    }
    assert_eq!(
        std::fs::read_to_string(workspace.path("t.csv")).unwrap(),
        "a\n1\n"
    );
}

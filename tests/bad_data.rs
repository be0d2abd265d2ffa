//! Data that cannot be read or does not fit: a message that says why, and exit code 3.

use std::fs;

use serde_json::Value;

use crate::support::{Outcome, Workspace, rule};

/// Runs one completeness rule on column `a` of a table with this source.
fn run_on(workspace: &Workspace, source: &str) -> Outcome {
    workspace.write(
        "c.yaml",
        format!(
            "version: \"1.0\"\ntables:\n  - name: t\n    source: {source}\n    rules:\n      - {{name: r, rule_type: completeness, column: a}}\n"
        ),
    );
    workspace.run(&["c.yaml", "--output", "report.json"])
}

/// Asserts that nothing could be judged, for this reason, and that the report says the same.
#[track_caller]
fn assert_unjudged(workspace: &Workspace, outcome: &Outcome, why: &str) {
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(outcome.stdout.contains(why), "{why} is not in {outcome:?}");
    assert!(
        outcome
            .stderr
            .ends_with("incomplete: at least one rule could not be judged (exit code 3)\n"),
        "{outcome:?}"
    );
    let report = workspace.json("report.json");
    assert_eq!(rule(&report, "t", "r")["status"], "error");
    assert_eq!(rule(&report, "t", "r")["passed"], false);
}

#[test]
fn a_missing_file_is_named() {
    let workspace = Workspace::new();
    let outcome = run_on(&workspace, "data/none.csv");
    assert_unjudged(
        &workspace,
        &outcome,
        "the file data/none.csv does not exist; check the table's source",
    );
}

#[test]
fn a_glob_without_files_is_named() {
    let workspace = Workspace::new();
    let outcome = run_on(&workspace, "data/*.parquet");
    assert_unjudged(
        &workspace,
        &outcome,
        "looking for files data/*.parquet: none matches",
    );
}

#[test]
fn a_text_that_calls_itself_parquet_is_refused() {
    let workspace = Workspace::new();
    workspace.write(
        "t.parquet",
        "a,b\n1,2\nthis is text and not a Parquet file\n",
    );
    let outcome = run_on(&workspace, "t.parquet");
    assert_unjudged(
        &workspace,
        &outcome,
        "reading t.parquet: Invalid Input Error: No magic bytes found",
    );
}

#[test]
fn a_ragged_line_is_named() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,b\n1,2\n3,4,5\n");
    let outcome = run_on(&workspace, "t.csv");
    assert_unjudged(
        &workspace,
        &outcome,
        "t.csv line 3: 3 fields where the header has 2",
    );
}

#[test]
fn csv_that_is_not_utf8_is_refused() {
    let workspace = Workspace::new();
    workspace.write("t.csv", b"a,b\n1,caf\xe9\n");
    let outcome = run_on(&workspace, "t.csv");
    assert_unjudged(&workspace, &outcome, "t.csv line 2");
    assert!(outcome.stdout.contains("UTF-8"), "{outcome:?}");
}

#[test]
fn headers_of_a_folder_must_agree() {
    let workspace = Workspace::new();
    workspace.write("data/1.csv", "a,b\n1,2\n");
    workspace.write("data/2.csv", "b,a\n1,2\n");
    let outcome = run_on(&workspace, "data/");
    assert_unjudged(&workspace, &outcome, "data/2.csv");
}

#[test]
fn files_of_several_formats_need_a_choice() {
    let workspace = Workspace::new();
    workspace.write("data/1.csv", "a\n1\n");
    workspace.write("data/2.json", "{\"a\": 1}\n");
    let outcome = run_on(&workspace, "data");
    assert_unjudged(&workspace, &outcome, "has files of several formats");
    let outcome = run_on(&workspace, "{path: data, format: csv}");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn a_name_with_a_statement_in_it_is_a_name() {
    let workspace = Workspace::new();
    let outcome = run_on(&workspace, r#"'x"; DROP TABLE y; --'"#);
    assert_unjudged(
        &workspace,
        &outcome,
        r#"Table with name x"; DROP TABLE y; -- does not exist"#,
    );
}

#[test]
fn an_unknown_column_names_the_near_ones() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "aa,other\n1,2\n");
    let outcome = run_on(&workspace, "t.csv");
    assert_unjudged(
        &workspace,
        &outcome,
        "column 'a' does not exist; did you mean 'aa'?",
    );
}

#[test]
fn a_type_that_does_not_fit_the_rule_is_named() {
    let report = Workspace::new().report_on(
        "s,n,d\nx,1,2026-01-01\n",
        r#"
- {name: text, rule_type: range, column: s, parameters: {min_value: 1}}
- {name: number, rule_type: range, column: n, parameters: {max_value: "b"}}
- {name: date, rule_type: range, column: d, parameters: {min_value: "2026-02-30"}}
- {name: pattern, rule_type: pattern, column: n, parameters: {pattern: "1"}}
"#,
    );
    let message = |name| rule(&report, "t", name)["message"].clone();
    let messages = ["text", "number", "date", "pattern"]
        .map(|name| (rule(&report, "t", name)["status"].clone(), message(name)));
    let why = [
        "min_value 1 does not fit column 's' of type text; write the bound in quotes to compare as text or date, or cast the column in a custom rule",
        "max_value 'b' does not fit column 'n' of type integer; write the bound as a number",
        "min_value '2026-02-30' does not fit column 'd' of type date; write a date as 2026-01-31",
        "a pattern needs text, but column 'n' is integer; a custom rule can cast it",
    ];
    for ((status, message), why) in messages.iter().zip(why) {
        assert_eq!(status, "error");
        assert!(message.as_str().unwrap().ends_with(why), "{message}");
    }
}

#[test]
fn a_missing_database_is_named_and_not_made() {
    let workspace = Workspace::new();
    workspace.write(
        "c.yaml",
        r#"
version: "1.0"
engine: {type: duckdb, connection_params: {database: no.duckdb}}
tables:
  - {name: t, source: t, rules: [{name: r, rule_type: completeness, column: a}]}
"#,
    );
    let outcome = workspace.run(&["c.yaml", "--output", "report.json"]);
    assert_unjudged(
        &workspace,
        &outcome,
        "connecting to engine 'default': the database no.duckdb does not exist",
    );
    assert!(!workspace.path("no.duckdb").exists());
}

#[test]
fn one_bad_table_leaves_the_others_their_results() {
    let workspace = Workspace::new();
    workspace.write("good.csv", "a\n1\n");
    workspace.write(
        "c.yaml",
        r#"
version: "1.0"
tables:
  - {name: bad, source: none.csv, rules: [{name: r, rule_type: completeness, column: a}]}
  - {name: good, source: good.csv, rules: [{name: r, rule_type: completeness, column: a}]}
"#,
    );
    let outcome = workspace.run(&["c.yaml", "--output", "report.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert_eq!(
        rule(&workspace.json("report.json"), "good", "r")["status"],
        "passed"
    );
}

#[test]
fn every_format_is_read_alike() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,b\n1,x\n,y\n");
    workspace.write("t.tsv", "a\tb\n1\tx\n\ty\n");
    workspace.write("semicolon.csv", "a;b\n1;x\n;y\n");
    workspace.write(
        "t.ndjson",
        "{\"a\": 1, \"b\": \"x\"}\n{\"a\": null, \"b\": \"y\"}\n",
    );
    workspace.write("t.json", "[{\"a\": 1, \"b\": \"x\"}, {\"b\": \"y\"}]");
    workspace.write("many/1.csv", "a,b\n1,x\n");
    workspace.write("many/deeper/2.csv", "a,b\n,y\n");
    let sources = [
        "t.csv",
        "t.tsv",
        "{path: semicolon.csv, options: {delimiter: ';'}}",
        "t.ndjson",
        "t.json",
        "many/",
        "'many/**/*.csv'",
        "{query: \"SELECT 1 AS a UNION ALL SELECT NULL\"}",
        "{path: t.csv, options: {schema: {a: integer, b: text}}}",
    ];
    for source in sources {
        let outcome = run_on(&workspace, source);
        assert_eq!(outcome.code, Some(1), "{source}: {outcome:?}");
        let report = workspace.json("report.json");
        let counts = (
            &rule(&report, "t", "r")["total_count"],
            &rule(&report, "t", "r")["failed_count"],
        );
        assert_eq!(counts, (&Value::from(2), &Value::from(1)), "{source}");
    }
}

#[test]
fn an_unreadable_file_leaves_what_was_reported_before() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a\n1\n");
    assert_eq!(run_on(&workspace, "t.csv").code, Some(0));
    let before = fs::read(workspace.path("report.json")).unwrap();
    workspace.write(
        "c.yaml",
        "version: \"1.0\"\ntables:\n  - {name: t, source: t.csv, rules: [{name: r, rule_type: nothing, column: a}]}\n",
    );
    assert_eq!(
        workspace.run(&["c.yaml", "--output", "report.json"]).code,
        Some(2)
    );
    assert_eq!(fs::read(workspace.path("report.json")).unwrap(), before);
}

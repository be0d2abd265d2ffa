//! Configs that are wrong: every error at once, with its place and what would be right; exit code 2.

use crate::support::{Outcome, Workspace};

fn lint(config: impl AsRef<[u8]>) -> Outcome {
    let workspace = Workspace::new();
    workspace.write("c.yaml", config);
    workspace.run(&["lint", "c.yaml"])
}

/// A config with one table and this rule.
fn with_rule(rule: &str) -> String {
    format!(
        "version: \"1.0\"\ntables:\n  - name: t\n    source: t.csv\n    rules:\n      - {rule}\n"
    )
}

#[track_caller]
fn assert_refused(config: impl AsRef<[u8]>, told: &str) {
    let outcome = lint(config);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.stderr.contains(told),
        "«{told}» is not in\n{}",
        outcome.stderr
    );
    assert_eq!(outcome.stdout, "");
}

#[test]
fn all_errors_come_at_once_with_their_places() {
    let outcome = lint(
        r#"version: "1.0"
tables:
  - name: orders
    source: orders.csv
    rules:
      - {name: a, rule_type: completness, column: id}
      - {name: a, rule_type: completeness, colum: id}
      - name: b
        rule_type: range
        column: amount
        threshold: 7
        parameters: {min_value: 5, max_value: 1}
      - {name: c, rule_type: pattern, column: s, parameters: {pattern: "(?<=a)b"}}
  - name: empty
    rules: []
"#,
    );
    assert_eq!(outcome.code, Some(2));
    insta::assert_snapshot!(outcome.stderr, @r"
    c.yaml:6:30: error: unknown rule type 'completness'
      help: did you mean 'completeness'?
    c.yaml:7:9: error: rule type 'completeness' needs a column
      help: add 'column: …', or 'columns: […]' where it takes several
    c.yaml:7:16: error: rule 'a' is named twice in table 'orders'
      help: give it another name; the first is on line 6
    c.yaml:7:44: error: unknown key 'colum'
      help: did you mean 'column' or 'columns'?
    c.yaml:11:20: error: threshold 7 is outside 0..1
      help: 7 % is written 0.07
    c.yaml:12:33: error: min_value 5 and max_value 1 leave no value that could pass
      help: swap them, or make the bounds inclusive
    c.yaml:13:72: error: the pattern '(?<=a)b' is refused: look-around is not portable
      help: use a second rule, with `negate: true` for what must not match
    c.yaml:14:11: error: table 'empty' has no rules
      help: add 'rules:', or 'global_rules:'
    stopped: the command or the config is wrong; nothing was validated (exit code 2)
    ");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let workspace = Workspace::new();
    workspace.write("folder/file", "");
    for (path, told) in [("none.yaml", "none.yaml"), ("folder", "folder")] {
        let outcome = workspace.run(&["run", path]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(told), "{outcome:?}");
    }
}

#[test]
fn text_that_is_no_yaml_is_refused_with_its_place() {
    assert_refused("version: \"1.0\"\ntables: [\n", "c.yaml:");
    assert_refused("tables:\n  - name: t\n   source: x\n", "c.yaml:3:");
    assert_refused("", "c.yaml");
    assert_refused("- a\n- b\n", "mapping");
    assert_refused("a: 1\n---\nb: 2\n", "c.yaml:2:1");
    assert_refused(b"version: \"1.0\"\nmetadata: {a: \xff}\n", "UTF-8");
    assert_refused("version: \"1.0\"\nversion: \"1.0\"\n", "c.yaml:2:1");
}

#[test]
fn a_config_that_would_explode_is_refused_quickly() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let inner = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert_refused(&bomb, "c.yaml");
    assert_refused("[".repeat(100_000), "c.yaml");
    assert_refused(vec![b'#'; 100 << 20], "MB");
}

#[test]
fn unknown_words_name_the_near_ones() {
    assert_refused(
        with_rule("{name: r, rule_type: uniquness, column: a}"),
        "'uniqueness'",
    );
    assert_refused(
        with_rule("{name: r, rule_type: completeness, colunm: a}"),
        "'column'",
    );
    assert_refused(
        with_rule("{name: r, rule_type: completeness, column: a, severity: eror}"),
        "'error'",
    );
    assert_refused(
        "version: \"1.0\"\nengine: {type: duckbd}\ntables: []\n",
        "'duckdb'",
    );
}

#[test]
fn values_that_cannot_be_meant_are_refused() {
    for (rule, told) in [
        (
            "{name: r, rule_type: completeness, column: a, threshold: 7}",
            "c.yaml:6:",
        ),
        (
            "{name: r, rule_type: completeness, column: a, threshold: 0.5, max_failed: 1}",
            "max_failed",
        ),
        ("{name: r, rule_type: completeness}", "needs a column"),
        (
            "{name: r, rule_type: range, column: a}",
            "a range needs min_value or max_value",
        ),
        (
            "{name: r, rule_type: range, column: a, parameters: {min_value: .nan}}",
            "neither a finite number nor text",
        ),
        (
            "{name: r, rule_type: pattern, column: a, parameters: {pattern: '('}}",
            "the pattern '(' is refused",
        ),
        (
            "{name: r, rule_type: pattern, column: a, parameters: {pattern: '(a)\\1'}}",
            "is refused",
        ),
        (
            "{name: r, rule_type: pattern, column: a, parameters: {pattern: 'a{256}'}}",
            "255",
        ),
        (
            "{name: r, rule_type: uniqueness, columns: []}",
            "'columns' is empty",
        ),
        (
            "{name: r, rule_type: reconcile, parameters: {with: {engine: nowhere, path: a.csv}, keys: [a]}}",
            "unknown engine 'nowhere'",
        ),
        (
            "{name: r, rule_type: completeness, column: a, timeout: soon}",
            "'timeout' is not a time span",
        ),
    ] {
        assert_refused(with_rule(rule), told);
    }
}

#[test]
fn custom_sql_that_is_more_than_one_read_is_refused() {
    for (sql, told) in [
        ("SELECT COUNT(*) FROM {table}; SELECT 1", "2 statements"),
        ("a > 1; DROP TABLE t", "2 statements"),
        (
            "WITH x AS (DELETE FROM t RETURNING *) SELECT count(*) FROM x",
            "change data",
        ),
        (
            "WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT count(*) FROM x",
            "change data",
        ),
        ("INSERT INTO t VALUES (1)", "cannot be read"),
        // A line ends a comment, and a comment in a comment hides nothing.
        ("a > 1 -- one\\n; DROP TABLE t", "2 statements"),
        ("a > 1 /* one */; DROP TABLE t", "2 statements"),
        ("a > 1 /* /* */ */; DROP TABLE t", "cannot be read"),
        ("SELECT * INTO other FROM {table}", "change data"),
        ("SELECT * FROM {table} FOR UPDATE", "change data"),
        ("a >", "cannot be read"),
        ("a = 1) OR (b = 2", "cannot be read"),
        ("a > 1 /* open", "cannot be read"),
        (
            "a = (SELECT max(a) FROM {table})",
            "'{table}' stands only in a query",
        ),
        (
            "SELECT count(*) FROM t WHERE name = '{table}'",
            "'{table}' stands in quotes, where it is text and not the table",
        ),
        (
            "SELECT count(*) FROM \\\"{table}\\\"",
            "'{table}' stands in quotes, where it is text and not the table",
        ),
    ] {
        assert_refused(
            with_rule(&format!(
                "{{name: r, rule_type: custom, expression: \"{sql}\"}}"
            )),
            told,
        );
    }
    assert_refused(
        with_rule("{name: r, rule_type: completeness, column: a, where: 'a = 1; DELETE FROM t'}"),
        "2 statements",
    );
}

#[test]
fn a_missing_source_matters_to_a_run_and_not_to_lint() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a\n1\n");
    workspace.write(
        "c.yaml",
        "version: \"1.0\"\ntables:\n  - {name: t, rules: [{name: r, rule_type: completeness, column: a}]}\n",
    );
    assert_eq!(workspace.run(&["lint", "c.yaml"]).code, Some(0));
    let outcome = workspace.run(&["c.yaml"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("--override"), "{outcome:?}");
    assert_eq!(
        workspace.run(&["c.yaml", "--override", "t=t.csv"]).code,
        Some(0)
    );
}

#[test]
fn the_environment_is_merged_and_its_errors_name_the_variable() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a\n1\n");
    workspace.write(
        "c.yaml",
        with_rule("{name: r, rule_type: completeness, column: a}"),
    );
    let run =
        |name: &str, value: &str| workspace.finish(workspace.command(&["c.yaml"]).env(name, value));
    assert_eq!(run("VALIDATOR_ENGINE__TYPE", "duckdb").code, Some(0));
    for (name, value) in [
        ("VALIDATOR_ENGINE__TYPE", "nonesuch"),
        ("VALIDATOR_ENGIN__TYPE", "duckdb"),
    ] {
        let outcome = run(name, value);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(name), "{outcome:?}");
    }
}

#[test]
fn a_secret_is_in_no_message() {
    let workspace = Workspace::new();
    workspace.write(
        "c.yaml",
        r#"
version: "1.0"
engine: {type: duckdb, connection_params: {database: "${env:THE_SECRET}/none.duckdb"}}
tables:
  - {name: t, source: t, rules: [{name: r, rule_type: completeness, column: a}]}
"#,
    );
    let mut command = workspace.command(&["c.yaml", "--output", "-"]);
    let outcome = workspace.finish(command.env("THE_SECRET", "/hunter2-canary"));
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains("the database ***/none.duckdb does not exist"),
        "{outcome:?}"
    );
    assert!(!format!("{outcome:?}").contains("hunter2-canary"));
}

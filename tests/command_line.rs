//! Arguments, selection and exit codes.

use crate::support::Workspace;

const CONFIG: &str = r#"
version: "1.0"
tables:
  - name: orders
    source: orders.csv
    tags: [nightly]
    rules:
      - {name: id, rule_type: completeness, column: id}
      - {name: amount, rule_type: range, column: amount, severity: warning, parameters: {min_value: 0}}
  - name: people
    source: people.csv
    rules:
      - {name: name, rule_type: completeness, column: name, tags: [pii]}
      - {name: id, rule_type: uniqueness, column: id}
"#;

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("orders.csv", "id,amount\n1,5\n2,-1\n");
    workspace.write("people.csv", "id,name\n1,Ada\n2,Grace\n");
    workspace.write("c.yaml", CONFIG);
    workspace
}

#[test]
fn run_is_the_default_command() {
    let workspace = workspace();
    for arguments in [
        &["run", "c.yaml"][..],
        &["c.yaml"],
        &["--config", "c.yaml"],
        &["run", "--config", "c.yaml"],
    ] {
        let outcome = workspace.run(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(
            outcome
                .stdout
                .contains("4 rules in 2 tables: 3 passed, 1 failed"),
            "{outcome:?}"
        );
        assert_eq!(outcome.stderr, "passed (exit code 0)\n");
    }
}

#[test]
fn fail_on_decides_which_severity_counts() {
    let workspace = workspace();
    let code = |fail_on: &str| workspace.run(&["c.yaml", "--fail-on", fail_on]).code;
    assert_eq!(
        [code("error"), code("warning"), code("never")],
        [Some(0), Some(1), Some(0)]
    );
}

#[test]
fn selectors_narrow_a_run() {
    let workspace = workspace();
    let run = |arguments: &[&str]| workspace.run(&[&["c.yaml"], arguments].concat());
    for (arguments, rules) in [
        (&["--table", "people"][..], "2 rules in 1 table: 2 passed"),
        (&["--rule", "id"], "2 rules in 2 tables: 2 passed"),
        (
            &["--tag", "nightly"],
            "2 rules in 1 table: 1 passed, 1 failed",
        ),
        (
            &["--tag", "nightly", "--tag", "pii"],
            "3 rules in 2 tables: 2 passed, 1 failed",
        ),
        (
            &["--table", "people", "--tag", "pii"],
            "1 rule in 1 table: 1 passed",
        ),
    ] {
        let outcome = run(arguments);
        assert!(outcome.stdout.contains(rules), "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn a_selector_that_names_nothing_is_an_error() {
    let workspace = workspace();
    for (arguments, why) in [
        (
            ["--table", "peopel"],
            "the config has no table of that name\n  help: did you mean 'people'?",
        ),
        (
            ["--rule", "nmae"],
            "the config has no rule of that name\n  help: did you mean 'name'?",
        ),
        (["--tag", "weekly"], "the config has no tag of that name"),
    ] {
        let outcome = workspace.run(&[&["c.yaml"], &arguments[..]].concat());
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(why), "{outcome:?}");
    }
    let outcome = workspace.run(&["c.yaml", "--table", "orders", "--tag", "pii"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
}

#[test]
fn sources_come_from_files_and_arguments() {
    let workspace = workspace();
    workspace.write("elsewhere/people.csv", "id,name\n1,\n1,\n");
    workspace.write("elsewhere/sources.yaml", "people: people.csv\n");
    let outcome = workspace.run(&["c.yaml", "--sources", "elsewhere/sources.yaml"]);
    assert!(
        outcome.stdout.contains("people  0/2 rules passed"),
        "{outcome:?}"
    );
    let both = [
        "c.yaml",
        "--sources",
        "elsewhere/sources.yaml",
        "--override",
        "people=people.csv",
    ];
    let outcome = workspace.run(&both);
    assert!(
        outcome.stdout.contains("people  2/2 rules passed"),
        "{outcome:?}"
    );
    let outcome = workspace.run(&["c.yaml", "--override", "peple=people.csv"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("people"), "{outcome:?}");
}

#[test]
fn explain_shows_the_scans_and_runs_none() {
    let workspace = workspace();
    let outcome = workspace.run(&["c.yaml", "--explain", "--table", "people"]);
    assert_eq!(outcome.code, Some(0));
    insta::assert_snapshot!(outcome.stdout, @r#"
    table people (engine default)
      scan 1 of 2, expected to take less than 1 ms
        SELECT count(*) AS c0, count(*) - count("name") AS c1, count(*) - count("id") AS c2 FROM temp.main."data_validator source people"
        - name, id: conditional, shares the scan of all rows
        - name: count-column, counts the values, and not the rows without one
        - id: count-column, counts the values, and not the rows without one
      scan 2 of 2, expected to take 6 ms
        SELECT count(DISTINCT "id") AS c0 FROM temp.main."data_validator source people"
        - id: count-distinct, counts the different values
    "#);
}

#[test]
fn quiet_is_silent_on_success() {
    let workspace = workspace();
    let outcome = workspace.run(&["c.yaml", "--quiet"]);
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    let outcome = workspace.run(&["c.yaml", "--quiet", "--fail-on", "warning"]);
    assert!(
        outcome.stdout.contains("'amount'") && outcome.stderr.contains("exit code 1"),
        "{outcome:?}"
    );
}

#[test]
fn lint_and_check_connection_answer_on_stdout() {
    let workspace = workspace();
    let outcome = workspace.run(&["lint", "c.yaml"]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(0), "c.yaml: no errors in 4 rules of 2 tables\n")
    );
    let outcome = workspace.run(&["check-connection", "c.yaml"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .starts_with("default: connected to duckdb 1.5.6\n"),
        "{outcome:?}"
    );
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    let workspace = workspace();
    for arguments in [
        &["c.yaml", "--no-such-flag"][..],
        &["c.yaml", "--now", "yesterday"],
        &["c.yaml", "--output", "report.doc"],
        &["c.yaml", "--output", "html=report.html"],
        &["c.yaml", "--override", "people"],
        &["run"],
        &["none.yaml"],
    ] {
        let outcome = workspace.run(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
        assert_eq!(outcome.stdout, "", "{arguments:?}");
    }
}

#[test]
fn help_lists_the_commands() {
    let outcome = Workspace::new().run(&["--help"]);
    assert_eq!(outcome.code, Some(0));
    for command in ["run", "lint", "check-connection"] {
        assert!(
            outcome.stdout.contains(&format!("\n  {command}")),
            "{outcome:?}"
        );
    }
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let workspace = workspace();
    assert!(!workspace.run(&["c.yaml"]).stdout.contains('\u{1b}'));
    assert!(
        workspace
            .run(&["c.yaml", "--color", "always"])
            .stdout
            .contains('\u{1b}')
    );
}

#[test]
fn a_closed_pipe_is_not_a_panic() {
    let workspace = workspace();
    let program = env!("CARGO_BIN_EXE_data-validator");
    let mut command = std::process::Command::new("bash");
    command
        .args([
            "-c",
            &format!("set -o pipefail; {program} c.yaml | true; {program} --help | true"),
        ])
        .current_dir(workspace.path(""));
    let outcome = workspace.finish(&mut command);
    assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
}

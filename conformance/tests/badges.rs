//! Badges, and runs that are compared.

use serde_json::Value;

use crate::support::Workspace;

/// What the results in `report` say of a badge.
fn badge(workspace: &Workspace, level: &str) -> Value {
    let results = workspace.results();
    let badges = results["badges"].as_array().unwrap();
    let found = badges.iter().find(|badge| badge["level"] == level);
    found.unwrap().clone()
}

/// Runs these cases on the engine in C that says OK to all.
fn run_wrong_engine(workspace: &Workspace, settings: &str, only: &[&str]) -> Option<i32> {
    std::fs::write(workspace.path("conform.toml"), settings).unwrap();
    let plugin = workspace.wrong_engine("SAYS_OK_TO_ALL", "dml");
    let mut arguments = vec!["run", "--plugin", &plugin, "--config", "conform.toml"];
    arguments.extend(["--report", "report"]);
    arguments.extend(only.iter().flat_map(|name| ["--only", name]));
    workspace.run(&arguments).code
}

#[test]
fn an_engine_that_aims_for_a_badge_and_misses_it_fails() {
    // It has no 'publish', so that it cannot reach the badge, whatever passes.
    let only = ["transactions/a_table"];
    for (settings, code) in [
        ("badges = ['transactional']", Some(1)),
        ("badges = []", Some(1)),
    ] {
        let workspace = Workspace::new();
        assert_eq!(run_wrong_engine(&workspace, settings, &only), code);
        let badge = badge(&workspace, "transactional");
        assert_eq!(badge["standing"], "missed", "{badge}");
        assert_eq!(badge["aimed_for"], settings.contains("transactional"));
    }
}

#[test]
fn some_cases_alone_give_no_badge() {
    let workspace = Workspace::new();
    let arguments = ["run", "--engine", "duckdb", "--report", "report"];
    let only = [
        "--only",
        "transactions/*rollback*",
        "--only",
        "transactions/only",
    ];
    let outcome = workspace.run(&[&arguments[..], &only[..]].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let badge = badge(&workspace, "transactional");
    assert_eq!(badge["standing"], "not-judged", "{badge}");
    assert_eq!(badge["passed"], 2);
    assert!(
        outcome.stdout.contains("badge transactional not judged"),
        "{outcome:?}"
    );
}

#[test]
fn a_level_alone_gives_its_badge() {
    let workspace = Workspace::new();
    let arguments = ["run", "--engine", "datafusion", "--level", "resilient"];
    let outcome = workspace.run(&[&arguments[..], &["--report", "report"]].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(badge(&workspace, "resilient")["standing"], "reached");
    assert_eq!(badge(&workspace, "core")["standing"], "not-judged");
}

#[test]
fn what_got_worse_between_two_runs_is_told() {
    let workspace = Workspace::new();
    let only = [
        "--only",
        "transactions/rollback",
        "--only",
        "transactions/only",
    ];
    let engine = ["run", "--engine", "duckdb", "--report", "good"];
    let good = workspace.run(&[&engine[..], &only[..]].concat());
    assert_eq!(good.code, Some(0), "{good:?}");
    let only = [
        "transactions/rollback",
        "transactions/only",
        "transactions/a_table",
    ];
    assert_eq!(run_wrong_engine(&workspace, "", &only), Some(1));

    let worse = workspace.run(&["diff", "good", "report"]);
    assert_eq!(worse.code, Some(1), "{worse:?}");
    let lines: Vec<&str> = worse.stdout.lines().collect();
    assert_eq!(lines[0], "pass no more: 2");
    assert!(
        lines[1]
            .starts_with("    transactions/only_an_open_transaction_can_be_ended: FAIL: step 1")
    );
    assert!(lines.contains(&"new: 1"), "{worse:?}");

    let better = workspace.run(&["diff", "report/results.json", "good/results.json"]);
    assert_eq!(better.code, Some(0), "{better:?}");
    assert!(better.stdout.starts_with("pass now: 2"), "{better:?}");
    assert!(better.stdout.contains("gone: 1"), "{better:?}");

    let same = workspace.run(&["diff", "good", "good"]);
    assert_eq!(same.stdout, "no case ends otherwise\n");
}

#[test]
fn runs_stand_side_by_side_in_a_table_that_is_held_to_a_file() {
    let workspace = Workspace::new();
    let only = ["transactions/rollback", "transactions/a_table"];
    assert_eq!(run_wrong_engine(&workspace, "", &only), Some(1));
    let engine = ["run", "--engine", "duckdb", "--report", "good"];
    let arguments = [&engine[..], &["--only", only[0], "--only", only[1]]].concat();
    assert_eq!(workspace.run(&arguments).code, Some(0));

    let table = workspace.run(&["matrix", "good", "report"]);
    assert_eq!(table.code, Some(0), "{table:?}");
    assert!(
        table.stdout.contains("| case | duckdb | wrong (file) |"),
        "{table:?}"
    );
    assert!(
        table
            .stdout
            .contains("| rollback leaves nothing (transactional) | ✓ | FAIL |")
    );
    assert!(
        table
            .stdout
            .contains("| a table that is rolled back is not there (transactional) | ✓ | – |")
    );

    std::fs::write(workspace.path("matrix.md"), &table.stdout).unwrap();
    let check = ["matrix", "good", "report", "--check", "matrix.md"];
    assert_eq!(workspace.run(&check).code, Some(0));
    let stale = table.stdout.replace("FAIL", "✓");
    std::fs::write(workspace.path("matrix.md"), stale).unwrap();
    let told = workspace.run(&check);
    assert_eq!(told.code, Some(1));
    assert!(
        told.stderr.contains("matrix.md is not what the runs say"),
        "{told:?}"
    );
}

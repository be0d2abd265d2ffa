//! The suite on the engines of this repository, and what it refuses.

use data_validator_harness::library::built_library;

use crate::support::Workspace;

#[test]
fn an_engine_passes_linked_in_and_from_a_file() {
    let workspace = Workspace::new();
    let library = built_library("data-validator-duckdb-library");
    let library = library.to_str().unwrap();
    for engine in [["--engine", "duckdb"], ["--plugin", library]] {
        let mut arguments = vec![
            "run",
            "--strict",
            "--report",
            "report",
            "--only",
            "transactions",
        ];
        arguments.extend(engine);
        arguments.extend(["--repeat", "2"]);
        let outcome = workspace.run(&arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let results = workspace.results();
        assert_eq!(results["engine"]["name"], "duckdb");
        let passed = results["counts"]["PASS"].as_u64().unwrap();
        assert!(passed >= 10, "{results}");
        let told = workspace.junit().matches("<testcase").count();
        assert_eq!(u64::try_from(told).unwrap(), passed);
    }
}

#[test]
fn cases_side_by_side_come_in_the_order_of_their_names() {
    let workspace = Workspace::new();
    let arguments = [
        "run", "--engine", "duckdb", "--jobs", "3", "--report", "report",
    ];
    let outcome = workspace.run(&[&arguments[..], &["--only", "transactions"]].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let results = workspace.results();
    let results = results["results"].as_array().unwrap();
    let names = results.iter().map(|it| it["case"].as_str().unwrap());
    assert!(names.clone().count() >= 5);
    assert!(names.is_sorted(), "{results:?}");
}

#[test]
fn a_skip_that_is_not_foreseen_fails_a_strict_run() {
    let workspace = Workspace::new();
    std::fs::write(
        workspace.path("conform.toml"),
        "[engine]\nconnection = {path = '{folder}'}\n",
    )
    .unwrap();
    for (strict, code) in [(false, 0), (true, 1)] {
        let mut arguments = vec!["run", "--engine", "datafusion", "--config", "conform.toml"];
        arguments.extend(["--only", "transactions", "--only", "idempotency/a_table"]);
        if strict {
            arguments.push("--strict");
        }
        let outcome = workspace.run(&arguments);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    let workspace = Workspace::new();
    for (arguments, said) in [
        (&["run", "--engine", "duckbd"][..], "did you mean 'duckdb'?"),
        (
            &["run", "--engine", "duckdb", "--only", "nothing"],
            "no case's name begins with 'nothing' or fits it as a pattern",
        ),
        (
            &["run", "--plugin", "missing.so"],
            "finding the plugin missing.so",
        ),
        (
            &["run", "--engine", "duckdb", "--config", "missing.toml"],
            "reading the settings missing.toml",
        ),
        (&["explain", "nothing"], "there is no case 'nothing'"),
        (&["run"], "--engine <NAME>"),
    ] {
        let outcome = workspace.run(arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
}

#[test]
fn every_case_is_listed_and_explained() {
    let workspace = Workspace::new();
    let list = workspace.run(&["list"]);
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(list.stdout.lines().count() >= 150, "{list:?}");
    for line in list.stdout.lines() {
        let case = line.split_whitespace().next().unwrap();
        let explained = workspace.run(&["explain", case]);
        assert_eq!(explained.code, Some(0), "{explained:?}");
        assert!(explained.stdout.contains("checks: "), "{explained:?}");
        assert!(explained.stdout.contains("steps:"), "{explained:?}");
    }
}

#[test]
fn cases_are_listed_by_group_and_level() {
    let workspace = Workspace::new();
    let list = |arguments: &[&str]| {
        let listed = workspace.run(&[&["list"], arguments].concat());
        assert_eq!(listed.code, Some(0), "{listed:?}");
        let lines = listed.stdout.lines();
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let resilient = list(&[
        "--group",
        "retry",
        "--group",
        "state",
        "--level",
        "resilient",
    ]);
    assert!(resilient.len() >= 4, "{resilient:?}");
    for line in resilient {
        assert!(
            line.starts_with("retry/") || line.starts_with("state/"),
            "{line}"
        );
        assert!(line.contains("  resilient  "), "{line}");
    }
    let by_level = ["core", "transactional", "resilient"].map(|level| list(&["--level", level]));
    let listed: usize = by_level.iter().map(Vec::len).sum();
    assert_eq!(listed, list(&[]).len());
    for (arguments, said) in [
        (
            ["list", "--group", "nothing"],
            "there is no group 'nothing'; the groups are",
        ),
        (
            ["list", "--level", "gold"],
            "the levels are core, transactional, resilient",
        ),
    ] {
        let outcome = workspace.run(&arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
}

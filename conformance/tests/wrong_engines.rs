//! Engines that crash, hang or lie: each ends as a named failure, and the run goes on.

use crate::support::{Outcome, Workspace};

/// Runs the cases about transactions on the engine that is wrong in this way.
fn run(workspace: &Workspace, fault: &str) -> Outcome {
    run_for(workspace, fault, "1")
}

/// As `run`, for this many seconds at most.
fn run_for(workspace: &Workspace, fault: &str, seconds: &str) -> Outcome {
    std::fs::write(workspace.path("conform.toml"), "").unwrap();
    let plugin = workspace.wrong_engine(fault, "dml");
    workspace.run(&[
        "run",
        "--plugin",
        &plugin,
        "--config",
        "conform.toml",
        "--only",
        "transactions/rollback",
        "--only",
        "transactions/only",
        "--report",
        "report",
        "--seed",
        "7",
        "--time-limit",
        seconds,
        "--memory-limit",
        "300",
    ])
}

/// What the report says of the case that rolls back.
fn why(workspace: &Workspace) -> String {
    let results = workspace.results();
    assert_eq!(results["expected"], false);
    let all = results["results"].as_array().unwrap();
    assert_eq!(all.len(), 2, "the run goes on");
    let of_rollback = all
        .iter()
        .find(|result| result["case"] == "transactions/rollback_leaves_nothing");
    let result = of_rollback.unwrap();
    assert_eq!(result["outcome"], "fail");
    result["why"].as_str().unwrap().to_owned()
}

#[test]
fn a_crash_names_the_signal_and_what_was_said_last() {
    let workspace = Workspace::new();
    let outcome = run(&workspace, "ABORTS");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let why = why(&workspace);
    assert!(why.contains("SIGABRT"), "{why}");
    assert!(why.contains("wrong: this cannot happen"), "{why}");
    let failures = workspace.junit().matches("<failure").count();
    assert_eq!(failures, 2);
}

#[test]
fn a_hang_is_ended_and_named() {
    let workspace = Workspace::new();
    let outcome = run(&workspace, "HANGS");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(why(&workspace), "it took longer than 1 s and was killed");
}

#[test]
fn an_engine_that_takes_all_memory_is_ended_and_named() {
    let workspace = Workspace::new();
    let outcome = run_for(&workspace, "TAKES_ALL_MEMORY", "60");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(
        why(&workspace),
        "it took more than 300 MiB of memory and was killed"
    );
}

#[test]
fn rows_that_are_none_are_a_failure_of_the_query_and_the_statement_is_shown() {
    for fault in [
        "GIVES_TEXT_THAT_IS_NOT_UTF8",
        "GIVES_A_TYPE_THAT_THERE_IS_NOT",
        "GIVES_FEWER_VALUES_THAN_ROWS",
        "GIVES_TEXT_THAT_ENDS_BEFORE_IT_BEGINS",
        "GIVES_NO_BUFFERS",
    ] {
        let workspace = Workspace::new();
        let outcome = run_for(&workspace, fault, "60");
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let why = why(&workspace);
        assert!(why.contains("the query SELECT n FROM notes: "), "{why}");
        let results = workspace.results();
        let results = results["results"].as_array().unwrap();
        let shown = results.iter().find(|it| it["sql"].is_array()).unwrap();
        assert_eq!(shown["sql"][0], "SELECT n FROM notes");
        assert!(
            outcome.stdout.contains("sql:       SELECT n FROM notes"),
            "{outcome:?}"
        );
    }
}

#[test]
fn an_engine_that_writes_to_the_hosts_output_is_told() {
    let workspace = Workspace::new();
    let outcome = run(&workspace, "WRITES_TO_STDOUT");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let why = why(&workspace);
    assert!(
        why.contains("standard output") && why.contains("wrong 1.0, ready"),
        "{why}"
    );
}

#[test]
fn an_engine_that_says_ok_to_all_fails_and_the_line_reproduces_it() {
    let workspace = Workspace::new();
    let outcome = run(&workspace, "SAYS_OK_TO_ALL");
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let line = "reproduce: data-validator-conformance ";
    let arguments = outcome
        .stdout
        .lines()
        .find_map(|text| text.split(line).nth(1));
    let arguments: Vec<&str> = arguments.unwrap().split(' ').collect();
    assert!(
        arguments.contains(&"--seed") && arguments.contains(&"7"),
        "{arguments:?}"
    );
    let again = workspace.run(&arguments);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(
        outcome
            .stdout
            .contains("it succeeds, and should fail with class 'invalid_state'"),
        "{outcome:?}"
    );
    assert!(outcome.stdout.contains("checks:"), "{outcome:?}");
}

#[test]
fn an_engine_that_cannot_be_loaded_is_no_failed_case() {
    let workspace = Workspace::new();
    let outcome = run(&workspace, "ABORTS_WHEN_LOADED");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("SIGABRT"), "{outcome:?}");
}

#[test]
fn what_is_not_declared_is_skipped_and_a_run_without_a_pass_proves_nothing() {
    let workspace = Workspace::new();
    std::fs::write(workspace.path("conform.toml"), "").unwrap();
    let plugin = workspace.wrong_engine("DECLARES_NOTHING", "none");
    let arguments = [
        "run",
        "--plugin",
        &plugin,
        "--config",
        "conform.toml",
        "--report",
        "report",
        "--only",
        "transactions",
        "--only",
        "idempotency",
    ];
    let outcome = workspace.run(&arguments);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let results = workspace.results();
    assert_eq!(results["counts"]["PASS"], 0);
    assert_eq!(results["counts"]["FAIL"], 0);
    assert!(results["counts"]["SKIP"].as_u64() > Some(10));
}

#[test]
fn a_waived_failure_is_accepted_with_its_reason() {
    let workspace = Workspace::new();
    std::fs::write(
        workspace.path("conform.toml"),
        "[[waive]]\ncase = 'transactions/rollback_leaves_nothing'\nreason = 'it has no rows'\n",
    )
    .unwrap();
    let plugin = workspace.wrong_engine("SAYS_OK_TO_ALL", "dml");
    let only = "transactions/rollback";
    workspace.run(&[
        "run",
        "--plugin",
        &plugin,
        "--config",
        "conform.toml",
        "--only",
        only,
        "--report",
        "report",
    ]);
    let result = workspace.results()["results"][0].clone();
    assert_eq!(result["outcome"], "waived");
    assert!(
        result["why"]
            .as_str()
            .unwrap()
            .starts_with("it has no rows: "),
        "{result}"
    );
}

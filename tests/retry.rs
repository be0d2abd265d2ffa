//! Faults that pass are waited out, others are told at once.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use data_validator_harness::eventually;

use crate::support::{Workspace, rule};

const CONFIG: &str = r#"
version: "1.0"
engine:
  connection_params: {database: d.duckdb}
  options: {max_retries: 50, retry_delay: 0.1, max_delay: 0.2}
tables:
  - name: t
    source: t
    rules:
      - {name: good, rule_type: completeness, column: a}
      - {name: broken, rule_type: custom, expression: "nothing_here > 1"}
"#;

/// A folder with a database, and the connection that keeps other processes out of it.
fn workspace() -> (Workspace, duckdb::Connection) {
    let workspace = Workspace::new();
    workspace.write("c.yaml", CONFIG);
    let database = duckdb::Connection::open(workspace.path("d.duckdb")).unwrap();
    database
        .execute_batch("CREATE TABLE t AS SELECT 1 AS a; CHECKPOINT")
        .unwrap();
    (workspace, database)
}

#[test]
fn a_database_that_another_process_holds_is_waited_for() {
    let (workspace, holder) = workspace();
    let mut command = workspace.command(&[
        "c.yaml",
        "--output",
        "r.json",
        "--state",
        "state.json",
        "--rule",
        "good",
    ]);
    let mut run = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(run.stderr.take().unwrap()).lines();
    let first = told.next().unwrap().unwrap();
    assert!(
        first.starts_with(
            "warning: connecting to engine 'default': IO Error: Could not set lock on file"
        ),
        "{first}"
    );
    assert!(first.contains("; trying again in 0."), "{first}");
    drop(holder);
    let rest: Vec<String> = told.map(Result::unwrap).collect();
    assert_eq!(run.wait().unwrap().code(), Some(0), "{rest:?}");
    let report = workspace.json("r.json");
    let good = rule(&report, "t", "good");
    assert!(good["attempts"].as_u64().unwrap() >= 2, "{good}");
    assert!(
        good["last_error"]
            .as_str()
            .unwrap()
            .contains("Could not set lock"),
        "{good}"
    );
}

#[test]
fn after_the_last_attempt_the_rule_is_not_judged() {
    let (workspace, _holder) = workspace();
    workspace.write(
        "c.yaml",
        CONFIG.replace("max_retries: 50", "max_retries: 2"),
    );
    let outcome = workspace.run(&["c.yaml", "--output", "r.json", "--rule", "good"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert_eq!(
        outcome.stderr.matches("trying again").count(),
        2,
        "{outcome:?}"
    );
    let report = workspace.json("r.json");
    assert_eq!(rule(&report, "t", "good")["attempts"], 3);
    assert_eq!(
        rule(&report, "t", "good")["metadata"]["error_class"],
        "transient"
    );
}

#[test]
fn a_rule_that_is_wrong_is_not_tried_again() {
    let (workspace, holder) = workspace();
    drop(holder);
    let outcome = workspace.run(&["c.yaml", "--output", "r.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(!outcome.stderr.contains("trying again"), "{outcome:?}");
    let report = workspace.json("r.json");
    assert_eq!(rule(&report, "t", "broken")["attempts"], 1);
    assert_eq!(rule(&report, "t", "good")["attempts"], 1);
    assert_eq!(rule(&report, "t", "good")["status"], "passed");
}

#[test]
fn a_missing_file_is_not_waited_for() {
    let workspace = Workspace::new();
    workspace.write("c.yaml", CONFIG);
    let outcome = workspace.run(&["c.yaml"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(!outcome.stderr.contains("trying again"), "{outcome:?}");
}

#[test]
fn a_run_ends_at_its_time_limit() {
    let workspace = Workspace::new();
    workspace.write(
        "c.yaml",
        r#"
version: "1.0"
tables:
  - name: t
    source: {query: "SELECT 1 AS a"}
    rules:
      - {name: endless, rule_type: custom, expression: "SELECT count(*) FROM {table}, range(100000000000) AS x(i) WHERE i % 7 = 8"}
"#,
    );
    let outcome = workspace.run(&["c.yaml", "--timeout", "500ms", "--output", "r.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("r.json");
    assert_eq!(
        rule(&report, "t", "endless")["metadata"]["error_class"],
        "timeout"
    );
}

/// A server that takes connections and never says a word, and a config of a table on it that waits for ever.
fn silent_server() -> (Workspace, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let workspace = Workspace::new();
    let port = listener.local_addr().unwrap().port();
    workspace.write(
        "c.yaml",
        format!(
            r#"
version: "1.0"
engine: {{type: postgres, connection_params: {{url: "postgresql://u@127.0.0.1:{port}/d", connect_timeout: 0}}}}
tables:
  - name: t
    source: t
    rules:
      - {{name: good, rule_type: completeness, column: a}}
"#
        ),
    );
    (workspace, listener)
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_waiting_for_a_server_that_does_not_answer() {
    let (workspace, listener) = silent_server();
    let mut command = workspace.command(&["c.yaml", "--quiet"]);
    let mut run = command.stdout(Stdio::null()).spawn().unwrap();
    let _connected = listener.accept().unwrap();
    let told = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status();
    assert!(told.unwrap().success());
    let ended = eventually("the end of a run that was told to stop", || {
        run.try_wait().unwrap()
    });
    assert_eq!(ended.code(), Some(130));
}

#[test]
fn a_time_limit_ends_the_waiting_for_a_server_that_does_not_answer() {
    let (workspace, _listener) = silent_server();
    let outcome = workspace.run(&["c.yaml", "--timeout", "300ms", "--output", "r.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("r.json");
    let good = rule(&report, "t", "good");
    assert_eq!(good["metadata"]["error_class"], "timeout", "{good}");
}

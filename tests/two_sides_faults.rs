//! What goes wrong while rows of two engines are put side by side.

use std::process::{Command, Stdio};

use data_validator_harness::{Fault, Proxy, eventually};
use serde_json::json;

use crate::engines::server;
use crate::support::{Workspace, rule};

/// The rows of both sides: those of `0..left` on DuckDB, those of `1..=right` on another engine.
fn workspace(other: &str, left: &str, right: &str, timeout: &str) -> Workspace {
    let workspace = Workspace::new();
    let config = format!(
        "pipeline: {{state_file: state.json}}
engines:
  here: {{type: duckdb}}
  there: {other}
tables:
  - name: t
    engine: here
    source: {{query: 'SELECT range AS id, range % 7 AS n FROM range({left})'}}
    rules:
      - name: sides
        rule_type: reconcile
        timeout: {timeout}
        parameters: {{with: {{engine: there, query: '{right}'}}, keys: [id]}}
      - {{name: rows, rule_type: row_count, parameters: {{min: 1}}}}
"
    );
    workspace.write("rules.yaml", config);
    workspace
}

#[test]
fn a_connection_that_is_cut_is_opened_again_and_both_sides_are_read_anew() {
    let proxy = Proxy::to(server().address());
    let url = server().url_through(proxy.address());
    let other = format!(
        "{{type: postgres, connection_params: {{url: '{url}'}}, options: {{max_retries: 50, retry_delay: 0.05, max_delay: 0.2}}}}"
    );
    let right = "SELECT id, id % 7 AS n FROM generate_series(1, 5000) AS id";
    for fault in [
        Fault::CutBefore(b"ORDER BY key_0".to_vec()),
        Fault::CutAtAnswerTo(b"ORDER BY key_0".to_vec()),
    ] {
        let workspace = workspace(&other, "5000", right, "1h");
        let seen = proxy.seen();
        proxy.set(fault.clone());
        let mut command = workspace.command(&["rules.yaml", "--output", "report.json"]);
        let run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut run = run.unwrap();
        eventually("the query to be cut twice", || {
            (proxy.seen() >= seen + 2).then_some(())
        });
        proxy.set(Fault::None);
        assert_eq!(run.wait().unwrap().code(), Some(1), "{fault:?}");
        let report = workspace.json("report.json");
        let sides = rule(&report, "t", "sides");
        assert_eq!(
            sides["metadata"],
            json!({"missing_left": 1, "missing_right": 1, "repeated": 0, "changed": 0, "changed_columns": {}})
        );
        assert_eq!(sides["total_count"], 5001);
        assert!(sides["attempts"].as_u64().unwrap() > 2, "{sides}");
        assert_eq!(rule(&report, "t", "rows")["status"], "passed");
    }
}

const ENDLESS: &str = "SELECT value AS id, value % 7 AS n FROM generate_series(1, 100000000000)";

#[test]
fn a_timeout_ends_the_queries_of_both_sides() {
    let workspace = workspace("{type: datafusion}", "100000000000", ENDLESS, "300ms");
    let outcome = workspace.run(&["rules.yaml", "--rule", "sides", "--output", "report.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("report.json");
    let sides = rule(&report, "t", "sides");
    assert_eq!(sides["metadata"], json!({"error_class": "timeout"}));
}

#[test]
fn a_run_that_puts_rows_side_by_side_can_be_stopped() {
    let workspace = workspace("{type: datafusion}", "100000000000", ENDLESS, "1h");
    let mut command = workspace.command(&["rules.yaml", "--rule", "sides"]);
    let run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut run = run.unwrap();
    eventually("the run to begin", || {
        workspace.path("state.json.lock").exists().then_some(())
    });
    let number = run.id().to_string();
    let sent = Command::new("kill").args(["-INT", &number]).status();
    assert!(sent.unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
}

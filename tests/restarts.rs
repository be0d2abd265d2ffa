//! A server that goes away and comes back in the middle of a run.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;

use data_validator_harness::sample::number;
use data_validator_harness::{Server, ServerSettings, eventually};
use serde_json::Value;

use crate::support::{Workspace, rule};

const TABLES: usize = 60;
const RULES_OF_A_TABLE: usize = 5;

/// So many restarts; `RESTARTS` asks for more.
fn restarts() -> usize {
    number("RESTARTS", 3).try_into().unwrap()
}

/// Tables whose scans take long enough to be cut.
fn config() -> String {
    let mut config = String::from(
        "pipeline: {state_file: state.json}
engine: {type: postgres, connection_params: {url: '${env:URL}'}, options: {max_retries: 50, retry_delay: 0.05, max_delay: 0.5}}
tables:\n",
    );
    for table in 0..TABLES {
        writeln!(
            config,
            "  - name: t{table}\n    source: {{query: 'SELECT n AS id, pg_sleep(0.05) IS NOT NULL AS awake FROM generate_series(1, 2) n'}}\n    rules:"
        )
        .unwrap();
        for rule in 0..RULES_OF_A_TABLE {
            writeln!(
                config,
                "      - {{name: r{rule}, rule_type: range, column: id, parameters: {{max_value: {rule}, nulls: fail}}, threshold: 0}}"
            )
            .unwrap();
        }
    }
    config
}

#[test]
fn a_server_that_restarts_during_a_run_costs_attempts_and_no_rule() {
    let mut server = Server::start_own(&ServerSettings::default());
    let workspace = Workspace::new();
    workspace.write("rules.yaml", config());
    let mut command = workspace.command(&["rules.yaml", "--output", "report.json"]);
    command.env("URL", server.url());
    let mut run = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // In the state file, which is written anew now and then, and in the journal since.
    let recorded = || {
        let count = |file: &str| {
            let text = fs::read_to_string(workspace.path(file));
            text.map_or(0, |text| text.matches("\"fingerprint\"").count())
        };
        count("state.json") + count("state.json.journal")
    };
    for restart in 1..=restarts() {
        let enough = TABLES * RULES_OF_A_TABLE * restart / (restarts() + 2);
        eventually("some more rules to be recorded", || {
            (recorded() >= enough).then_some(())
        });
        assert_eq!(
            run.try_wait().unwrap(),
            None,
            "the run ended before restart {restart}"
        );
        server.kill();
        server.restart();
    }
    assert_eq!(run.wait().unwrap().code(), Some(0));
    let report = workspace.json("report.json");
    let mut most_attempts = 0;
    for table in 0..TABLES {
        for index in 0..RULES_OF_A_TABLE {
            let result = rule(&report, &format!("t{table}"), &format!("r{index}"));
            let failed: Value = 2_usize.saturating_sub(index).into();
            assert_eq!(
                (&result["failed_count"], &result["total_count"]),
                (&failed, &2.into())
            );
            most_attempts = most_attempts.max(result["attempts"].as_u64().unwrap());
        }
    }
    assert!(most_attempts > 1, "no call was repeated");
    let state = workspace.json("state.json");
    let rules: usize = (0..TABLES)
        .map(|table| {
            state[format!("t{table}")]["rules"]
                .as_object()
                .unwrap()
                .len()
        })
        .sum();
    assert_eq!(rules, TABLES * RULES_OF_A_TABLE);
}

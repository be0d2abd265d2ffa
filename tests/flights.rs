//! The example that the README runs first, against counts that were worked out without this program.

use std::fs;

use serde_json::Value;

use crate::support::{Workspace, repository, rule};

#[test]
fn counts_are_those_worked_out_apart() {
    let workspace = Workspace::new();
    let config = repository().join("examples/flights/flights.yaml");
    let outcome = workspace.run(&[
        config.to_str().unwrap(),
        "--state",
        "state.json",
        "--output",
        "report.json",
    ]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = workspace.json("report.json");
    let expected = fs::read(repository().join("tests/flights_expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut compared = 0;
    for (table, rules) in expected["tables"].as_object().unwrap() {
        for (name, expected) in rules.as_object().unwrap() {
            let result = rule(&report, table, name);
            for field in ["total_count", "failed_count", "missing_count", "passed"] {
                assert_eq!(
                    result[field], expected[field],
                    "{field} of {name} in {table}"
                );
            }
            compared += 1;
        }
    }
    assert!(compared >= 30, "{compared}");
}

#[test]
fn a_summary_names_what_failed() {
    let workspace = Workspace::new();
    let config = repository().join("examples/flights/flights.yaml");
    let outcome = workspace.run(&[
        "run",
        "--config",
        config.to_str().unwrap(),
        "--table",
        "flights",
        "--state",
        "state.json",
    ]);
    assert!(
        outcome
            .stdout
            .contains("FAILED  Rule 'tailnum_is_registration': 4/277650 failed records"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .ends_with("failed: at least one rule failed (exit code 1)\n"),
        "{outcome:?}"
    );
}

//! What `state gc` removes of a state in a file, and what it leaves alone.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::state_documents::{self, CONFIG};
use crate::support::{Outcome, Workspace, rule};

/// A state of all rules.
fn workspace() -> Workspace {
    let workspace = state_documents::workspace();
    run(&workspace);
    workspace
}

fn run(workspace: &Workspace) -> Value {
    let outcome = workspace.run(&["c.yaml", "--output", "report.json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    workspace.json("report.json")
}

fn gc(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let outcome = workspace.run(&[&["state", "gc", "c.yaml"], arguments].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    outcome
}

/// All files of the folder with what is in them.
fn files(workspace: &Workspace) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(workspace.path("")).unwrap();
    files
        .map(|file| file.unwrap())
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        })
        .collect()
}

/// What was told, without sizes.
fn counts(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.stdout.lines();
    lines
        .map(|line| {
            line.split_once(" (")
                .map_or(line, |(told, _)| told)
                .to_owned()
        })
        .collect()
}

#[test]
fn results_of_tables_and_rules_that_the_config_has_no_more_go_and_the_others_stay() {
    let workspace = workspace();
    let (head, _) = CONFIG.split_once("  - {name: people").unwrap();
    let amount = "      - {name: amount, rule_type: completeness, column: amount}\n";
    workspace.write("c.yaml", head.replace(amount, ""));
    let before = files(&workspace);
    let told = gc(&workspace, &["--dry-run"]);
    assert_eq!(
        counts(&told),
        [
            "would remove 1 results of tables that the config does not have",
            "would remove 1 results of rules that the config does not have"
        ]
    );
    assert_eq!(files(&workspace), before);
    let done = gc(&workspace, &[]);
    assert_eq!(done.stdout, told.stdout.replace("would remove", "removed"));
    let state = workspace.json("state.json");
    assert_eq!(state["people"], Value::Null);
    assert_eq!(state["orders"]["rules"].as_object().unwrap().len(), 1);
    assert_eq!(state["orders"]["status"], "completed");
    assert_eq!(rule(&run(&workspace), "orders", "id")["reused"], true);
    assert_eq!(gc(&workspace, &[]).stdout, "there is nothing to remove\n");
}

#[test]
fn what_is_old_goes_when_its_age_is_named() {
    let workspace = workspace();
    let mut state = workspace.json("state.json");
    state["people"]["rules"]["id"] = json!({
        "status": "completed", "completed_at": "2025-07-24T10:11:49.398754", "result": {"passed": true}
    });
    workspace.write("state.json", state.to_string());
    let old = SystemTime::now() - Duration::from_secs(40 * 24 * 3600);
    let aside = [
        "state.json.corrupt-20250724T101149Z",
        "state.json.journal-20250724T101149Z",
        "state.json.v0.bak",
    ];
    for name in aside {
        let path = workspace.write(name, "12345");
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(old).unwrap();
    }
    workspace.write("state.json.corrupt-20260724T101149Z", "young");
    workspace.write("other.json.v0.bak", "of another state");
    assert_eq!(gc(&workspace, &[]).stdout, "there is nothing to remove\n");
    let shown = workspace.run(&["state", "show", "c.yaml"]).stdout;
    for name in aside {
        let line = format!("\nset aside: {name}, 5 bytes\n");
        assert!(shown.contains(&line), "{shown}");
    }
    let before = files(&workspace);
    let told = gc(&workspace, &["--older-than", "30d", "--dry-run"]);
    assert_eq!(files(&workspace), before);
    assert_eq!(
        counts(&told),
        [
            "would remove 1 results older than that",
            "would remove 3 files that were set aside before that"
        ]
    );
    assert!(told.stdout.ends_with(" (15 bytes)\n"), "{told:?}");
    let done = gc(&workspace, &["--older-than", "30d"]);
    assert_eq!(done.stdout, told.stdout.replace("would remove", "removed"));
    let left = files(&workspace);
    for name in aside {
        assert!(!left.contains_key(name), "{name}");
    }
    assert!(left.contains_key("state.json.corrupt-20260724T101149Z"));
    assert!(left.contains_key("other.json.v0.bak"));
    let report = run(&workspace);
    assert_eq!(rule(&report, "people", "id")["reason"], "new");
    assert_eq!(rule(&report, "orders", "id")["reused"], true);
}

#[test]
fn an_age_that_is_none_is_refused() {
    let workspace = workspace();
    for age in ["old", "-3d", "999999999999999d", "99999d"] {
        let arguments = ["state", "gc", "c.yaml", &format!("--older-than={age}")];
        let outcome = workspace.run(&arguments);
        let is_possible = age == "99999d";
        assert_eq!(
            outcome.code,
            Some(if is_possible { 0 } else { 2 }),
            "{outcome:?}"
        );
    }
}

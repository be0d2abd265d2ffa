//! The state of a file as a document: exported, imported, and what is refused.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Outcome, Workspace, rule};

pub const CONFIG: &str = "
pipeline: {state_file: state.json}
tables:
  - name: orders
    source: orders.csv
    rules:
      - {name: id, rule_type: uniqueness, column: id}
      - {name: amount, rule_type: completeness, column: amount}
  - {name: people, source: orders.csv, rules: [{name: id, rule_type: completeness, column: id}]}
";

/// The config and its data.
pub fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("orders.csv", "id,amount\n1,5\n2,7\n");
    workspace.write("c.yaml", CONFIG);
    workspace
}

fn run(workspace: &Workspace, state: &str) -> Value {
    let outcome = workspace.run(&["c.yaml", "--state", state, "--output", "report.json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    workspace.json("report.json")
}

fn export(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    workspace.run(&[&["state", "export", "c.yaml"], arguments].concat())
}

fn import(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    workspace.run(&[&["state", "import", "c.yaml"], arguments].concat())
}

fn reused(report: &Value) -> [bool; 3] {
    [("orders", "id"), ("orders", "amount"), ("people", "id")]
        .map(|(table, name)| rule(report, table, name)["reused"] == true)
}

#[test]
fn an_exported_state_is_the_state_file_byte_for_byte_and_is_used_as_one() {
    let workspace = workspace();
    run(&workspace, "state.json");
    let file = fs::read_to_string(workspace.path("state.json")).unwrap();
    let outcome = export(&workspace, &[]);
    assert_eq!(
        (outcome.code, outcome.stdout),
        (Some(0), file.clone()),
        "{}",
        outcome.stderr
    );
    let outcome = export(&workspace, &["--output", "copy.json"]);
    assert_eq!(
        outcome.stdout,
        "3 results of the state state.json are in copy.json\n"
    );
    assert_eq!(
        fs::read_to_string(workspace.path("copy.json")).unwrap(),
        file
    );
    assert_eq!(reused(&run(&workspace, "copy.json")), [true; 3]);
}

#[test]
fn an_imported_document_is_reused_as_if_it_had_been_recorded_there() {
    let workspace = workspace();
    run(&workspace, "state.json");
    // The config may be named by its option too.
    let outcome = workspace.run(&[
        "state",
        "import",
        "state.json",
        "--config",
        "c.yaml",
        "--state",
        "other.json",
    ]);
    assert_eq!(
        outcome.stdout, "3 results came into the state other.json\n",
        "{outcome:?}"
    );
    assert_eq!(
        fs::read(workspace.path("state.json")).unwrap(),
        fs::read(workspace.path("other.json")).unwrap()
    );
    assert_eq!(reused(&run(&workspace, "other.json")), [true; 3]);
}

#[test]
fn a_document_comes_from_stdin_where_a_dash_stands_for_it() {
    let workspace = workspace();
    run(&workspace, "state.json");
    let mut command =
        workspace.command(&["state", "import", "c.yaml", "-", "--state", "other.json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let text = fs::read(workspace.path("state.json")).unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(reused(&run(&workspace, "other.json")), [true; 3]);
}

#[test]
fn results_that_are_there_are_lost_only_when_it_is_said() {
    let workspace = workspace();
    run(&workspace, "state.json");
    let of_people = |at: &str| {
        let result = json!({"status": "completed", "completed_at": at, "result": {"passed": true}});
        json!({"people": {"rules": {"id": result.clone(), "more": result}}}).to_string()
    };
    workspace.write("foreign.json", of_people("2999-01-01T00:00:00"));
    let before = fs::read(workspace.path("state.json")).unwrap();
    let outcome = import(&workspace, &["foreign.json"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("the state state.json: it has 3 results already")
            && outcome.stderr.contains("--merge")
            && outcome.stderr.contains("--replace"),
        "{outcome:?}"
    );
    assert_eq!(fs::read(workspace.path("state.json")).unwrap(), before);
    // What is proven stays, even where a record without proof says that it is newer.
    let outcome = import(&workspace, &["foreign.json", "--merge"]);
    assert_eq!(
        outcome.stdout, "1 results came into the state state.json, 1 were known there or newer\n",
        "{outcome:?}"
    );
    assert_eq!(reused(&run(&workspace, "state.json")), [true; 3]);
    let outcome = import(&workspace, &["foreign.json", "--replace"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = run(&workspace, "state.json");
    assert_eq!(reused(&report), [false, false, true]);
    assert_eq!(
        rule(&report, "people", "id")["reason"],
        "taken over once from a record without proof"
    );
}

#[test]
fn damaged_entries_and_tables_that_the_config_lacks_are_told() {
    let workspace = workspace();
    run(&workspace, "state.json");
    let mut document = workspace.json("state.json");
    document["orders"]["rules"]["id"]["data_version"] = json!("edited");
    document["gone"] = document["people"].clone();
    workspace.write("edited.json", document.to_string());
    let outcome = import(&workspace, &["edited.json", "--state", "other.json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for told in [
        "warning: the result of rule 'id' of table 'orders' is damaged and left out",
        "warning: the result of rule 'id' of table 'gone' is damaged and left out",
        "warning: the config has no table 'gone'",
    ] {
        assert!(outcome.stderr.contains(told), "{told}: {outcome:?}");
    }
    assert_eq!(
        outcome.stdout,
        "2 results came into the state other.json, 2 are damaged and left out\n"
    );
    assert_eq!(reused(&run(&workspace, "other.json")), [false, true, true]);
}

#[test]
fn what_is_no_document_of_a_state_is_refused_and_changes_nothing() {
    let workspace = workspace();
    run(&workspace, "state.json");
    let before = fs::read(workspace.path("state.json")).unwrap();
    let torn = &before[..before.len() / 2];
    let newer = br#"{"__data_validator__": {"format": 2}, "t": {"rules": {}}}"#;
    let report = fs::read(workspace.path("report.json")).unwrap();
    for (text, why) in [
        (torn, "it is no JSON document of a state: EOF"),
        (
            b"[1]",
            "it is no JSON document of a state: it is not an object",
        ),
        (b"", "it is no JSON document of a state"),
        (
            newer,
            "its format is 2, and this version knows none above 1",
        ),
        (
            &report,
            "it is no state: it has neither '__data_validator__' nor a table with rules",
        ),
    ] {
        workspace.write("bad.json", text);
        for present in ["--merge", "--replace"] {
            let outcome = import(&workspace, &["bad.json", present]);
            assert_eq!(outcome.code, Some(2), "{outcome:?}");
            assert!(outcome.stderr.contains(why), "{why}: {outcome:?}");
        }
    }
    let outcome = import(&workspace, &["none.json"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.stderr.contains("none.json: No such file"),
        "{outcome:?}"
    );
    assert_eq!(fs::read(workspace.path("state.json")).unwrap(), before);
}

#[test]
fn an_export_never_takes_the_place_of_the_config_or_the_state() {
    let workspace = workspace();
    let outcome = export(&workspace, &[]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.stderr.contains("the state state.json is not there"),
        "{outcome:?}"
    );
    run(&workspace, "state.json");
    std::os::unix::fs::symlink("state.json", workspace.path("link.json")).unwrap();
    for (output, why) in [
        ("c.yaml", "it is the config"),
        ("./state.json", "it is the state itself"),
        ("link.json", "it is the state itself"),
        ("state.json.journal", "it is a file of the state"),
    ] {
        let outcome = export(&workspace, &["--output", output]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(why), "{outcome:?}");
    }
    let outcome = export(&workspace, &["--output", "none/copy.json"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(reused(&run(&workspace, "state.json")), [true; 3]);
}

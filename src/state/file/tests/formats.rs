use std::fs;

use super::{Folder, has, put};
use crate::state::{Origin, StateErrorKind, Status, Store};

const SEED: &str = r#"{ "customers": { "status": "completed", "completed_at": "2025-07-24T10:11:49.391678",
    "rules": { "id_check": { "status": "completed", "completed_at": "2025-07-24T10:11:49.398754",
        "result": { "rule_name": "id_check", "passed": true, "success_rate": 1.0, "message": "All records valid" } } },
    "results": { } } }"#;

#[test]
fn the_seed_format_is_foreign_and_survives() {
    let folder = Folder::with(SEED);
    let mut state = folder.open();
    let rule = state.rule("customers", "id_check").unwrap();
    assert_eq!(rule.origin("customers", "id_check"), Origin::Foreign);
    assert_eq!(rule.status, Status::Completed);
    put(&mut state, "orders", "r", 1);
    state.close().unwrap();

    let mut rewritten: serde_json::Value = serde_json::from_str(&folder.text()).unwrap();
    let object = rewritten.as_object_mut().unwrap();
    object.shift_remove("__data_validator__").unwrap();
    object.shift_remove("orders").unwrap();
    let seed: serde_json::Value = serde_json::from_str(SEED).unwrap();
    assert_eq!(rewritten.to_string(), seed.to_string(), "also in order");
    let state = folder.open();
    let rule = state.rule("customers", "id_check").unwrap();
    assert_eq!(rule.origin("customers", "id_check"), Origin::Foreign);
}

#[test]
fn unknown_keys_and_misfits_survive_and_count_for_nothing() {
    let text = r#"{"t": {"status": "completed", "rules": {
        "a": {"status": "done?", "mine": {"z": 1, "a": [2]}, "result": 1},
        "b": {"status": "completed", "check": 7},
        "c": {"status": "completed", "status": null}},
      "note": "by hand", "started_at": 5}, "version": 3, "list": [1, null]}"#;
    let folder = Folder::with(text);
    let mut state = folder.open();
    put(&mut state, "u", "r", 1);
    state.close().unwrap();
    let rewritten: serde_json::Value = serde_json::from_str(&folder.text()).unwrap();
    assert_eq!(
        rewritten["t"].to_string(),
        r#"{"status":"completed","rules":{"a":{"result":1,"status":"done?","mine":{"z":1,"a":[2]}},"b":{"status":"completed","check":7},"c":{"status":null}},"note":"by hand","started_at":5}"#
    );
    assert_eq!(rewritten["version"], 3);
    let state = folder.open();
    let (a, b, c) = (
        state.rule("t", "a"),
        state.rule("t", "b"),
        state.rule("t", "c"),
    );
    assert_eq!(a.unwrap().status, Status::InProgress);
    assert_eq!(a.unwrap().origin("t", "a"), Origin::Foreign);
    assert_eq!(b.unwrap().origin("t", "b"), Origin::Damaged);
    assert_eq!(c.unwrap().status, Status::InProgress);
}

#[test]
fn the_first_format_is_migrated_and_kept_once() {
    let text = r#"{"done": "completed", "half": "in_progress", "other": "failed"}"#;
    let folder = Folder::with(text);
    let mut state = folder.open();
    assert_eq!(state.table("done").unwrap().status, Status::Completed);
    assert!(state.table("done").unwrap().rules.is_empty());
    assert!(state.table("half").is_none() && state.table("other").is_none());
    assert_eq!(
        fs::read_to_string(folder.path("state.json.v0.bak")).unwrap(),
        text
    );
    put(&mut state, "t", "r", 1);
    drop(state);
    let state = folder.open();
    assert!(has(&state, "t", "r", 1) && state.table("done").is_some());
    state.close().unwrap();

    fs::write(folder.state(), r#"{"again": "completed"}"#).unwrap();
    folder.open().close().unwrap();
    assert_eq!(
        fs::read_to_string(folder.path("state.json.v0.bak")).unwrap(),
        text
    );
    assert_eq!(folder.files(), ["state.json", "state.json.v0.bak"]);
}

#[test]
fn a_newer_format_is_refused_and_never_written_to() {
    for text in [
        r#"{"__data_validator__": {"format": 2}}"#,
        r#"{"__data_validator__": {"format": "two"}}"#,
        r#"{"__data_validator__": "two"}"#,
        r#"{"__data_validator__": {"format": 2}, "torn": {"rules": {"a"#,
    ] {
        let folder = Folder::with(text);
        let error = folder.try_open().unwrap_err();
        assert_eq!(error.kind, StateErrorKind::Newer, "{text}");
        assert_eq!(folder.text(), text);
        assert_eq!(folder.files(), ["state.json"]);
    }
    let folder = Folder::with(r#"{"__data_validator__": {"format": 2}}"#);
    assert_eq!(
        folder.error(),
        "reading the state file state.json: its format is 2, and this version knows none above 1; use the version that wrote it, or another state file"
    );
}

#[test]
fn comments_are_read_over() {
    let text = "\u{feff}{ // a table\n \"t\": { /* \"status\": */ \"status\": \"completed\",\n \"rules\": {\"a // b\": {\"result\": \"/* no */ \\\" // \"}}}} // end";
    let folder = Folder::with(text);
    let state = folder.open();
    assert_eq!(state.table("t").unwrap().status, Status::Completed);
    let result = &state.rule("t", "a // b").unwrap().result;
    assert_eq!(result.as_ref().unwrap().as_str(), r#""/* no */ \" // ""#);
    assert!(state.warnings().is_empty());
    state.close().unwrap();
    assert_eq!(folder.text(), text, "what is only read is not rewritten");
}

#[test]
fn an_empty_file_is_an_empty_state() {
    for text in ["", " \n"] {
        let folder = Folder::with(text);
        let mut state = folder.open();
        assert!(state.warnings().is_empty());
        put(&mut state, "t", "r", 1);
        drop(state);
        assert!(has(&folder.open(), "t", "r", 1));
        assert_eq!(folder.files(), ["state.json"]);
    }
}

use std::fs;

use super::{Folder, has, put, run};
use crate::state::{FileState, StateErrorKind, Store};

const EDITED: &str = r#"{"mine": {"status": "in_progress", "rules": {}}}"#;

/// One rule in the state file, another in the journal.
fn running(folder: &Folder) -> FileState {
    let mut state = folder.open();
    put(&mut state, "t", "before", 1);
    state.close().unwrap();
    let mut state = folder.open();
    state.begin_run(run("two")).unwrap();
    put(&mut state, "t", "during", 2);
    state
}

fn journals(folder: &Folder) -> usize {
    let names = folder.files();
    let kept = names
        .iter()
        .filter(|name| name.starts_with("state.json.journal-"));
    kept.count()
}

#[test]
fn an_edit_before_a_crash_wins() {
    let folder = Folder::new();
    drop(running(&folder));
    fs::write(folder.state(), EDITED).unwrap();
    let state = folder.open();
    assert!(state.table("t").is_none() && state.table("mine").is_some());
    assert!(state.warnings()[0].contains("it was edited during a run"));
    assert_eq!(folder.text(), EDITED);
    assert_eq!(journals(&folder), 1);
}

#[test]
fn an_edit_before_the_end_wins() {
    let folder = Folder::new();
    let state = running(&folder);
    fs::write(folder.state(), EDITED).unwrap();
    let warnings = state.close().unwrap();
    assert!(
        warnings[0].contains("it was edited during a run"),
        "{warnings:?}"
    );
    assert_eq!(folder.text(), EDITED);
    assert_eq!(journals(&folder), 1);
}

#[test]
fn a_run_goes_on_with_an_edited_file() {
    let folder = Folder::new();
    let mut state = running(&folder);
    fs::write(folder.state(), EDITED).unwrap();
    state.saving.snapshot_every = std::time::Duration::ZERO;
    put(&mut state, "t", "lost", 3);
    assert!(state.table("t").is_none() && state.table("mine").is_some());
    put(&mut state, "t", "after", 4);
    drop(state);
    let state = folder.open();
    assert!(has(&state, "t", "after", 4) && state.table("mine").is_some());
    assert!(state.rule("t", "during").is_none());
    assert_eq!(
        state.last_run(),
        Some(&run("two")),
        "the run is still this one"
    );
}

#[test]
fn deleting_the_file_begins_anew() {
    let folder = Folder::new();
    drop(running(&folder));
    fs::remove_file(folder.state()).unwrap();
    let state = folder.open();
    assert_eq!(state.entries.tables.len(), 0);
    assert!(state.warnings()[0].contains("it was deleted during a run"));
    state.close().unwrap();
    assert_eq!(journals(&folder), 1);
    assert!(!fs::exists(folder.state()).unwrap());

    let folder = Folder::new();
    let state = running(&folder);
    fs::remove_file(folder.state()).unwrap();
    state.close().unwrap();
    assert!(
        !fs::exists(folder.state()).unwrap(),
        "the user wins at the end too"
    );
    assert_eq!(folder.open().entries.tables.len(), 0);
}

#[test]
fn a_line_end_more_or_a_new_date_is_no_edit() {
    let folder = Folder::new();
    drop(running(&folder));
    fs::write(folder.state(), format!("{}\n\n", folder.text())).unwrap();
    let state = folder.open();
    assert!(has(&state, "t", "before", 1) && has(&state, "t", "during", 2));
    assert!(state.warnings().is_empty());
    drop(state);

    let mut state = folder.open();
    put(&mut state, "t", "more", 3);
    fs::write(folder.state(), folder.text().trim_end()).unwrap();
    assert!(state.close().unwrap().is_empty());
    assert!(has(&folder.open(), "t", "more", 3));
}

#[test]
fn an_edit_by_a_newer_version_stops_the_saving() {
    let folder = Folder::new();
    let mut state = running(&folder);
    let newer = r#"{"__data_validator__": {"format": 9}}"#;
    fs::write(folder.state(), newer).unwrap();
    state.saving.snapshot_every = std::time::Duration::ZERO;
    let entries = vec![("r".to_owned(), super::entry(3))];
    let error = state.put_rules("t", entries.clone()).unwrap_err();
    assert_eq!(error.kind, StateErrorKind::Newer);
    state.put_rules("t", entries).unwrap();
    assert_eq!(state.close().unwrap_err().kind, StateErrorKind::Newer);
    assert_eq!(folder.text(), newer);
    assert_eq!(folder.files(), ["state.json", "state.json.journal"]);
}

#[test]
fn an_edited_entry_is_damaged_and_a_note_is_not() {
    use crate::state::Origin;
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "r", 1);
    state.close().unwrap();
    let text = folder.text();
    let origin_of = |text: String| {
        fs::write(folder.state(), text).unwrap();
        let state = folder.open();
        state.rule("t", "r").unwrap().origin("t", "r")
    };
    let edited = text.replace("\"passed\":true", "\"passed\":false");
    assert_ne!(edited, text);
    assert_eq!(origin_of(edited), Origin::Damaged);
    let noted = text.replace("\"run_id\"", "\"note\": 1, \"run_id\"");
    assert_eq!(origin_of(noted), Origin::Ours);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        origin_of(format!("{value:#}")),
        Origin::Ours,
        "spaces do not count"
    );
    assert_eq!(origin_of(text), Origin::Ours);
}

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::super::journal::Journal;
use super::super::place::Place;
use super::{AT, Folder, child, entry, has, put};
use crate::state::{FileState, OpenOptions, StateErrorKind, Store};

const FOLDER: &str = "STATE_TEST_FULL_FOLDER";

/// Runs a test of this binary in which files cannot grow beyond so many blocks of 1024 bytes.
#[cfg(unix)]
fn run_limited(test: &str, folder: &Folder, blocks: u32) {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let success = Command::new("bash")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &child(test)])
        .env(FOLDER, folder.directory.path())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(success.success());
}

fn limited() -> Option<std::path::PathBuf> {
    std::env::var_os(FOLDER).map(|folder| Path::new(&folder).join("state.json"))
}

#[cfg(unix)]
#[test]
fn a_disk_without_space_is_told_at_the_start() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "r", 1);
    state.close().unwrap();
    let before = folder.text();
    run_limited("full_disk::nothing_can_be_written", &folder, 0);
    assert_eq!(folder.text(), before);
    assert_eq!(folder.files(), ["state.json"]);
    assert!(has(&folder.open(), "t", "r", 1));
}

/// Does nothing unless the test above started it.
#[test]
fn nothing_can_be_written() {
    let Some(path) = limited() else { return };
    let error = FileState::open(&path, &OpenOptions::default()).unwrap_err();
    assert!(
        error.message.starts_with("writing beside the state file"),
        "{error}"
    );
    assert!(error.hint.contains("free space"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_keeps_what_was_put_before() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "r", 1);
    state.close().unwrap();
    let before = folder.text();
    run_limited("full_disk::it_fills_up", &folder, 2);
    assert_eq!(folder.text(), before);
    assert_eq!(folder.files(), ["state.json", "state.json.journal"]);
    let journal = fs::read(folder.path("state.json.journal")).unwrap();
    assert_eq!(journal.last(), Some(&b'\n'), "the torn line is cut");
    let state = folder.open();
    assert!(has(&state, "t", "r", 1) && has(&state, "t", "r0", 0));
    assert!(state.rule("t", "r99").is_none() && state.warnings().is_empty());
}

/// Does nothing unless the test above started it.
#[test]
fn it_fills_up() {
    let Some(path) = limited() else { return };
    let mut state = FileState::open(&path, &OpenOptions::default()).unwrap();
    let mut errors = Vec::new();
    for number in 0..100 {
        let entries = vec![(format!("r{number}"), entry(number))];
        errors.extend(state.put_rules("t", entries).err());
    }
    state.complete_table("t", AT).unwrap();
    assert_eq!(errors.len(), 1, "it is told once: {errors:?}");
    assert_eq!(errors[0].kind, StateErrorKind::NotSaved);
    assert!(has(&state, "t", "r99", 99), "memory has it");
    assert_eq!(state.close().unwrap_err(), errors[0]);
}

#[test]
fn a_journal_that_fails_is_replaced_by_a_snapshot_at_the_end() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "a", 1);
    let place = Place::find(&folder.state()).unwrap();
    state.saving.journal = Some(Journal::unwritable(&place));
    let entries = |number: u32| vec![(format!("r{number}"), entry(number))];
    state.put_rules("t", entries(1)).unwrap_err();
    state.put_rules("t", entries(2)).unwrap();
    state.close().unwrap();
    assert_eq!(folder.files(), ["state.json"]);
    let state = folder.open();
    assert!(state.warnings().is_empty());
    assert!(has(&state, "t", "a", 1) && has(&state, "t", "r1", 1) && has(&state, "t", "r2", 2));
}

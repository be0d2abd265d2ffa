use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{BRIEFLY, Folder, child, has, put};
use crate::state::{FileState, LockMode, OpenOptions, StateErrorKind};

const FOLDER: &str = "STATE_TEST_LOCK_FOLDER";

#[test]
fn the_second_waits_and_then_names_the_holder() {
    let folder = Folder::new();
    let held = folder.open();
    let options = OpenOptions {
        lock_timeout: BRIEFLY,
        ..OpenOptions::default()
    };
    let error = FileState::open(&folder.state(), &options).unwrap_err();
    assert_eq!(error.kind, StateErrorKind::Lock);
    let holder = format!("process {} on ", std::process::id());
    assert!(error.message.contains(&holder), "{error}");
    drop(held);
    folder.open();
    let lock = fs::read_to_string(folder.path("state.json.lock")).unwrap();
    assert!(lock.contains("\"pid\""), "the lock file is never removed");
}

#[test]
fn the_second_goes_on_when_the_first_is_done() {
    let folder = Folder::new();
    let mut held = folder.open();
    let path = folder.state();
    let waiting = std::thread::spawn(move || {
        let options = OpenOptions {
            lock_timeout: Duration::from_secs(60),
            ..OpenOptions::default()
        };
        has(&FileState::open(&path, &options).unwrap(), "t", "r", 1)
    });
    put(&mut held, "t", "r", 1);
    held.close().unwrap();
    assert!(waiting.join().unwrap(), "it sees what the first one put");
}

#[test]
fn without_a_lock_nobody_is_kept_out() {
    let folder = Folder::new();
    let _held = folder.open();
    let options = OpenOptions {
        lock: LockMode::None,
        ..OpenOptions::default()
    };
    FileState::open(&folder.state(), &options).unwrap();
}

/// Eight processes put a rule each into one state.
#[test]
fn processes_take_turns() {
    let folder = Folder::new();
    let start = |number: u32| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &child("locks::one_process_of_many")])
            .env(FOLDER, folder.directory.path())
            .env("STATE_TEST_NUMBER", number.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let processes: Vec<_> = (0..8).map(start).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    let state = folder.open();
    for number in 0..8 {
        assert!(has(&state, "t", &format!("r{number}"), number));
    }
    assert_eq!(folder.files(), ["state.json"]);
}

/// Does nothing unless the test above started it.
#[test]
fn one_process_of_many() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let number: u32 = std::env::var("STATE_TEST_NUMBER").unwrap().parse().unwrap();
    let options = OpenOptions {
        lock_timeout: Duration::from_secs(60),
        ..OpenOptions::default()
    };
    let path = std::path::Path::new(&folder).join("state.json");
    let mut state = FileState::open(&path, &options).unwrap();
    put(&mut state, "t", &format!("r{number}"), number);
    if number.is_multiple_of(2) {
        state.close().unwrap();
    }
}

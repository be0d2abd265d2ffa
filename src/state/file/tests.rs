mod crashes;
mod damage;
mod edits;
mod formats;
mod full_disk;
mod hundred_rules;
mod locks;
mod model;
mod places;
mod replaced;
mod result_files;
mod round_trip;
mod salvage;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::json;

use super::{Durability, FileState, LockMode, OpenOptions, ResultsPlace};
use crate::state::{JsonText, Origin, RuleEntry, RunRecord, StateError, Status, Store, TableEntry};

const AT: &str = "2025-07-24T10:11:49.391678";

/// A process that another test forks holds our locks too until it executes its program.
const PATIENT: OpenOptions = OpenOptions {
    lock_timeout: Duration::from_secs(60),
    lock: LockMode::Auto,
    durability: Durability::Batch,
    results: ResultsPlace::Inline,
};

/// A folder with a state in it.
struct Folder {
    directory: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory }
    }

    fn with(text: &str) -> Self {
        let folder = Self::new();
        fs::write(folder.state(), text).unwrap();
        folder
    }

    fn state(&self) -> PathBuf {
        self.path("state.json")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn open(&self) -> FileState {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<FileState, StateError> {
        FileState::open(&self.state(), &PATIENT)
    }

    /// The message without the name of the folder.
    fn error(&self) -> String {
        let message = self.try_open().unwrap_err().to_string();
        let folder = fs::canonicalize(self.directory.path()).unwrap();
        message.replace(&format!("{}/", folder.display()), "")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.state()).unwrap()
    }

    /// The names of all files but the lock.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.directory.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "state.json.lock")
            .collect();
        names.sort();
        names
    }
}

fn entry(number: u32) -> RuleEntry {
    RuleEntry {
        status: Status::Completed,
        completed_at: Some(AT.into()),
        result: Some(JsonText::of(
            &json!({"passed": true, "success_rate": 0.1 + f64::from(number) / 3.0}),
        )),
        fingerprint: Some(JsonText::of(&json!({"rule": number}))),
        data_version: (number.is_multiple_of(2)).then(|| format!("v{number}").into()),
        run_id: Some("run".into()),
        ..RuleEntry::default()
    }
}

fn run(id: &str) -> RunRecord {
    RunRecord {
        id: id.to_owned(),
        started_at: AT.to_owned(),
        ended_at: None,
    }
}

fn put(state: &mut FileState, table: &str, rule: &str, number: u32) {
    state
        .put_rules(table, vec![(rule.to_owned(), entry(number))])
        .unwrap();
}

/// Whether the rule is there exactly as `entry(number)` was put.
fn has(state: &FileState, table: &str, rule: &str, number: u32) -> bool {
    holds(&state.entries.tables, table, rule, number)
}

fn holds(tables: &IndexMap<String, TableEntry>, table: &str, rule: &str, number: u32) -> bool {
    let rule_of = |entry: &RuleEntry| RuleEntry {
        check: None,
        ..entry.clone()
    };
    tables
        .get(table)
        .and_then(|entry| entry.rules.get(rule))
        .is_some_and(|found| {
            found.origin(table, rule) == Origin::Ours && rule_of(found) == entry(number)
        })
}

fn copy_folder(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Another process of this test binary that runs one test.
fn child(test: &str) -> String {
    let module = module_path!().split_once("::").unwrap().1;
    format!("{module}::{test}")
}

const BRIEFLY: Duration = Duration::from_millis(50);

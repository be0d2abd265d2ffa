//! Results in files beside the state.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{AT, FileState, Folder, OpenOptions, PATIENT, ResultsPlace, entry, put};
use crate::state::file::{peek, read, read_whole};
use crate::state::{JsonText, Origin, Store};

const EXTERNAL: OpenOptions = OpenOptions {
    results: ResultsPlace::External,
    ..PATIENT
};

impl Folder {
    fn open_external(&self) -> FileState {
        FileState::open(&self.state(), &EXTERNAL).unwrap()
    }

    fn result_files(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.path("state.json.results")).unwrap();
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }

    /// What the state file itself says of a result.
    fn written(&self, rule: &str) -> Value {
        let state: Value = serde_json::from_str(&self.text()).unwrap();
        state["t"]["rules"][rule]["result"].clone()
    }
}

fn whole(state: &FileState, rule: &str) -> Option<String> {
    let result = state.result("t", rule)?;
    Some(result.as_str().to_owned())
}

fn long_entry(number: u32) -> crate::state::RuleEntry {
    let result =
        json!({"rule_name": "r", "passed": true, "metadata": {"n": number}, "message": "m"});
    crate::state::RuleEntry {
        result: Some(JsonText::of(&result)),
        ..entry(number)
    }
}

fn put_long(state: &mut FileState, rules: &[&str], number: u32) {
    let entries = rules
        .iter()
        .map(|rule| ((*rule).to_owned(), long_entry(number)));
    state.put_rules("t", entries.collect()).unwrap();
}

#[test]
fn the_state_has_a_summary_and_a_file_of_each_scan_has_the_results() {
    let folder = Folder::new();
    let mut state = folder.open_external();
    put_long(&mut state, &["a", "b"], 1);
    put_long(&mut state, &["c"], 2);
    let all = r#"{"rule_name":"r","passed":true,"metadata":{"n":1},"message":"m"}"#;
    assert_eq!(whole(&state, "a").unwrap(), all);
    state.close().unwrap();
    let files = folder.result_files();
    assert_eq!(files.len(), 2);
    let written = folder.written("a");
    let name = written["external"].as_str().unwrap();
    assert_eq!(
        written,
        json!({"rule_name": "r", "passed": true, "message": "m", "external": name})
    );
    assert!(files.iter().any(|file| file.file_stem().unwrap() == name));
    let state = folder.open();
    assert_eq!(state.rule("t", "a").unwrap().origin("t", "a"), Origin::Ours);
    for (rule, n) in [("a", "1"), ("c", "2"), ("b", "1")] {
        assert!(
            whole(&state, rule)
                .unwrap()
                .contains(&format!("\"n\":{n}}}"))
        );
    }
}

#[test]
fn a_file_that_is_missing_or_another_one_holds_no_result() {
    let folder = Folder::new();
    let mut state = folder.open_external();
    put_long(&mut state, &["a"], 1);
    put_long(&mut state, &["b"], 2);
    put_long(&mut state, &["c"], 3);
    state.close().unwrap();
    let file = |rule: &str| {
        let name = folder.written(rule)["external"]
            .as_str()
            .unwrap()
            .to_owned();
        folder.path(&format!("state.json.results/{name}.json"))
    };
    fs::remove_file(file("a")).unwrap();
    fs::copy(file("c"), file("b")).unwrap();
    let state = folder.open();
    assert_eq!((whole(&state, "a"), whole(&state, "b")), (None, None));
    assert!(whole(&state, "c").is_some());
}

#[test]
fn every_change_of_a_file_is_seen() {
    let folder = Folder::new();
    let mut state = folder.open_external();
    put_long(&mut state, &["a"], 1);
    state.close().unwrap();
    let file = folder.result_files().remove(0);
    let sound = fs::read(&file).unwrap();
    for bit in 0..sound.len() * 8 {
        let mut damaged = sound.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&file, damaged).unwrap();
        assert_eq!(whole(&folder.open(), "a"), None, "bit {bit}");
    }
    for length in 0..sound.len() {
        fs::write(&file, &sound[..length]).unwrap();
        assert_eq!(whole(&folder.open(), "a"), None, "{length} bytes");
    }
}

#[test]
fn a_name_that_is_no_hash_is_never_a_path() {
    let folder = Folder::new();
    fs::write(folder.path("secret.json"), r#"{"a": {"passed": true}}"#).unwrap();
    let result = json!({"passed": true, "external": "../secret"});
    let state = json!({"t": {"rules": {"a": {"status": "completed", "result": result}}}});
    fs::write(folder.state(), state.to_string()).unwrap();
    let found = whole(&folder.open(), "a").unwrap();
    assert_eq!(found, result.to_string());
}

#[test]
fn files_go_when_nothing_names_them_and_not_before() {
    let folder = Folder::new();
    let mut state = folder.open_external();
    put_long(&mut state, &["a", "b"], 1);
    state.close().unwrap();
    let [first] = &folder.result_files()[..] else {
        panic!("{:?}", folder.result_files());
    };
    let mut state = folder.open_external();
    put_long(&mut state, &["a"], 2);
    state.close().unwrap();
    assert_eq!(folder.result_files().len(), 2, "b is in the first one");
    assert!(first.exists());
    let mut state = folder.open_external();
    assert!(state.reset_rule("t", "b").unwrap());
    assert!(first.exists(), "the state file still names it");
    state.close().unwrap();
    assert!(!first.exists());
    let mut state = folder.open_external();
    assert!(state.reset_all().unwrap());
    state.close().unwrap();
    assert!(folder.result_files().is_empty());
}

#[test]
fn other_files_in_the_folder_stay() {
    let folder = Folder::new();
    fs::create_dir(folder.path("state.json.results")).unwrap();
    fs::write(folder.path("state.json.results/notes.json"), "mine").unwrap();
    let mut state = folder.open_external();
    put_long(&mut state, &["a"], 1);
    assert!(state.reset_all().unwrap());
    state.close().unwrap();
    assert_eq!(
        folder.result_files(),
        [folder.path("state.json.results/notes.json")]
    );
}

#[test]
fn what_is_recorded_in_one_way_stays_when_the_other_is_asked_for() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "inline", 1);
    state.close().unwrap();
    let mut state = folder.open_external();
    put_long(&mut state, &["beside"], 2);
    state.close().unwrap();
    let mut state = folder.open();
    put(&mut state, "t", "inline again", 3);
    state.complete_table("t", AT).unwrap();
    state.close().unwrap();
    let state = folder.open();
    assert_eq!(
        whole(&state, "inline").unwrap(),
        entry(1).result.unwrap().as_str()
    );
    assert_eq!(
        whole(&state, "beside").unwrap(),
        long_entry(2).result.unwrap().as_str()
    );
    assert_eq!(folder.result_files().len(), 1);
}

#[test]
fn a_look_tells_their_size_and_a_whole_one_brings_them_in() {
    let folder = Folder::new();
    let mut state = folder.open_external();
    put_long(&mut state, &["a"], 1);
    let result = |entries: crate::state::Entries| {
        let entry = entries.rule("t", "a").unwrap();
        assert_eq!(entry.origin("t", "a"), Origin::Ours);
        entry.result.clone().unwrap().as_str().to_owned()
    };
    let bytes = fs::metadata(&folder.result_files()[0]).unwrap().len();
    assert_eq!(peek(&folder.state()).unwrap().result_bytes, bytes);
    let summary = result(read(&folder.state()).unwrap().unwrap());
    assert!(summary.contains("external") && !summary.contains("metadata"));
    let whole = result(read_whole(&folder.state()).unwrap().unwrap());
    assert_eq!(whole, long_entry(1).result.unwrap().as_str());
}

#[test]
fn where_no_file_can_be_written_results_are_in_the_state_itself_in_the_end() {
    let folder = Folder::new();
    fs::write(folder.path("state.json.results"), "in the way").unwrap();
    let mut state = folder.open_external();
    let entries = vec![("a".to_owned(), long_entry(1))];
    let error = state.put_rules("t", entries).unwrap_err().to_string();
    assert!(error.contains("state.json"), "{error}");
    state.close().unwrap();
    assert_eq!(folder.written("a")["metadata"]["n"], 1);
}

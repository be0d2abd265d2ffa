//! Every truncation and every flipped bit of both files.

use std::fs;
use std::path::Path;

use indexmap::IndexMap;

use super::{AT, Folder, copy_folder, holds, put, run};
use crate::state::{
    FileState, Origin, StateError, StateErrorKind, Status, Store, TableEntry, peek,
};

/// All damages are read; so many-th ones are also opened, which writes and syncs.
const OPENED: usize = 97;

const RULES: [(&str, &str, u32); 6] = [
    ("t", "a", 1),
    ("t", "b", 2),
    ("u", "c", 3),
    ("u", "a", 4),
    ("u", "d", 5),
    ("v", "e", 6),
];

/// Three rules in the state file; one replaced, two added in the journal; no table is completed.
fn crashed() -> Folder {
    let folder = Folder::new();
    let mut state = folder.open();
    state.begin_run(run("one")).unwrap();
    state.start_table("t", AT).unwrap();
    for (table, rule, number) in &RULES[..3] {
        put(&mut state, table, rule, *number);
    }
    put(&mut state, "u", "a", 40);
    state.close().unwrap();
    let mut state = folder.open();
    state.begin_run(run("two")).unwrap();
    for (table, rule, number) in &RULES[3..] {
        put(&mut state, table, rule, *number);
    }
    drop(state);
    folder
}

type Tables = IndexMap<String, TableEntry>;

/// What is read where one file of the folder has that content.
fn read_with(folder: &Folder, name: &str, content: &[u8]) -> Result<Tables, StateError> {
    fs::write(folder.path(name), content).unwrap();
    peek(&folder.state()).map(|contents| contents.tables)
}

/// Opens a copy of the folder as it is.
fn open_copy(folder: &Folder) -> (Folder, FileState) {
    let copy = Folder::new();
    copy_folder(folder.directory.path(), copy.directory.path());
    let state = copy.open();
    (copy, state)
}

/// Nothing is completed that was not put like this.
fn assert_nothing_false(tables: &Tables, what: &str) {
    for (table, entry) in tables {
        assert_eq!(entry.status, Status::InProgress, "{what}: {table}");
        for (rule, found) in &entry.rules {
            let known = |(t, r, number): &(&str, &str, u32)| {
                (*t, *r) == (table, rule) && holds(tables, table, rule, *number)
            };
            match found.origin(table, rule) {
                Origin::Ours => assert!(
                    RULES.iter().any(known) || known(&("u", "a", 40)),
                    "{what}: {table}.{rule} is not as it was put"
                ),
                Origin::Foreign => assert_ne!(found.status, Status::Completed, "{what}"),
                Origin::Damaged => {}
            }
        }
    }
}

fn content(folder: &Folder, name: &str) -> Vec<u8> {
    fs::read(folder.path(name)).unwrap()
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

#[test]
fn a_journal_cut_anywhere_has_what_stood_before_the_cut() {
    let folder = crashed();
    let bytes = content(&folder, "state.json.journal");
    for length in 0..=bytes.len() {
        let what = format!("cut at {length}");
        let tables = read_with(&folder, "state.json.journal", &bytes[..length]).unwrap();
        assert_nothing_false(&tables, &what);
        let expected = 3 + rules_before(&bytes[..length]);
        for (index, (table, rule, number)) in RULES.iter().enumerate() {
            let is_there = holds(&tables, table, rule, *number);
            assert_eq!(is_there, index < expected, "{what}: {table}.{rule}");
        }
        if length % OPENED == 0 || bytes[..length].ends_with(b"\n") {
            let (copy, state) = open_copy(&folder);
            assert_eq!(state.entries.tables, tables, "{what}");
            assert!(state.warnings().is_empty());
            drop(state);
            assert_eq!(copy.files(), ["state.json"]);
        }
    }
}

/// How many whole lines of rules the journal has; the first two lines are the base and the run.
fn rules_before(journal: &[u8]) -> usize {
    let lines = journal.iter().filter(|byte| **byte == b'\n');
    lines.count().saturating_sub(2)
}

#[test]
fn a_state_file_cut_anywhere_keeps_what_stood_before_the_cut() {
    let folder = crashed();
    let bytes = content(&folder, "state.json");
    let ends: Vec<(usize, &str, &str, u32)> = RULES[..3]
        .iter()
        .map(|(table, rule, number)| (end_of_rule(&bytes, table, rule), *table, *rule, *number))
        .collect();
    for length in 0..bytes.len() {
        let what = format!("cut at {length}");
        let tables = read_with(&folder, "state.json", &bytes[..length]).unwrap();
        assert_nothing_false(&tables, &what);
        for (table, rule, number) in &RULES[3..] {
            assert!(
                holds(&tables, table, rule, *number),
                "{what}: {table}.{rule}"
            );
        }
        for (end, table, rule, number) in &ends {
            let is_there = holds(&tables, table, rule, *number);
            assert_eq!(is_there, length >= *end, "{what}: {table}.{rule}");
        }
        if length % OPENED == 0 || length == bytes.len() - 1 {
            let (copy, state) = open_copy(&folder);
            assert_eq!(state.entries.tables, tables, "{what}");
            let names = copy.files();
            let kept = names.iter().filter(|name| name.contains("corrupt-"));
            let is_whole_or_empty = length == bytes.len() - 1 || length == 0;
            assert_eq!(kept.count(), usize::from(!is_whole_or_empty), "{what}");
            drop(state);
            assert_eq!(copy.open().entries.tables, tables, "{what}, opened again");
        }
    }
}

/// Behind the entry's closing brace.
fn end_of_rule(bytes: &[u8], table: &str, rule: &str) -> usize {
    let text = std::str::from_utf8(bytes).unwrap();
    let table = text.find(&format!("\n  \"{table}\": {{")).unwrap();
    let rule = table
        + text[table..]
            .find(&format!("\n      \"{rule}\": {{"))
            .unwrap();
    rule + text[rule..].find("\n      }").unwrap() + "\n      }".len()
}

#[test]
fn a_flipped_bit_in_the_journal_completes_nothing() {
    let folder = crashed();
    let bytes = content(&folder, "state.json.journal");
    for (bit, flipped) in flips(&bytes) {
        let what = format!("bit {bit}");
        let tables = read_with(&folder, "state.json.journal", &flipped).unwrap();
        assert_nothing_false(&tables, &what);
        let intact = 3 + rules_before(&bytes[..bit / 8]);
        for (table, rule, number) in &RULES[..intact] {
            assert!(
                holds(&tables, table, rule, *number),
                "{what}: {table}.{rule}"
            );
        }
        if bit % OPENED == 0 {
            let (_copy, state) = open_copy(&folder);
            assert_eq!(state.entries.tables, tables, "{what}");
        }
    }
}

#[test]
fn a_flipped_bit_in_the_state_file_completes_nothing() {
    let folder = crashed();
    let bytes = content(&folder, "state.json");
    for (bit, flipped) in flips(&bytes) {
        let what = format!("bit {bit}");
        let tables = match read_with(&folder, "state.json", &flipped) {
            Ok(tables) => tables,
            Err(error) => {
                assert_eq!(error.kind, StateErrorKind::Newer, "{what}");
                continue;
            }
        };
        assert_nothing_false(&tables, &what);
        if bit % OPENED == 0 {
            let (copy, mut state) = open_copy(&folder);
            put(&mut state, "v", "e", 6);
            state.close().unwrap();
            assert_nothing_false(&copy.open().entries.tables, &format!("{what}, rewritten"));
        }
    }
}

#[test]
fn noise_is_survived() {
    for text in [
        "{",
        "[1, 2]",
        "null",
        "\"completed\"",
        "\u{0}\u{0}\u{0}",
        "{\"t\": {\"rules\": {\"",
        "{\"a\": \"\\",
    ] {
        let folder = Folder::with(text);
        let state = folder.open();
        assert_eq!(state.entries.tables.len(), 0);
        assert!(state.warnings()[0].contains("it is damaged"));
        drop(state);
        assert_eq!(folder.files().len(), 2);
        assert!(is_kept(folder.directory.path(), text));
        assert!(folder.open().warnings().is_empty());
    }
}

fn is_kept(folder: &Path, text: &str) -> bool {
    let mut files = fs::read_dir(folder).unwrap();
    files.any(|file| {
        let path = file.unwrap().path();
        path.to_string_lossy().contains("corrupt-") && fs::read(path).unwrap() == text.as_bytes()
    })
}

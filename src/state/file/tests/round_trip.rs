use super::{AT, Folder, entry, has, put, run};
use crate::state::{Durability, FileState, LockMode, OpenOptions, RuleEntry, Status, Store, peek};

#[test]
fn what_was_put_is_there_and_nothing_else_remains() {
    let folder = Folder::new();
    let mut state = folder.open();
    state.begin_run(run("one")).unwrap();
    state.start_table("customers", AT).unwrap();
    put(&mut state, "customers", "id_check", 1);
    put(&mut state, "customers", "naïve \"name\"\n", 2);
    state.complete_table("customers", AT).unwrap();
    state.end_run(AT).unwrap();
    assert!(state.close().unwrap().is_empty());
    assert_eq!(folder.files(), ["state.json"]);

    let state = folder.open();
    assert!(has(&state, "customers", "id_check", 1));
    assert!(has(&state, "customers", "naïve \"name\"\n", 2));
    assert_eq!(state.table("customers").unwrap().status, Status::Completed);
    let run = state.last_run().unwrap();
    assert_eq!(
        (run.id.as_str(), run.ended_at.as_deref()),
        ("one", Some(AT))
    );
}

#[test]
fn a_dropped_state_is_found_again() {
    for lock in [LockMode::Auto, LockMode::None] {
        for durability in [Durability::Batch, Durability::Strict] {
            let folder = Folder::new();
            let options = OpenOptions {
                lock,
                durability,
                ..OpenOptions::default()
            };
            let mut state = FileState::open(&folder.state(), &options).unwrap();
            state.begin_run(run("one")).unwrap();
            put(&mut state, "t", "r", 1);
            drop(state);
            assert_eq!(folder.files(), ["state.json", "state.json.journal"]);
            let state = FileState::open(&folder.state(), &options).unwrap();
            assert!(has(&state, "t", "r", 1));
            assert_eq!(state.last_run().unwrap(), &run("one"));
            assert!(state.warnings().is_empty());
            assert_eq!(folder.files(), ["state.json"]);
        }
    }
}

#[test]
fn opening_writes_no_state() {
    let folder = Folder::new();
    folder.open().close().unwrap();
    assert!(folder.files().is_empty());
    let mut state = folder.open();
    assert!(!state.reset_all().unwrap());
    assert!(!state.reset_table("t").unwrap());
    state.end_run(AT).unwrap();
    state.put_rules("t", Vec::new()).unwrap();
    drop(state);
    assert!(folder.files().is_empty());
}

#[test]
fn a_scan_is_put_as_a_whole_or_refused_as_a_whole() {
    let folder = Folder::new();
    let mut state = folder.open();
    let entries = |name: &str| vec![("r".to_owned(), entry(1)), (name.to_owned(), entry(2))];
    state.put_rules("", entries("s")).unwrap_err();
    state
        .put_rules("__data_validator__", entries("s"))
        .unwrap_err();
    state.start_table("__data_validator__", AT).unwrap_err();
    state.complete_table("", AT).unwrap_err();
    state.put_rules("t", entries("")).unwrap_err();
    assert_eq!(state.entries.tables.len(), 0);
    state.put_rules("t", entries("s")).unwrap();
    assert!(has(&state, "t", "r", 1) && has(&state, "t", "s", 2));
}

#[test]
fn a_reset_rule_uncompletes_its_table() {
    let folder = Folder::new();
    let mut state = folder.open();
    for rule in ["a", "b"] {
        put(&mut state, "t", rule, 1);
    }
    state.complete_table("t", AT).unwrap();
    assert!(!state.reset_rule("t", "c").unwrap());
    assert_eq!(state.table("t").unwrap().status, Status::Completed);
    assert!(state.reset_rule("t", "a").unwrap());
    drop(state);

    let mut state = folder.open();
    let table = state.table("t").unwrap();
    assert_eq!(
        (table.status, &table.completed_at),
        (Status::InProgress, &None)
    );
    assert!(state.rule("t", "a").is_none() && has(&state, "t", "b", 1));
    assert!(state.reset_table("t").unwrap());
    assert!(!state.reset_table("t").unwrap());
    state.close().unwrap();
    assert_eq!(folder.open().entries.tables.len(), 0);
}

#[test]
fn resetting_all_forgets_runs_too_and_keeps_what_is_not_ours() {
    let folder = Folder::with(r#"{"note": [1], "t": {"rules": {"r": {"status": "completed"}}}}"#);
    let mut state = folder.open();
    state.begin_run(run("one")).unwrap();
    assert!(state.reset_all().unwrap());
    state.close().unwrap();
    let state = folder.open();
    assert!(state.last_run().is_none() && state.table("t").is_none());
    assert!(folder.text().contains("\"note\""));
}

#[test]
fn a_put_replaces_the_whole_entry() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "r", 2);
    let mut bare = RuleEntry::default();
    bare.extra.insert("check".to_owned(), "no".into());
    bare.extra.insert("mine".to_owned(), 1.into());
    state.put_rules("t", vec![("r".to_owned(), bare)]).unwrap();
    state.close().unwrap();
    let state = folder.open();
    let found = state.rule("t", "r").unwrap();
    assert_eq!(found.origin("t", "r"), crate::state::Origin::Ours);
    assert_eq!(found.status, Status::InProgress);
    assert!(found.result.is_none() && found.data_version.is_none());
    assert_eq!(
        found.extra.iter().map(|(key, _)| key).collect::<Vec<_>>(),
        ["mine"]
    );
}

#[test]
fn snapshots_during_a_run_lose_nothing() {
    let folder = Folder::new();
    let mut state = folder.open();
    state.begin_run(run("one")).unwrap();
    state.saving.snapshot_every = std::time::Duration::ZERO;
    put(&mut state, "t", "a", 1);
    assert_eq!(folder.files(), ["state.json"], "the snapshot has it");
    put(&mut state, "t", "b", 2);
    assert_eq!(folder.files(), ["state.json", "state.json.journal"]);
    drop(state);
    let state = folder.open();
    assert!(has(&state, "t", "a", 1) && has(&state, "t", "b", 2));
    assert_eq!(state.last_run(), Some(&run("one")));
}

#[test]
fn without_append_each_completed_table_is_saved() {
    let folder = Folder::new();
    let mut state = folder.open();
    state.saving.appends = false;
    state.begin_run(run("one")).unwrap();
    put(&mut state, "t", "a", 1);
    assert!(folder.files().is_empty());
    state.complete_table("t", AT).unwrap();
    put(&mut state, "u", "a", 1);
    drop(state);
    assert_eq!(folder.files(), ["state.json"]);
    let mut state = folder.open();
    assert!(has(&state, "t", "a", 1) && state.table("u").is_none());
    state.saving.appends = false;
    put(&mut state, "u", "a", 1);
    state.close().unwrap();
    assert!(has(&folder.open(), "u", "a", 1));
}

#[test]
fn a_look_during_a_run_sees_snapshot_and_journal() {
    let folder = Folder::new();
    assert!(!peek(&folder.state()).unwrap().exists);
    let mut state = folder.open();
    put(&mut state, "t", "a", 1);
    state.close().unwrap();
    let mut state = folder.open();
    state.begin_run(run("two")).unwrap();
    put(&mut state, "t", "b", 2);
    let contents = peek(&folder.state()).unwrap();
    assert_eq!(contents.tables["t"].rules.len(), 2);
    assert_eq!(contents.last_run, Some(run("two")));
    assert!(contents.exists && !contents.is_damaged && contents.journal_bytes > 0);
    put(&mut state, "t", "c", 3);
    assert_eq!(peek(&folder.state()).unwrap().tables["t"].rules.len(), 3);
}

#[test]
fn a_run_that_changes_nothing_changes_only_the_run() {
    let folder = Folder::new();
    let mut state = folder.open();
    state.begin_run(run("one")).unwrap();
    put(&mut state, "t", "r", 1);
    state.close().unwrap();
    let before = folder.text().replace("\"one\"", "\"two\"");
    for id in ["two", "a longer id", "two"] {
        let mut state = folder.open();
        state.begin_run(run(id)).unwrap();
        state.close().unwrap();
    }
    assert_eq!(folder.text(), before);

    let foreign = Folder::with(r#"{"t":{"rules":{}}}"#);
    for id in ["one", "two"] {
        let mut state = foreign.open();
        state.begin_run(run(id)).unwrap();
        state.end_run(AT).unwrap();
        state.close().unwrap();
        let state = foreign.open();
        assert_eq!(state.last_run().unwrap().id, id);
        assert!(state.table("t").is_some() && state.warnings().is_empty());
    }
}

#[test]
fn looks_while_snapshots_are_replaced_miss_nothing() {
    let folder = Folder::new();
    let mut state = folder.open();
    state.saving.snapshot_every = std::time::Duration::ZERO;
    let path = folder.state();
    let count = move || {
        let tables = peek(&path).unwrap().tables;
        tables.get("t").map_or(0, |table| table.rules.len())
    };
    let looking = std::thread::spawn(move || {
        let mut seen = 0;
        while seen < 60 {
            let now = count();
            assert!(now >= seen, "{now} after {seen}");
            seen = now;
        }
    });
    for number in 0..60 {
        if number % 3 == 0 {
            state.saving.snapshot_every = std::time::Duration::ZERO;
        }
        put(&mut state, "t", &format!("r{number}"), number);
    }
    looking.join().unwrap();
}

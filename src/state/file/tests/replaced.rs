//! All entries of a state are replaced by others, or none.

use std::fs;

use super::crashes::copies_during;
use super::{Folder, has, put, run};
use crate::state::Store;

#[test]
fn a_crash_leaves_all_of_the_old_entries_or_all_of_the_new_ones() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "a", 1);
    put(&mut state, "t", "b", 2);
    state.close().unwrap();
    let other = Folder::new();
    let mut state = other.open();
    state.begin_run(run("one")).unwrap();
    put(&mut state, "t", "a", 3);
    put(&mut state, "u", "c", 4);
    let entries = state.entries.clone();
    let copies = copies_during(&folder, |returned| {
        let mut state = folder.open();
        state.replace_all(entries).unwrap();
        returned(1);
        state.close().unwrap();
    });
    assert!(copies.borrow().len() > 5);
    for (returned, copy) in copies.borrow().iter() {
        let state = copy.open();
        let is_old = has(&state, "t", "a", 1) && has(&state, "t", "b", 2);
        let is_new = has(&state, "t", "a", 3) && has(&state, "u", "c", 4);
        assert!(
            is_old != is_new && (*returned < 1 || is_new),
            "{:?}",
            copy.text()
        );
        assert_eq!(state.entries.results(), 2);
        assert_eq!(state.entries.run.is_some(), is_new);
        assert!(state.warnings().is_empty());
    }
}

#[test]
fn an_edit_that_came_between_is_not_overwritten() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "a", 1);
    state.close().unwrap();
    let mut state = folder.open();
    let edited = folder.text().replace("\"t\"", "\"edited\"");
    fs::write(folder.state(), &edited).unwrap();
    let error = state.replace_all(Default::default()).unwrap_err();
    assert!(
        error.to_string().contains("somebody edited it meanwhile"),
        "{error}"
    );
    state.close().unwrap();
    assert_eq!(folder.text(), edited);
}

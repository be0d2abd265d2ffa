//! The folder as it is between any two steps on the disk.

use std::cell::RefCell;
use std::fs;
use std::rc::Rc;

use super::super::crash_point::observe;
use super::{AT, Folder, copy_folder, has, put, run};
use crate::state::Status;
use crate::state::Store;

/// How much of [`work`] had returned when the folder was copied.
pub(super) type Copies = Rc<RefCell<Vec<(usize, Folder)>>>;

/// Does the work and copies the folder at every crash point.
pub(super) fn copies_during(folder: &Folder, work: impl FnOnce(&dyn Fn(usize))) -> Copies {
    let copies = Copies::default();
    let done = Rc::new(RefCell::new(0));
    let (seen, progress) = (copies.clone(), done.clone());
    let source = folder.directory.path().to_owned();
    observe(move || {
        let copy = Folder::new();
        copy_folder(&source, copy.directory.path());
        seen.borrow_mut().push((*progress.borrow(), copy));
    });
    work(&|step| *done.borrow_mut() = step);
    observe(|| {});
    copies
}

#[test]
fn a_crash_between_any_two_steps_loses_nothing_that_was_put() {
    let folder = Folder::new();
    let copies = copies_during(&folder, |returned| {
        let mut state = folder.open();
        state.begin_run(run("one")).unwrap();
        put(&mut state, "t", "a", 1);
        returned(1);
        state.saving.snapshot_every = std::time::Duration::ZERO;
        put(&mut state, "t", "b", 2);
        returned(2);
        state.complete_table("t", AT).unwrap();
        returned(3);
        state.close().unwrap();
    });
    assert!(copies.borrow().len() > 20);
    for (returned, copy) in copies.borrow().iter() {
        let state = copy.open();
        let what = format!("{returned} returned: {:?}", copy.files());
        assert!(
            state.warnings().is_empty(),
            "{what}: {:?}",
            state.warnings()
        );
        assert!(*returned < 1 || has(&state, "t", "a", 1), "{what}");
        assert!(*returned < 2 || has(&state, "t", "b", 2), "{what}");
        let status = state.table("t").map(|table| table.status);
        assert!(*returned < 3 || status == Some(Status::Completed), "{what}");
        drop(state);
        assert!(
            copy.files()
                .iter()
                .all(|name| name == "state.json" || name == "state.json.tmp")
        );
    }
}

#[test]
fn a_crash_while_recovering_loses_nothing() {
    let folder = Folder::new();
    let mut state = folder.open();
    put(&mut state, "t", "a", 1);
    state.close().unwrap();
    let mut state = folder.open();
    put(&mut state, "t", "b", 2);
    drop(state);
    let journal = fs::read(folder.path("state.json.journal")).unwrap();
    let torn = Folder::new();
    copy_folder(folder.directory.path(), torn.directory.path());
    fs::write(torn.state(), &fs::read(torn.state()).unwrap()[..300]).unwrap();
    let broken = Folder::new();
    copy_folder(folder.directory.path(), broken.directory.path());
    fs::write(
        broken.path("state.json.journal"),
        [&journal[..], b"[\"no\"]\n"].concat(),
    )
    .unwrap();
    for (folder, has_a) in [(&folder, true), (&torn, false), (&broken, true)] {
        let copies = copies_during(folder, |_| folder.open().close().unwrap().clear());
        assert!(copies.borrow().len() > 5);
        for (_, copy) in copies.borrow().iter() {
            let state = copy.open();
            assert!(!has_a || has(&state, "t", "a", 1));
            assert!(has(&state, "t", "b", 2), "{:?}", copy.files());
            let overruled = state.warnings().iter().any(|text| text.contains("edited"));
            assert!(!overruled, "{:?}", state.warnings());
        }
    }
}

use std::fs;

use super::{Folder, has, put};
use crate::state::{FileState, OpenOptions};

#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};

#[cfg(unix)]
#[test]
fn a_link_is_kept_and_its_target_replaced() {
    for exists in [true, false] {
        let folder = Folder::new();
        fs::create_dir(folder.path("real")).unwrap();
        if exists {
            fs::write(folder.path("real/s.json"), "{}").unwrap();
        }
        symlink("real/s.json", folder.path("middle")).unwrap();
        symlink(folder.path("middle"), folder.state()).unwrap();
        let mut state = folder.open();
        put(&mut state, "t", "r", 1);
        let options = OpenOptions {
            lock_timeout: std::time::Duration::ZERO,
            ..OpenOptions::default()
        };
        let direct = FileState::open(&folder.path("real/s.json"), &options);
        assert!(direct.is_err(), "both names share one lock");
        state.close().unwrap();
        assert!(fs::symlink_metadata(folder.state()).unwrap().is_symlink());
        assert!(
            fs::symlink_metadata(folder.path("middle"))
                .unwrap()
                .is_symlink()
        );
        assert!(
            fs::symlink_metadata(folder.path("real/s.json"))
                .unwrap()
                .is_file()
        );
        assert!(has(&folder.open(), "t", "r", 1));
    }
}

#[cfg(unix)]
#[test]
fn the_mode_is_kept_and_a_new_file_follows_the_umask() {
    let mode = |name: &str, folder: &Folder| {
        let metadata = fs::metadata(folder.path(name)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    let folder = Folder::new();
    fs::write(folder.path("plain"), "").unwrap();
    let mut state = folder.open();
    put(&mut state, "t", "r", 1);
    assert_eq!(mode("state.json", &folder), mode("plain", &folder));
    assert_eq!(mode("state.json.journal", &folder), mode("plain", &folder));
    state.close().unwrap();
    assert_eq!(mode("state.json", &folder), mode("plain", &folder));

    for kept in [0o600, 0o664] {
        fs::set_permissions(folder.state(), PermissionsExt::from_mode(kept)).unwrap();
        let mut state = folder.open();
        put(&mut state, "t", "r", kept);
        assert_eq!(mode("state.json.journal", &folder) & !kept, 0);
        state.close().unwrap();
        assert_eq!(mode("state.json", &folder), kept);
    }
}

#[test]
fn a_folder_is_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.state()).unwrap();
    assert_eq!(
        folder.error(),
        "opening the state file state.json: it is a folder; name a file in it"
    );
}

#[test]
fn a_missing_folder_is_named() {
    let folder = Folder::new();
    let error = FileState::open(&folder.path("no/s.json"), &OpenOptions::default()).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "s.json: its folder does not exist; make the folder, or choose another path"
        ),
        "{error}"
    );
    fs::write(folder.path("file"), "").unwrap();
    FileState::open(&folder.path("file/s.json"), &OpenOptions::default()).unwrap_err();
}

#[test]
fn a_read_only_file_is_refused_and_untouched() {
    let folder = Folder::with("{}");
    let mut permissions = fs::metadata(folder.state()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.state(), permissions).unwrap();
    assert_eq!(
        folder.error(),
        "opening the state file state.json: it is read-only; change its permissions, or choose another state file"
    );
    assert_eq!(folder.text(), "{}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused() {
    let folder = Folder::with("{}");
    let set = |mode| {
        fs::set_permissions(folder.directory.path(), PermissionsExt::from_mode(mode)).unwrap();
    };
    set(0o555);
    // The superuser may write there all the same.
    let is_refused = fs::write(folder.path("try"), "").is_err();
    let opened = folder.try_open().map(drop);
    set(0o755);
    assert_eq!(opened.is_err(), is_refused);
    if let Err(error) = opened {
        let message = error.to_string();
        assert!(
            message.starts_with("writing beside the state file"),
            "{message}"
        );
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_pipes_are_refused() {
    let folder = Folder::new();
    symlink("state.json", folder.state()).unwrap();
    assert!(folder.error().starts_with("opening the state file"));
    let error = FileState::open("/dev/null".as_ref(), &OpenOptions::default()).unwrap_err();
    assert!(error.message.contains("a device or a pipe"), "{error}");
}

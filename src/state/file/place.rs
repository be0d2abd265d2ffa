//! Where a state lies: the file that the path means, and the files beside it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::state::error::StateError;

/// The longest chain of links that is followed, as in Linux.
const MAX_LINKS: usize = 40;

/// The state file with its links resolved, so that everybody who means it uses the same files beside it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub file: PathBuf,
    pub folder: PathBuf,
}

/// What was asked of a file that need not be there; `None` if it is not.
pub(super) fn if_there<T>(asked: io::Result<T>) -> io::Result<Option<T>> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Place {
    /// Finds the file that the path means, which need not exist.
    pub(super) fn find(path: &Path) -> Result<Self, StateError> {
        let failed = |why: &str, hint: &str| {
            Err(StateError::path("opening the state file", path, why, hint))
        };
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return failed("it is a folder", "name a file in it");
            }
            Ok(metadata) if !metadata.is_file() => {
                return failed(
                    "it is a device or a pipe, which cannot be replaced",
                    "name a file",
                );
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return failed(&error.to_string(), "check the path and its permissions");
            }
        }
        let named = follow_links(path);
        let Some(name) = named.file_name() else {
            return failed("it names no file", "name a file");
        };
        let folder = named
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        match fs::canonicalize(folder) {
            Ok(folder) if folder.is_dir() => Ok(Self {
                file: folder.join(name),
                folder,
            }),
            Ok(_) => failed("what should be its folder is a file", "choose another path"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => failed(
                "its folder does not exist",
                "make the folder, or choose another path",
            ),
            Err(error) => failed(&error.to_string(), "check the path and its permissions"),
        }
    }

    /// Refuses a file that is marked as read-only, which replacing it would ignore.
    pub(super) fn require_writable(&self) -> Result<(), StateError> {
        let is_read_only =
            fs::metadata(&self.file).is_ok_and(|metadata| metadata.permissions().readonly());
        if is_read_only
            || OpenOptions::new()
                .write(true)
                .open(&self.file)
                .is_err_and(is_denied)
        {
            return Err(StateError::path(
                "opening the state file",
                &self.file,
                "it is read-only",
                "change its permissions, or choose another state file",
            ));
        }
        Ok(())
    }

    /// The file beside the state file with this ending.
    pub(super) fn beside(&self, ending: &str) -> PathBuf {
        let mut name = OsString::from(self.file.as_os_str());
        name.push(ending);
        name.into()
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.beside(".journal")
    }

    /// A name that is free, with the time in it, for a file that is set aside.
    pub(super) fn aside(&self, label: &str) -> PathBuf {
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let name = |number: u32| match number {
            1 => self.beside(&format!(".{label}-{time}")),
            _ => self.beside(&format!(".{label}-{time}-{number}")),
        };
        (1..)
            .map(name)
            .find(|path| fs::symlink_metadata(path).is_err())
            .unwrap_or_else(|| name(1))
    }

    /// Makes names that were given or taken in the folder last through a power cut.
    ///
    /// A file system that knows no such thing for folders is left to its own ways.
    pub(super) fn sync_folder(&self) -> io::Result<()> {
        sync_folder(&self.folder)
    }
}

/// Makes names that were given or taken in a folder last, as [`Place::sync_folder`] does.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        Err(error) if !is_unknown_to_it(&error) => Err(error),
        _ => Ok(()),
    }
}

fn is_unknown_to_it(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
    )
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature of a predicate on errors"
)]
fn is_denied(error: io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// What the path leads to; `fs::canonicalize` would fail where nothing is there yet.
fn follow_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = match path.parent() {
            Some(folder) => folder.join(target),
            None => target,
        };
    }
    path
}

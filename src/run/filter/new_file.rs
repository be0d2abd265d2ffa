//! A file that takes the place of another one in one step, when it is whole.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Ends the names of files that are being written, so that nobody takes one for a whole one.
const ENDING: &str = ".part";

/// A file beside the one whose place it will take; it goes away unless it does.
pub struct NewFile {
    /// Locked as long as this process writes it, which tells it from what a killed process left.
    file: NamedTempFile,
    place: PathBuf,
}

impl NewFile {
    /// Begins a file for that place, and removes what killed processes left of earlier ones.
    pub fn beside(place: &Path) -> io::Result<Self> {
        // A link is kept, and what it points to is replaced.
        let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        remove_left_behind(&place)?;
        loop {
            let file = create(&place)?;
            match file.as_file().try_lock() {
                Ok(()) | Err(TryLockError::Error(_)) => {}
                // Another process is just looking whether somebody writes it.
                Err(TryLockError::WouldBlock) => file.as_file().lock()?,
            }
            // It may have taken it for one that was left behind.
            if file.path().exists() {
                return Ok(Self { file, place });
            }
        }
    }

    /// Where it is while it is written.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Where it will be.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// A handle at the start of the file, with nothing in it.
    pub fn emptied(&self) -> io::Result<File> {
        let mut file = self.file.reopen()?;
        file.set_len(0)?;
        io::Seek::rewind(&mut file)?;
        Ok(file)
    }

    /// Brings it to the disk, also where an engine made the file anew.
    pub fn sync(&self) -> io::Result<()> {
        File::open(self.path())?.sync_all()
    }

    /// Puts it in its place.
    pub fn take_place(self) -> io::Result<()> {
        let folder = folder_of(&self.place).to_owned();
        self.file.persist(&self.place)?;
        File::open(folder)?.sync_all()
    }
}

fn create(place: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
        .prefix(&prefix(place))
        .suffix(ENDING)
        .tempfile_in(folder_of(place))
}

/// Removes files for that place that no process is writing.
fn remove_left_behind(place: &Path) -> io::Result<()> {
    let prefix = prefix(place);
    for entry in fs::read_dir(folder_of(place))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !(name.starts_with(&prefix) && name.ends_with(ENDING)) {
            continue;
        }
        let Ok(file) = File::open(entry.path()) else {
            continue;
        };
        if file.try_lock().is_ok() {
            // Whatever keeps it from going away does not keep the new one from being written.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn prefix(place: &Path) -> String {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.")
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn only_what_nobody_writes_any_more_is_removed() {
        let folder = tempfile::TempDir::new().unwrap();
        let place = folder.path().join("rows.parquet");
        fs::write(folder.path().join(".rows.parquet.dead.part"), "half").unwrap();
        let alive = NewFile::beside(&place).unwrap();
        let second = NewFile::beside(&place).unwrap();
        assert!(alive.path().exists() && second.path().exists());
        assert_eq!(names(folder.path()).len(), 2);
        fs::write(alive.path(), "whole").unwrap();
        alive.take_place().unwrap();
        drop(second);
        assert_eq!(names(folder.path()), ["rows.parquet"]);
        assert_eq!(fs::read_to_string(place).unwrap(), "whole");
    }
}

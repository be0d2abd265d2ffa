//! Files that are whole and durable when they appear under their name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use data_validator_plugin::{Effect, EngineError, ErrorClass};

use super::layout::Layout;
use crate::error::io_error;

/// Whether a file got its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Now,
    /// There is a file of that name already, which stays as it is.
    Before,
}

/// Writes a file that appears under its name in one step, or not at all. To be called by who holds the
/// lock of writers.
pub fn write_new(layout: &Layout, path: &Path, content: &[u8]) -> Result<Written, EngineError> {
    let staged = layout.staging().join("next");
    let attempted = || format!("writing {}", path.display());
    let unchanged = |error: io::Error| EngineError {
        effect: Effect::None,
        ..io_error(&error, attempted())
    };
    // A writer that died may have left it linked to its name: it must not be written over.
    remove_if_there(&staged).map_err(unchanged)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&staged)
        .map_err(unchanged)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(unchanged)?;
    let linked = fs::hard_link(&staged, path);
    let written = match linked {
        Ok(()) => Written::Now,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Written::Before,
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            let message = format!(
                "{}: this file system has no hard links; choose another 'path'",
                attempted()
            );
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
        Err(error) => return Err(unchanged(error)),
    };
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    // What stays behind is removed by the next writer.
    let _ = fs::remove_file(&staged);
    Ok(written)
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> Result<(), EngineError> {
    // Windows opens no folders, and keeps their entries in a journal.
    if cfg!(not(unix)) {
        return Ok(());
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| io_error(&error, format_args!("making {} durable", folder.display())))
}

pub fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

//! Locks between processes, which end with the process that holds them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use data_validator_plugin::{EngineError, ErrorClass};

use super::layout::Layout;
use crate::cancel::Running;
use crate::error::io_error;

/// A writer that takes longer is in the way; the host repeats the call.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(1);

/// The right to write, until the file is closed.
pub fn writers(layout: &Layout, running: &Running) -> Result<File, EngineError> {
    let path = layout.writers_lock();
    let file = open(&path, OpenOptions::new().write(true))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        running.go_on()?;
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(BETWEEN_ATTEMPTS);
            }
            Err(TryLockError::WouldBlock) => {
                let message = format!(
                    "another process has been writing for {} s; see who holds {}",
                    PATIENCE.as_secs(),
                    path.display()
                );
                return Err(EngineError::new(ErrorClass::Conflict, message));
            }
            Err(TryLockError::Error(error)) => return Err(failed(&error, &path)),
        }
    }
}

/// Keeps all parts where they are, until the file is closed. Waits for who removes some, which is short.
pub fn readers(layout: &Layout) -> Result<File, EngineError> {
    let path = layout.readers_lock();
    let file = open(&path, OpenOptions::new().read(true))?;
    file.lock_shared().map_err(|error| failed(&error, &path))?;
    Ok(file)
}

/// The right to remove parts, unless somebody reads.
pub fn no_readers(layout: &Layout) -> Result<Option<File>, EngineError> {
    let path = layout.readers_lock();
    let file = open(&path, OpenOptions::new().write(true))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(&error, &path)),
    }
}

fn open(path: &Path, options: &OpenOptions) -> Result<File, EngineError> {
    options.open(path).map_err(|error| {
        let attempted = format!(
            "opening {}; no table has been made in the folder, if it is missing",
            path.display()
        );
        io_error(&error, attempted)
    })
}

fn failed(error: &std::io::Error, path: &Path) -> EngineError {
    io_error(error, format_args!("locking {}", path.display()))
}

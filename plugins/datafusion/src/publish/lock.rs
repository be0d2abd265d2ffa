//! Locks between processes, which end with the process that holds them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use data_validator_plugin::{EngineError, ErrorClass};

use super::layout::Layout;
use crate::cancel::Running;
use crate::error::io_error;

const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(1);

/// The right to write, until the file is closed. Who holds it for longer than `patience` is in the way, and
/// the host repeats the call.
pub fn writers(
    layout: &Layout,
    patience: Duration,
    running: &Running,
) -> Result<File, EngineError> {
    let path = layout.writers_lock();
    let file = open(&path, OpenOptions::new().write(true))?;
    wait_for(patience, &path, || running.go_on(), || file.try_lock()).map_err(
        |error| match error {
            Wait::TooLong => in_the_way(ErrorClass::Conflict, "writing", patience, &path),
            Wait::Failed(error) => error,
        },
    )?;
    Ok(file)
}

/// Keeps all parts where they are, until the file is closed. Waits for who removes some, which is short.
pub fn readers(layout: &Layout, patience: Duration) -> Result<File, EngineError> {
    let path = layout.readers_lock();
    let file = open(&path, OpenOptions::new().read(true))?;
    wait_for(patience, &path, || Ok(()), || file.try_lock_shared()).map_err(
        |error| match error {
            Wait::TooLong => {
                in_the_way(ErrorClass::Transient, "removing old rows", patience, &path)
            }
            Wait::Failed(error) => error,
        },
    )?;
    Ok(file)
}

/// Why a lock was not had.
enum Wait {
    TooLong,
    Failed(EngineError),
}

fn wait_for(
    patience: Duration,
    path: &Path,
    go_on: impl Fn() -> Result<(), EngineError>,
    try_lock: impl Fn() -> Result<(), TryLockError>,
) -> Result<(), Wait> {
    let deadline = Instant::now() + patience;
    loop {
        go_on().map_err(Wait::Failed)?;
        match try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(BETWEEN_ATTEMPTS);
            }
            Err(TryLockError::WouldBlock) => return Err(Wait::TooLong),
            Err(TryLockError::Error(error)) => return Err(Wait::Failed(failed(&error, path))),
        }
    }
}

fn in_the_way(class: ErrorClass, what: &str, patience: Duration, path: &Path) -> EngineError {
    let message = format!(
        "another process has been {what} for {} s; see who holds {}, or raise the option 'lock_timeout'",
        patience.as_secs_f64(),
        path.display()
    );
    EngineError::new(class, message)
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

//! One process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::place::Place;
use crate::state::error::StateError;
use crate::state::holder::Holder;

/// How often the lock is asked for while another process holds it.
const POLL: Duration = Duration::from_millis(20);

/// The lock on a state, held until it is dropped or the process ends, however it ends.
///
/// It lies on a file of its own that is never renamed or deleted: a lock on a file whose name then goes to
/// another file would keep nobody out.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock, at most so long.
    pub(super) fn acquire(place: &Place, timeout: Duration) -> Result<Self, StateError> {
        let path = place.beside(".lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| cannot_write_beside(place, &error))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if began.elapsed() < timeout => {
                    thread::sleep(POLL.min(timeout.saturating_sub(began.elapsed())));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StateError::lock(
                        &place.file,
                        &format!("{} (waited {timeout:?})", held_by(&path)),
                        "wait until it ends, or wait longer with --lock-timeout",
                    ));
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => {
                    return Err(StateError::lock(
                        &place.file,
                        &format!("files cannot be locked where it lies: {error}"),
                        "put it on a local disk, or use --state-lock none if no other process uses it",
                    ));
                }
            }
        }
        sign(&mut file);
        Ok(Self { _file: file })
    }
}

/// The folder is the first that is written to, so its faults show here.
pub(super) fn cannot_write_beside(place: &Place, error: &io::Error) -> StateError {
    StateError::path(
        "writing beside the state file",
        &place.file,
        error.to_string(),
        "check the permissions of its folder and the free space, or choose another path",
    )
}

/// Only a courtesy to others, so a full disk is no obstacle.
fn sign(file: &mut File) {
    if let Ok(text) = serde_json::to_string(&Holder::this_process()) {
        let _ = file
            .set_len(0)
            .and_then(|()| file.write_all(format!("{text}\n").as_bytes()));
    }
}

fn held_by(path: &Path) -> String {
    let holder: Option<Holder> = fs::read(path)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    holder.map_or_else(
        || "another process holds it".to_owned(),
        |holder| holder.to_string(),
    )
}

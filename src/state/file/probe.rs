//! What the file system can do where the state lies.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};

use super::lock::cannot_write_beside;
use super::place::Place;
use crate::state::error::StateError;

/// Whether files can be appended to there; mounted object stores often refuse it.
///
/// # Errors
/// When no file can be made or renamed there: then nothing can be saved.
pub(super) fn appends(place: &Place) -> Result<bool, StateError> {
    let first = place.beside(".probe");
    let second = place.beside(".probe2");
    let made = fs::write(&first, b"a").and_then(|()| {
        let appends = append(&first).is_ok_and(|length| length == 2);
        fs::rename(&first, &second).map(|()| appends)
    });
    let _ = fs::remove_file(&first);
    let _ = fs::remove_file(&second);
    made.map_err(|error| cannot_write_beside(place, &error))
}

fn append(path: &std::path::Path) -> io::Result<u64> {
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.write_all(b"b")?;
    file.metadata().map(|metadata| metadata.len())
}

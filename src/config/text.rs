//! Reading a file as text, with its limits.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::diagnostic::{Diagnostic, Location, Place};
use super::positions::Mark;

/// The largest config; a config is written by people, so more is a mistake.
pub const MAX_BYTES: usize = 10_000_000;

pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the bytes of a file that is at most [`MAX_BYTES`] long.
///
/// # Errors
/// A diagnostic about the whole file.
pub fn read_bytes(file: &Path) -> Result<Vec<u8>, Diagnostic> {
    let place = || Place::File(file.to_owned());
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => {
            Diagnostic::error(place(), "no such file", "give the path of a YAML file")
        }
        _ => Diagnostic::error(
            place(),
            format!("cannot be read: {error}"),
            "give the path of a readable YAML file",
        ),
    };
    let too_large = || {
        let message = format!(
            "larger than {} MB, which a config never is",
            MAX_BYTES / 1_000_000
        );
        Diagnostic::error(place(), message, "give the path of a config, not of data")
    };
    let metadata = std::fs::metadata(file).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Diagnostic::error(
            place(),
            "a folder, not a file",
            "give the path of a YAML file in it",
        ));
    }
    if metadata.len() > MAX_BYTES as u64 {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // A pipe has no length beforehand, and a file may grow meanwhile.
    let mut limited = File::open(file)
        .map_err(unreadable)?
        .take(MAX_BYTES as u64 + 1);
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > MAX_BYTES {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The bytes as text, without a byte order mark.
///
/// # Errors
/// A diagnostic at the first byte that is not UTF-8.
pub fn decode<'b>(file: &Path, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)),
        Err(error) => {
            let offset = error.valid_up_to();
            let before = String::from_utf8_lossy(&bytes[..offset]);
            let mark = Mark::at(&before, before.len());
            let location = Location {
                file: file.to_owned(),
                line: mark.line,
                column: mark.column,
            };
            let message = format!("not UTF-8: byte 0x{:02x} at offset {offset}", bytes[offset]);
            let hint = match bytes {
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                    "the file looks like UTF-16; save it as UTF-8"
                }
                _ => "save the file as UTF-8",
            };
            Err(Diagnostic::error(Place::Text(location), message, hint))
        }
    }
}

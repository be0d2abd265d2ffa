//! Files that were set aside: damaged ones, overruled journals, the first format.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::place::{Place, if_there};
use crate::state::error::StateError;

/// A file that was set aside.
#[derive(Clone, Debug)]
pub struct Aside {
    pub path: PathBuf,
    pub bytes: u64,
    modified: Option<Timestamp>,
}

/// The files that were set aside of the state in this file.
///
/// # Errors
/// When its folder cannot be listed.
pub fn set_aside(path: &Path) -> Result<Vec<Aside>, StateError> {
    asides_of(&Place::find(path)?)
}

pub(super) fn asides_of(place: &Place) -> Result<Vec<Aside>, StateError> {
    let listed = fs::read_dir(&place.folder).and_then(|files| {
        let mut asides = Vec::new();
        for file in files {
            let file = file?;
            if is_aside(&file.file_name(), place) {
                asides.extend(aside(file.path())?);
            }
        }
        Ok(asides)
    });
    let mut asides = listed.map_err(|error| {
        let hint = "check the permissions of the folder";
        StateError::path(
            "listing the files beside",
            &place.file,
            error.to_string(),
            hint,
        )
    })?;
    asides.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(asides)
}

/// Those that were written before this moment.
pub(super) fn of_before(asides: Vec<Aside>, moment: Option<Timestamp>) -> Vec<Aside> {
    let is_old =
        |aside: &Aside| matches!((aside.modified, moment), (Some(at), Some(moment)) if at < moment);
    asides.into_iter().filter(is_old).collect()
}

fn is_aside(name: &OsStr, place: &Place) -> bool {
    let own = place.file.file_name().unwrap_or_default();
    let ending = name
        .as_encoded_bytes()
        .strip_prefix(own.as_encoded_bytes())
        .unwrap_or_default();
    ending == b".v0.bak" || ending.starts_with(b".corrupt-") || ending.starts_with(b".journal-")
}

/// `None` if it was removed meanwhile.
fn aside(path: PathBuf) -> io::Result<Option<Aside>> {
    let there = if_there(fs::symlink_metadata(&path))?;
    Ok(there.map(|metadata| Aside {
        path,
        bytes: metadata.len(),
        modified: metadata
            .modified()
            .ok()
            .and_then(|at| Timestamp::try_from(at).ok()),
    }))
}

//! The state file itself: read whole, replaced whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::crash_point::crash_point;
use super::document;
use super::hashed::{Hashed, sha_of};
use super::place::{Place, if_there};
use crate::state::StateError;
use crate::state::entries::Entries;

/// A state file is written in pieces of so many bytes.
const WRITE_BYTES: usize = 1 << 18;

/// Which content the state file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// SHA-256 in hex.
    pub sha: String,
    /// What tells without reading that nobody wrote to it.
    pub stamp: Stamp,
}

/// What the file system says about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl Version {
    pub(super) fn of(bytes: &[u8], stamp: Stamp) -> Self {
        let sha = sha_of(bytes);
        Self { sha, stamp }
    }

    /// Whether the file is still this one; only where the stamp differs it is read.
    pub(super) fn is_current(&self, place: &Place) -> io::Result<bool> {
        match if_there(stamp_of(&place.file))? {
            None => Ok(false),
            Some(stamp) if stamp == self.stamp => Ok(true),
            Some(_) => Ok(sha_of(&fs::read(&place.file)?) == self.sha),
        }
    }
}

pub(super) fn stamp_of(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let inode = 0;
    Ok(Stamp {
        bytes: metadata.len(),
        modified: metadata.modified().ok(),
        inode,
    })
}

/// Reads a whole state file; `None` if it is not one, as a whole.
///
/// # Errors
/// When a newer version wrote it.
pub(super) fn parse(bytes: &[u8], place: &Place) -> Result<Option<Entries>, StateError> {
    let Ok(mut entries) = document::parse(bytes) else {
        return Ok(None);
    };
    document::require_known_format(&mut entries, &place.file)?;
    Ok(Some(entries))
}

/// What a state file is to hold.
pub(super) enum Content<'e> {
    Entries(&'e Entries),
    Text(Vec<u8>),
}

impl Content<'_> {
    fn write_to(&self, mut out: impl Write) -> io::Result<()> {
        match self {
            Self::Entries(entries) => document::write(entries, out),
            Self::Text(text) => out.write_all(text),
        }
    }
}

/// The beginning of a file that was rendered: what stands before its first table.
pub(super) fn render_head(entries: &Entries) -> io::Result<Vec<u8>> {
    let head = Entries {
        run: entries.run.clone(),
        reserved: entries.reserved.clone(),
        ..Entries::default()
    };
    let mut text = Vec::new();
    Content::Entries(&head).write_to(&mut text)?;
    text.truncate(text.len() - b"\n}\n".len());
    Ok(text)
}

/// The state file with another beginning; `None` if it does not begin like this.
///
/// Where a run changed nothing but the run, that is half the work of rendering every entry.
pub(super) fn with_head(place: &Place, old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let text = fs::read(&place.file).ok()?;
    let rest = text.strip_prefix(old)?;
    Some([new, rest].concat())
}

/// A new state file that lies beside the old one, durable and without its name.
pub(super) struct Staged<'p> {
    place: &'p Place,
    path: PathBuf,
    pub version: Version,
}

impl<'p> Staged<'p> {
    /// Writes the file with the mode of the old one.
    pub(super) fn write(place: &'p Place, content: &Content<'_>) -> io::Result<Self> {
        let path = unfinished(place);
        discard_unfinished(place);
        let version = write_durably(place, &path, content)
            .and_then(|sha| stamp_of(&path).map(|stamp| Version { sha, stamp }))
            .inspect_err(|_| discard_unfinished(place))?;
        Ok(Self {
            place,
            path,
            version,
        })
    }

    /// Gives it the name: from here on it is the state file, though a power cut may bring back the old one.
    pub(super) fn commit(self) -> io::Result<Version> {
        crash_point();
        if let Err(error) = fs::rename(&self.path, &self.place.file) {
            self.discard();
            return Err(error);
        }
        crash_point();
        Ok(self.version)
    }

    pub(super) fn discard(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes what a crash may have left of a new file.
pub(super) fn discard_unfinished(place: &Place) {
    let _ = fs::remove_file(unfinished(place));
}

/// One name is enough under the lock, and no crash can leave more than one file behind.
fn unfinished(place: &Place) -> PathBuf {
    place.beside(".tmp")
}

/// Gives the hash of what was written.
fn write_durably(place: &Place, path: &Path, content: &Content<'_>) -> io::Result<String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    give_mode_of(&place.file, &mut options)?;
    crash_point();
    let file: File = options.open(path)?;
    if let Some(old) = if_there(fs::metadata(&place.file))? {
        file.set_permissions(old.permissions())?;
    }
    crash_point();
    let mut out = BufWriter::with_capacity(WRITE_BYTES, Hashed::new(file));
    content.write_to(&mut out)?;
    let (file, sha) = out.into_inner()?.finish();
    crash_point();
    file.sync_all()?;
    Ok(sha)
}

/// A file beside a state that only some may read is made so that no others can read it.
///
/// # Errors
/// When nobody can tell who may read the state.
pub(super) fn give_mode_of(file: &Path, options: &mut OpenOptions) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(metadata) = if_there(fs::metadata(file))? {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(metadata.permissions().mode() & 0o666 | 0o200);
    }
    Ok(())
}

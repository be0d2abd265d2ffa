//! A state file's text, apart from where it lies: what is exported and imported.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::comments::blank_comments;
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::layout::Layout;
use crate::state::{FORMAT, RESERVED};

/// Writes what a state file with these entries holds.
///
/// # Errors
/// What `out` says.
pub fn write(entries: &Entries, mut out: impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Layout::default());
    entries.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Reads the text of a state file that somebody hands in; `path` is where it came from, for messages.
///
/// # Errors
/// When it is not JSON as a whole, no state, or of a newer format. Nothing is salvaged.
pub fn read(text: &[u8], path: &Path) -> Result<Entries, StateError> {
    const ATTEMPTED: &str = "reading the exported state";
    let refused = |why: &str, hint: &str| Err(StateError::path(ATTEMPTED, path, why, hint));
    let mut entries = match parse(text) {
        Ok(entries) => entries,
        Err(error) => {
            let why = format!("it is no JSON document of a state: {error}");
            return refused(
                &why,
                "write it anew with 'data-validator state export'; nothing was changed",
            );
        }
    };
    let names_its_format = entries.reserved.contains_key("format");
    require_known_format(&mut entries, path)?;
    let has_rules = entries.tables.values().any(|table| !table.rules.is_empty());
    if !names_its_format && !has_rules {
        let why = format!("it is no state: it has neither '{RESERVED}' nor a table with rules");
        return refused(&why, "name a file that 'data-validator state export' wrote");
    }
    Ok(entries)
}

/// The entries of a whole text, in which people may have written comments.
pub(super) fn parse(text: &[u8]) -> serde_json::Result<Entries> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    // The error is that of the text with the comments taken out, where they are no longer in the way.
    serde_json::from_slice(text).or_else(|_| serde_json::from_slice(&blank_comments(text)))
}

/// Takes the format's number out of the entries, if it is one that we know.
pub(super) fn require_known_format(entries: &mut Entries, path: &Path) -> Result<(), StateError> {
    match entries.reserved.shift_remove("format") {
        Some(format) if format.as_u64().is_none_or(|format| format > FORMAT) => {
            Err(StateError::newer(path, &format.to_string()))
        }
        _ => Ok(()),
    }
}

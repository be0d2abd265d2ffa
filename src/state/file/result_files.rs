//! Results beside the state: `state.json.results/` has a file for what one scan answered, named by its SHA-256.
//!
//! The state then keeps of each result what the Python tool knows, and which file has the rest:
//! `"external": "SHA-256"`. A file is on the disk before a record names it, is never changed while one does, and
//! goes when none does any more. One that is missing, or is not what its name says, holds no result: its rules run
//! again.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use super::crash_point::crash_point;
use super::hashed::sha_of;
use super::place::{Place, if_there, sync_folder};
use super::snapshot::give_mode_of;
use crate::state::entries::Entries;
use crate::state::json_text::JsonText;
use crate::state::record::Record;

/// What stays in the state of a result that is in a file.
const SUMMARY: [&str; 9] = [
    "rule_name",
    "passed",
    "failed_count",
    "total_count",
    "success_rate",
    "message",
    "severity",
    "status",
    EXTERNAL,
];

/// The key of a summary that names the file.
const EXTERNAL: &str = "external";

/// The results of a file, by rule.
type Results = HashMap<String, JsonText>;

/// The files of a state's results.
#[derive(Debug)]
pub(super) struct ResultFiles {
    folder: PathBuf,
    /// The one that was read last: the rules of a scan are asked for together.
    newest: Mutex<(String, Results)>,
}

/// A file that no entry names.
#[derive(Debug)]
pub(super) struct Unnamed {
    pub path: PathBuf,
    pub bytes: u64,
}

impl ResultFiles {
    pub(super) fn of(place: &Place) -> Self {
        Self {
            folder: place.beside(".results"),
            newest: Mutex::default(),
        }
    }

    /// Moves the results of the records into a file, which is on the disk when this returns.
    ///
    /// # Errors
    /// When that could not be done; the records are then as they were.
    pub(super) fn put(&self, place: &Place, records: &mut [Record]) -> io::Result<()> {
        let mut results = BTreeMap::new();
        for record in &*records {
            if let Record::Put { rule, entry, .. } = record
                && let Some(result) = entry.result.as_ref().filter(|it| name_in(it).is_none())
            {
                results.insert(rule, result);
            }
        }
        if results.is_empty() {
            return Ok(());
        }
        let text = serde_json::to_vec(&results)?;
        let name = sha_of(&text);
        self.write(place, &name, &text)?;
        for record in records {
            if let Record::Put { table, rule, entry } = record
                && let Some(result) = entry.result.take_if(|it| name_in(it).is_none())
            {
                entry.result = Some(summary(&result, &name));
                entry.seal(table, rule);
            }
        }
        Ok(())
    }

    fn write(&self, place: &Place, name: &str, text: &[u8]) -> io::Result<()> {
        match fs::create_dir(&self.folder) {
            Ok(()) => place.sync_folder()?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        crash_point();
        let path = self.path(name);
        // What a crash left under that name may not be whole, and what is whole may not be on the disk.
        let mut options = OpenOptions::new();
        options.write(true).create(true);
        give_mode_of(&place.file, &mut options)?;
        let mut file: File = options.open(&path)?;
        if if_there(fs::read(&path))?.is_none_or(|there| there != text) {
            file.set_len(0)?;
            crash_point();
            file.write_all(text)?;
        }
        crash_point();
        file.sync_all()?;
        sync_folder(&self.folder)?;
        crash_point();
        Ok(())
    }

    /// The whole of a rule's result, which may be in a file; `None` where that cannot be read.
    pub(super) fn whole<'r>(&self, rule: &str, result: &'r JsonText) -> Option<Cow<'r, JsonText>> {
        let Some(name) = name_in(result) else {
            return Some(Cow::Borrowed(result));
        };
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.0 != name {
            *newest = (name.clone(), self.read(&name)?);
        }
        newest.1.get(rule).cloned().map(Cow::Owned)
    }

    fn read(&self, name: &str) -> Option<Results> {
        let text = fs::read(self.path(name)).ok()?;
        serde_json::from_slice(&text)
            .ok()
            .filter(|_| sha_of(&text) == name)
    }

    /// Puts the whole results in the place of summaries; where one cannot be read the summary stays.
    pub(super) fn bring_in(&self, entries: &mut Entries) {
        for (table, entry) in &mut entries.tables {
            for (rule, entry) in &mut entry.rules {
                let whole = (entry.result.as_ref()).and_then(|result| self.whole(rule, result));
                if let Some(Cow::Owned(whole)) = whole {
                    entry.result = Some(whole);
                    entry.seal(table, rule);
                }
            }
        }
    }

    /// The files that none of these entries names.
    pub(super) fn unnamed(&self, entries: &Entries) -> io::Result<Vec<Unnamed>> {
        let Some(files) = if_there(fs::read_dir(&self.folder))? else {
            return Ok(Vec::new());
        };
        let rules = entries
            .tables
            .values()
            .flat_map(|table| table.rules.values());
        let results = rules.filter_map(|entry| entry.result.as_ref());
        let named: HashSet<String> = results.filter_map(name_in).collect();
        let mut unnamed = Vec::new();
        for file in files {
            let path = file?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            let is_unnamed = path.extension().is_some_and(|ending| ending == "json")
                && name.is_some_and(|name| is_sha(name) && !named.contains(name));
            if is_unnamed && let Some(metadata) = if_there(fs::symlink_metadata(&path))? {
                let bytes = metadata.len();
                unnamed.push(Unnamed { path, bytes });
            }
        }
        unnamed.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(unnamed)
    }

    /// How many bytes the files have together.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        self.unnamed(&Entries::default())
            .map(|files| files.iter().map(|file| file.bytes).sum())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name).with_extension("json")
    }
}

/// Removes files; one that is gone already is no error.
pub(super) fn remove(files: &[Unnamed]) -> io::Result<()> {
    for file in files {
        if_there(fs::remove_file(&file.path))?;
    }
    Ok(())
}

fn summary(result: &JsonText, name: &str) -> JsonText {
    let mut summary: Map<String, Value> = result.read().unwrap_or_default();
    summary.insert(EXTERNAL.to_owned(), name.into());
    summary.retain(|key, _| SUMMARY.contains(&key.as_str()));
    JsonText::of(&summary)
}

/// The name of the file that has the result.
fn name_in(result: &JsonText) -> Option<String> {
    if !result.as_str().contains(EXTERNAL) {
        return None;
    }
    let members: Map<String, Value> = result.read()?;
    let name = members.get(EXTERNAL)?.as_str()?;
    is_sha(name).then(|| name.to_owned())
}

/// Nothing else becomes a part of a path.
fn is_sha(name: &str) -> bool {
    name.len() == 64
        && name
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

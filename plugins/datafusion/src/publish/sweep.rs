//! Removing what nobody can read any more.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use data_validator_plugin::EngineError;

use super::durable::remove_if_there;
use super::layout::Layout;
use super::lock;
use super::manifest::{Manifest, sequence_of};
use crate::error::io_error;

/// Removes parts that the newest manifest does not name, older manifests, and what was left in the staging
/// folder. To be called by who holds the lock of writers; while somebody reads, nothing is removed, and the
/// next sweep does it.
pub fn sweep(layout: &Layout, newest: &Manifest) -> Result<(), EngineError> {
    let Some(_no_readers) = lock::no_readers(layout)? else {
        return Ok(());
    };
    remove(&layout.staging(), |_| true)?;
    remove(&layout.manifests(), |name| {
        sequence_of(name).is_some_and(|sequence| sequence < newest.sequence)
    })?;
    for folder in table_folders(layout)? {
        let of_this = |key: &String| layout.table_of_key(key) == folder;
        let named: HashSet<&str> = newest
            .tables
            .iter()
            .filter(|(key, _)| of_this(key))
            .flat_map(|(_, parts)| parts.iter().map(|part| part.file.as_str()))
            .collect();
        remove(&folder, |name| {
            name.starts_with("part-") && !named.contains(name)
        })?;
    }
    Ok(())
}

fn table_folders(layout: &Layout) -> Result<Vec<PathBuf>, EngineError> {
    let mut folders = Vec::new();
    for schema in entries(&layout.root)?
        .into_iter()
        .filter(|path| path.is_dir())
    {
        if schema != layout.own() {
            folders.extend(entries(&schema)?.into_iter().filter(|path| path.is_dir()));
        }
    }
    Ok(folders)
}

fn remove(folder: &Path, is_garbage: impl Fn(&str) -> bool) -> Result<(), EngineError> {
    for path in entries(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy());
        if name.is_some_and(|name| is_garbage(&name)) {
            remove_if_there(&path)
                .map_err(|error| io_error(&error, format_args!("removing {}", path.display())))?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let failed =
        |error: std::io::Error| io_error(&error, format_args!("listing {}", folder.display()));
    fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
        .collect()
}

//! Finds the files that a path, a folder or a glob names.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::SourceError;
use crate::config::{FileKind, FilesSpec, refusal_of_file};

/// The files, sorted by name, and their common format.
pub fn find(spec: &FilesSpec) -> Result<(FileKind, Vec<PathBuf>), SourceError> {
    let within = spec.within.as_deref();
    let paths = if spec.path.is_dir() {
        in_folder(&spec.path, spec.format, within)?
    } else {
        by_name(&spec.path)?
    };
    refuse_unconfined(&paths, within)?;
    let kind = match spec.format {
        Some(kind) => kind,
        None => common_kind(&spec.path, &paths)?,
    };
    Ok((kind, paths))
}

/// Whether a file of that name is one of them, or would be if it were there.
pub fn names(spec: &FilesSpec, file: &Path) -> bool {
    let same = |left: &Path, right: &Path| match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    };
    let (Ok(path), Ok(file)) = (std::path::absolute(&spec.path), std::path::absolute(file)) else {
        return false;
    };
    if path.is_dir() {
        return file.ancestors().any(|folder| same(folder, &path));
    }
    let pattern = glob::Pattern::new(&path.to_string_lossy());
    path == file || same(&path, &file) || pattern.is_ok_and(|pattern| pattern.matches_path(&file))
}

/// The format that a file's extension stands for.
fn kind_of(path: &Path) -> Option<FileKind> {
    FileKind::of_name(&path.extension()?.to_str()?.to_ascii_lowercase())
}

fn by_name(path: &Path) -> Result<Vec<PathBuf>, SourceError> {
    // A file that exists is meant as it is, even if its name looks like a pattern.
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let pattern = path.to_string_lossy();
    if !pattern.contains(['*', '?', '[']) {
        return Err(SourceError::Files(format!(
            "the file {} does not exist; check the table's source",
            path.display()
        )));
    }
    let failed = |why: &dyn std::fmt::Display| {
        SourceError::Files(format!("looking for files {pattern}: {why}"))
    };
    let mut paths = Vec::new();
    let mut seen = HashSet::new();
    for found in glob::glob(&pattern).map_err(|error| failed(&error))? {
        let found = found.map_err(|error| failed(&error))?;
        // Through links one file can have several names.
        if found.is_file() && seen.insert(found.canonicalize().map_err(|error| failed(&error))?) {
            paths.push(found);
        }
    }
    if paths.is_empty() {
        return Err(failed(&"none matches; check the table's source"));
    }
    Ok(paths)
}

/// # Errors
/// A path led to something that is hidden, or outside of the folder that files must lie in.
fn refuse_unconfined(paths: &[PathBuf], within: Option<&Path>) -> Result<(), SourceError> {
    let Some(within) = within else {
        return Ok(());
    };
    let mut refusals = paths
        .iter()
        .filter_map(|path| refusal_of_file(path, within));
    match refusals.next() {
        None => Ok(()),
        Some((message, _)) => Err(SourceError::Refused(message)),
    }
}

fn in_folder(
    folder: &Path,
    kind: Option<FileKind>,
    within: Option<&Path>,
) -> Result<Vec<PathBuf>, SourceError> {
    let failed = |why: &dyn std::fmt::Display| {
        SourceError::Files(format!("reading the folder {}: {why}", folder.display()))
    };
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut seen = HashSet::new();
    while let Some(folder) = folders.pop() {
        refuse_unconfined(std::slice::from_ref(&folder), within)?;
        // A link may lead back to a folder that was read already.
        if !seen.insert(folder.canonicalize().map_err(|error| failed(&error))?) {
            continue;
        }
        for entry in folder.read_dir().map_err(|error| failed(&error))? {
            let path = entry.map_err(|error| failed(&error))?.path();
            let hidden = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']));
            if hidden {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if path.is_file()
                && kind_of(&path).is_some_and(|found| kind.is_none_or(|kind| kind == found))
            {
                paths.push(path);
            }
        }
    }
    if paths.is_empty() {
        return Err(failed(&"no CSV, TSV, JSON, Parquet or Arrow file is in it"));
    }
    paths.sort();
    Ok(paths)
}

fn common_kind(source: &Path, paths: &[PathBuf]) -> Result<FileKind, SourceError> {
    let kind = kind_of(&paths[0]).ok_or_else(|| {
        SourceError::Files(format!(
            "the format of {} is not known by its name; set 'format'",
            paths[0].display()
        ))
    })?;
    match paths.iter().find(|path| kind_of(path) != Some(kind)) {
        None => Ok(kind),
        Some(other) => Err(SourceError::Files(format!(
            "{} has files of several formats, such as {} and {}; set 'format' or a narrower glob",
            source.display(),
            paths[0].display(),
            other.display()
        ))),
    }
}

//! Where plugin files lie that nobody named.
//!
//! Never in the working directory or on the system's library path: a file there is not one that somebody
//! chose to be run.

use std::env;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The variable with folders of plugins and plugin files, separated as in `PATH`.
pub const SEARCH_PATH: &str = "DATA_VALIDATOR_PLUGIN_PATH";

/// What a plugin file's name has between the engine's name and the system's suffix.
const SUFFIX: &str = "_engine";

/// A folder where plugins lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub path: PathBuf,
    /// Why it is searched, for a user.
    pub why: &'static str,
}

impl Folder {
    /// Where the plugin of that engine would be; `None` for a name that no file can have.
    pub fn file_of(&self, engine: &str) -> Option<PathBuf> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        (!engine.is_empty() && engine.chars().all(is_plain)).then(|| {
            self.path
                .join(format!("{DLL_PREFIX}{engine}{SUFFIX}{DLL_SUFFIX}"))
        })
    }

    /// The plugin files in it, with the names of the engines that they should be.
    pub fn files(&self) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.path();
                Some((engine_of(&path)?, path))
            })
            .collect();
        files.sort();
        files
    }
}

/// The folders that are searched, in order.
pub fn folders(search_path: Option<&str>) -> Vec<Folder> {
    let mut folders: Vec<Folder> = entries(search_path)
        .filter(|path| !path.is_file())
        .map(|path| Folder {
            path,
            why: SEARCH_PATH,
        })
        .collect();
    let beside = env::current_exe().ok();
    let beside = beside.and_then(|program| Some(program.parent()?.to_owned()));
    folders.extend(beside.map(|path| Folder {
        path,
        why: "beside the program",
    }));
    let data = etcetera::choose_base_strategy().ok();
    folders.extend(data.map(|folders| Folder {
        path: folders.data_dir().join("data-validator/plugins"),
        why: "the user's plugins",
    }));
    folders
}

/// The plugin files that the search path names.
pub fn named_files(search_path: Option<&str>) -> impl Iterator<Item = PathBuf> {
    entries(search_path).filter(|path| path.is_file())
}

/// What the search path names; relative paths would depend on the working directory and do not count.
fn entries(search_path: Option<&str>) -> impl Iterator<Item = PathBuf> {
    env::split_paths(search_path.unwrap_or_default()).filter(|path| path.is_absolute())
}

/// The engine that a plugin file of that name should be.
fn engine_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let engine = name
        .strip_prefix(DLL_PREFIX)?
        .strip_suffix(DLL_SUFFIX)?
        .strip_suffix(SUFFIX)?;
    (!engine.is_empty()).then(|| engine.to_owned())
}

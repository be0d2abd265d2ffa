//! A plugin file before it is loaded: who may write to it, what it is, what it exports.
//!
//! What can be seen without running it is looked at first, since loading a file that is cut off or of
//! another machine ends in a vague error or a crash.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use data_validator_plugin::abi::version::{ENTRY_SYMBOL, MAJOR, refuse_plugin};
use object::{Architecture, Object, ObjectKind, ObjectSegment, ObjectSymbol};
use sha2::{Digest, Sha256};

use super::catalog::PluginFile;

/// Why a plugin is not loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LoadError {
    /// What was attempted, on what, and why it failed.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The bytes of a plugin file that was looked at.
pub struct Checked {
    pub bytes: Vec<u8>,
    /// In hex.
    pub sha256: String,
}

/// The entry symbol without its version.
const ENTRY: &str = "dv_plugin_init_v";

impl LoadError {
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Of a file.
    pub fn of(path: &Path, why: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self::new(
            format!("loading the plugin '{}': {why}", path.display()),
            hint,
        )
    }
}

/// Reads a plugin file and refuses one that must not or cannot be loaded.
pub fn check(file: &PluginFile) -> Result<Checked, LoadError> {
    let path = &file.path;
    let bytes = read(path)?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    if let Some(expected) = &file.sha256
        && !expected.eq_ignore_ascii_case(&sha256)
    {
        return Err(LoadError::of(
            path,
            format_args!("its SHA-256 is {sha256}, and the config says {expected}"),
            "if the file was replaced on purpose, write its new hash into the config",
        ));
    }
    require_plugin(path, &bytes)?;
    Ok(Checked { bytes, sha256 })
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let failed = |error: std::io::Error| {
        LoadError::of(path, error, "check the path, and that you may read it")
    };
    // Opening a pipe would wait for somebody to write to it.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(LoadError::of(
            path,
            "it is not a file",
            "name the plugin file itself",
        ));
    }
    let mut file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    require_safe(path, &metadata)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Whoever can write to the file can run code as this user.
#[cfg(unix)]
fn require_safe(path: &Path, metadata: &fs::Metadata) -> Result<(), LoadError> {
    use std::os::unix::fs::PermissionsExt;

    const BY_OTHERS: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    if metadata.permissions().mode() & BY_OTHERS != 0 {
        return Err(LoadError::of(
            path,
            "everybody may write to it, and so run code as you",
            "chmod o-w it, after you have made sure that it is what you installed",
        ));
    }
    // The folders that the file is in, and not those of a link to it.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    for folder in real.ancestors().skip(1) {
        let mode = fs::metadata(folder).map_or(0, |metadata| metadata.permissions().mode());
        if mode & BY_OTHERS != 0 && mode & STICKY == 0 {
            return Err(LoadError::of(
                path,
                format_args!(
                    "everybody may replace it, since the folder {} is writable for all",
                    folder.display()
                ),
                "chmod o-w the folder, or put the file into another one",
            ));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn require_safe(_: &Path, _: &fs::Metadata) -> Result<(), LoadError> {
    Ok(())
}

fn require_plugin(path: &Path, bytes: &[u8]) -> Result<(), LoadError> {
    let not_a_library = |why: &str| {
        LoadError::of(
            path,
            format_args!("it is not a shared library: {why}"),
            "name the file that the plugin's build made",
        )
    };
    let library = match object::File::parse(bytes) {
        Ok(library) => library,
        Err(_) if bytes.is_empty() => return Err(not_a_library("the file is empty")),
        Err(error) if has_magic(bytes) => return Err(cut_off(path, &error)),
        Err(_) => return Err(not_a_library("it does not begin like one")),
    };
    if library.kind() != ObjectKind::Dynamic {
        return Err(not_a_library(match library.kind() {
            ObjectKind::Executable => "it is a program",
            _ => "it is an object file",
        }));
    }
    if let Some(other) = other_architecture(&library) {
        return Err(LoadError::of(
            path,
            format_args!(
                "it is for {other}, and this program for {}",
                std::env::consts::ARCH
            ),
            "install the plugin for this machine",
        ));
    }
    for segment in library.segments() {
        segment.data().map_err(|error| cut_off(path, &error))?;
    }
    require_entry(path, &library)
}

fn has_magic(bytes: &[u8]) -> bool {
    object::FileKind::parse(bytes).is_ok() || bytes.starts_with(b"\x7fELF")
}

fn cut_off(path: &Path, error: &object::Error) -> LoadError {
    LoadError::of(
        path,
        format_args!("the file is cut off or damaged: {error}"),
        "copy or build it again",
    )
}

/// What the library is for, if that is not this machine.
fn other_architecture(library: &object::File<'_>) -> Option<String> {
    let here = match std::env::consts::ARCH {
        "x86_64" => Architecture::X86_64,
        "aarch64" => Architecture::Aarch64,
        "x86" => Architecture::I386,
        "arm" => Architecture::Arm,
        "riscv64" => Architecture::Riscv64,
        _ => return None,
    };
    let other = library.architecture();
    (other != here).then(|| format!("{other:?}").to_lowercase())
}

/// Refuses a library without the entry symbol of this version.
fn require_entry(path: &Path, library: &object::File<'_>) -> Result<(), LoadError> {
    let exported = |symbol: &object::Symbol<'_, '_>| symbol.is_definition();
    let names = library.dynamic_symbols().filter(exported);
    let majors: Vec<u32> = names
        .filter_map(|symbol| {
            let name = symbol.name().ok()?;
            // Mach-O puts an underscore before a C name.
            let name = name.strip_prefix('_').unwrap_or(name);
            name.strip_prefix(ENTRY)?.parse().ok()
        })
        .collect();
    match majors.iter().max() {
        _ if majors.contains(&MAJOR) => Ok(()),
        Some(other) => Err(LoadError::of(
            path,
            refuse_plugin(*other).message,
            "see 'data-validator plugin list' for what is installed",
        )),
        None => Err(LoadError::of(
            path,
            format_args!(
                "it does not export '{ENTRY_SYMBOL}', so it is no plugin of Data Validator"
            ),
            "name another file; a plugin's author exports that symbol with export_engine! or DV_EXPORT",
        )),
    }
}

//! Loads plugin files: the only place where code from elsewhere comes into the process.
//!
//! A library is never unloaded: a thread of the plugin may still run in it.

use std::error::Error;
use std::mem;
use std::path::{Path, absolute};
use std::sync::Arc;

use data_validator_plugin::abi::table::Init;
use data_validator_plugin::abi::version::ENTRY_SYMBOL;
use data_validator_plugin::abi::{self, ImportedEngine};
use data_validator_plugin::{Engine, EngineError};

use super::catalog::PluginFile;
use super::kind::{EngineKind, Origin};
use super::library_file::{Checked, LoadError, check};

/// Loads a plugin and asks what it is; opens no connection.
///
/// # Errors
/// When the file must not be loaded, cannot be, or is not a plugin that this program understands.
pub fn load(file: &PluginFile) -> Result<EngineKind, LoadError> {
    let path = &file.path;
    let checked = check(file)?;
    let init = match file.sha256 {
        Some(_) => open_bytes(path, &checked)?,
        // A name without a folder would be looked for on the system's library path.
        None => open(path, &absolute(path).unwrap_or_else(|_| path.clone()))?,
    };
    let refused = |error: EngineError| {
        LoadError::of(
            path,
            error.message,
            "ask the plugin's author for a version that fits this program",
        )
    };
    let first = import(init).map_err(refused)?;
    let description = first.describe();
    if let Err(why) = description.check() {
        return Err(LoadError::of(
            path,
            format_args!("what it says of itself is not valid: {why}"),
            "report it to the plugin's author",
        ));
    }
    let origin = Origin::File {
        path: path.clone(),
        sha256: checked.sha256,
    };
    Ok(EngineKind::new(description, origin, move || {
        Ok(Arc::new(import(init)?) as Arc<dyn Engine>)
    }))
}

fn import(init: Init) -> Result<ImportedEngine, EngineError> {
    // SAFETY: `open` found the function under the name that says what it is, in a library that stays
    // loaded. That the plugin keeps to the rules of the header nobody can check: native code is trusted.
    unsafe { abi::import(init) }
}

/// Loads exactly the bytes that were checked, whatever has become of the file since.
#[cfg(target_os = "linux")]
fn open_bytes(path: &Path, checked: &Checked) -> Result<Init, LoadError> {
    use std::fs::File;
    use std::io::Write;
    use std::os::fd::AsRawFd;

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

    let copied = (|| -> std::io::Result<File> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut copy = File::from(memfd_create("data-validator-plugin", flags)?);
        copy.write_all(&checked.bytes)?;
        fcntl_add_seals(
            &copy,
            SealFlags::WRITE | SealFlags::SHRINK | SealFlags::SEAL,
        )?;
        Ok(copy)
    })();
    let copy = copied.map_err(|error| {
        LoadError::of(
            path,
            format_args!("its checked bytes cannot be kept: {error}"),
            "free memory, or leave 'sha256' out of the config",
        )
    })?;
    let name = format!("/proc/self/fd/{}", copy.as_raw_fd());
    let init = open(path, Path::new(&name))?;
    // The loader knows libraries by their names, and this one's stays in use.
    mem::forget(copy);
    Ok(init)
}

/// Loads the bytes that were checked, from a file that nobody else can write to.
#[cfg(not(target_os = "linux"))]
fn open_bytes(path: &Path, checked: &Checked) -> Result<Init, LoadError> {
    let copied = tempfile::Builder::new()
        .suffix(std::env::consts::DLL_SUFFIX)
        .tempfile()
        .and_then(|copy| std::fs::write(copy.path(), &checked.bytes).map(|()| copy));
    let copy = copied.map_err(|error| {
        LoadError::of(
            path,
            format_args!("its checked bytes cannot be kept: {error}"),
            "free disk space, or leave 'sha256' out of the config",
        )
    })?;
    open(path, copy.path())
}

/// Loads what lies under `name` and finds its entry; errors speak of `path`.
fn open(path: &Path, name: &Path) -> Result<Init, LoadError> {
    let failed = |error: libloading::Error| {
        let cause = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        let (why, hint) = explain(&cause, name, path);
        LoadError::of(path, why, hint)
    };
    let library = dlopen(name).map_err(failed)?;
    // SAFETY: a symbol of this name is a function of this type, by the rules of the header.
    let init = unsafe { library.get::<Init>(ENTRY_SYMBOL) }.map(|init| *init);
    mem::forget(library);
    init.map_err(failed)
}

/// All symbols are found now and not as a crash later, no symbol of the library is another one's, and
/// nobody unloads it.
#[cfg(unix)]
fn dlopen(name: &Path) -> Result<libloading::os::unix::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

    // SAFETY: the user chose to run this file's code.
    unsafe { Library::open(Some(name), RTLD_NOW | RTLD_LOCAL | libc::RTLD_NODELETE) }
}

#[cfg(not(unix))]
fn dlopen(name: &Path) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: the user chose to run this file's code.
    unsafe { libloading::Library::new(name) }
}

/// Why the system's loader refuses a library, and what to do about it.
fn explain(error: &str, name: &Path, path: &Path) -> (String, String) {
    let said = error.replace(&*name.to_string_lossy(), &path.to_string_lossy());
    let hint = if said.contains("GLIBC") {
        "it was built on a newer system; build it on one that is as old as this"
    } else if said.contains("static TLS") {
        "start the program with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096, or name fewer plugins"
    } else if said.contains("undefined symbol") {
        "it lacks a library that it should be linked with; report it to the plugin's author"
    } else if said.contains("cannot open shared object file") {
        "install the library that it needs; 'ldd' shows which"
    } else {
        "copy or build it again"
    };
    (said, hint.to_owned())
}

//! An engine as the program would load it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::{env, mem};

use data_validator_plugin::abi::ImportedEngine;
use data_validator_plugin::abi::import;
use data_validator_plugin::abi::table::Init;
use data_validator_plugin::{Engine, loopback};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use serde_json::Value;

/// An engine in each way that a program has it, by the way's name: linked in, behind its C table in the same
/// process, and from the shared library that this package makes.
///
/// # Panics
/// When the library cannot be built or loaded.
pub fn ways(
    native: fn() -> Box<dyn Engine>,
    package: &str,
) -> Vec<(&'static str, Box<dyn Engine>)> {
    let looped = match loopback(native()) {
        Ok(engine) => engine,
        Err(error) => panic!("exporting the engine of {package}: {error}"),
    };
    vec![
        ("native", native()),
        ("loopback", Box::new(looped)),
        ("library", Box::new(loaded(package))),
    ]
}

/// The engine of a package's library, built and loaded once in a process.
fn loaded(package: &str) -> ImportedEngine {
    static LOADED: Mutex<BTreeMap<String, ImportedEngine>> = Mutex::new(BTreeMap::new());
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    loaded
        .entry(package.to_owned())
        .or_insert_with(|| load(&built_library(package)))
        .clone()
}

/// Builds the library of a package of this workspace, in the profile and the folder of the running test, and
/// the rest of the workspace if it is not built.
///
/// # Panics
/// When it cannot be built.
pub fn built_library(package: &str) -> PathBuf {
    let (target, profile) = place_of_this_test();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut build = Command::new(cargo);
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_this_test(name)) {
        build.env_remove(name);
    }
    let built = build
        // All packages, so that dependencies have the features that they have in a test of all packages, and
        // none is built a second time.
        .args(["build", "--workspace", "--profile", &profile])
        .args(["--message-format=json", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::piped())
        .output();
    let built = match built {
        Ok(built) => built,
        Err(error) => panic!("building {package}: cargo does not run: {error}"),
    };
    assert!(
        built.status.success(),
        "building {package} failed:\n{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let messages = String::from_utf8_lossy(&built.stdout);
    match messages.lines().find_map(|line| library_of(line, package)) {
        Some(library) => library,
        None => panic!("{package} makes no shared library"),
    }
}

/// Whether cargo set the variable for the running test: dependencies that look at it would be built anew each
/// time.
fn is_of_this_test(variable: &OsStr) -> bool {
    const SET: &[&str] = &[
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
        "CARGO_BIN_",
        // Of a package that has a build script.
        "OUT_DIR",
    ];
    let name = variable.to_string_lossy();
    SET.iter().any(|start| name.starts_with(start))
}

/// The shared library that a message of cargo tells of, if it is this package's.
fn library_of(message: &str, package: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_it = message["package_id"].as_str()?.contains(package)
        && message["target"]["crate_types"]
            .as_array()?
            .contains(&Value::from("cdylib"));
    let file = message["filenames"]
        .as_array()?
        .iter()
        .find_map(Value::as_str)?;
    is_it.then(|| PathBuf::from(file))
}

/// The folder that cargo builds in and the profile: a test lies in `TARGET/PROFILE/deps`.
fn place_of_this_test() -> (PathBuf, String) {
    let test = env::current_exe().unwrap_or_default();
    let profile_folder = test.parent().and_then(Path::parent);
    let place = profile_folder.and_then(|folder| {
        let name = folder.file_name()?.to_str()?;
        Some((folder.parent()?.to_path_buf(), name.to_owned()))
    });
    match place {
        // The one profile whose folder has another name.
        Some((target, profile)) if profile == "debug" => (target, "dev".into()),
        Some(place) => place,
        None => panic!("{} does not lie in a folder of cargo's", test.display()),
    }
}

/// Loads an engine from a shared library, which stays loaded.
///
/// # Panics
/// When it is no plugin of this interface.
pub fn load(path: &Path) -> ImportedEngine {
    // SAFETY: the library was built from this workspace, and loading it runs no code that minds where.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
    let library = match library {
        Ok(library) => library,
        Err(error) => panic!("loading {}: {error}", path.display()),
    };
    // SAFETY: the symbol is the entry that `export_engine!` writes, which has this type.
    let entry = unsafe { library.get::<Init>(b"dv_plugin_init_v1") };
    let entry = match entry {
        Ok(entry) => *entry,
        Err(error) => panic!("{} is no plugin: {error}", path.display()),
    };
    // Never unloaded: threads of the plugin may still run.
    mem::forget(library);
    // SAFETY: the entry follows the header, as the SDK wrote it, and stays loaded.
    match unsafe { import(entry) } {
        Ok(engine) => engine,
        Err(error) => panic!("loading {}: {error}", path.display()),
    }
}

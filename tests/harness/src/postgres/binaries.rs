//! Where PostgreSQL's programs are on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use super::download;

/// The variable that names the folder with `initdb` and `postgres`, or says [`DOWNLOAD`].
const VARIABLE: &str = "DATA_VALIDATOR_TEST_POSTGRES_BIN";

/// What [`VARIABLE`] says to take a registry's programs although there are others.
const DOWNLOAD: &str = "download";

/// What to do on a machine without a server.
const ADVICE: &str = "install one (Debian: apt-get install postgresql; macOS: brew install postgresql), \
                      name the folder of one's programs in DATA_VALIDATOR_TEST_POSTGRES_BIN, \
                      or a running one in DATA_VALIDATOR_TEST_POSTGRES_URL";

/// The folder with `initdb` and `postgres`: the one that is named, one of this machine, or one that a package
/// registry gives.
///
/// # Panics
/// When there is none, saying what to install.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match find() {
        Ok(folder) => folder,
        Err(why) => panic!("this test needs a PostgreSQL server, and {why}: {ADVICE}"),
    })
}

fn find() -> Result<PathBuf, String> {
    match env::var_os(VARIABLE) {
        None => {}
        Some(word) if word == DOWNLOAD => return download::folder(),
        Some(folder) if has_programs(Path::new(&folder)) => return Ok(folder.into()),
        Some(folder) => {
            return Err(format!(
                "{VARIABLE} names {}, which has no initdb and postgres",
                folder.display()
            ));
        }
    }
    let found = of_pg_config()
        .into_iter()
        .chain(of_debian())
        .chain(of_path());
    let found = found.into_iter().find(|folder| has_programs(folder));
    found.map_or_else(download::folder, Ok)
}

/// Whether a server can be made and started from the folder.
pub fn has_programs(folder: &Path) -> bool {
    folder.join("initdb").exists() && folder.join("postgres").exists()
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

//! A disk with faults under the files of a state, for a program that runs on its own.
//!
//! `strace` could inject the same faults, but it numbers the calls of each thread apart, so that those of a later
//! thread could not be reached one by one; and a write that is really short is none of its faults.

pub mod power_cut;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed before it.
    Kill,
    /// The process is killed when it has written the half.
    TornWrite,
    /// A write writes the half, and says so.
    ShortWrite,
    Error(Errno),
}

/// An error that a call ends with, by its number on Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errno {
    Interrupted = 4,
    Io = 5,
    Access = 13,
    NoSpace = 28,
    ReadOnly = 30,
    Quota = 122,
}

/// What is to go wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    /// The number of the call, from 1, and what happens there.
    pub fault: Option<(usize, Fault)>,
    /// The error of all calls after that one that would change something.
    pub then: Option<Errno>,
    /// The number of the call at which a minute passes.
    pub a_minute_passes_at: Option<usize>,
}

/// A call that concerned a file of the state, or its folder.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    pub result: i64,
    pub path: PathBuf,
    /// `open`: `new` or `emptied`; `write`: offset and bytes in hex; `rename`: the new path; `ftruncate`: the length.
    pub given: Vec<String>,
}

/// The library that makes a disk faulty, compiled.
pub struct FaultyDisk {
    /// Removed with it.
    _folder: TempDir,
    preloaded: PathBuf,
}

impl FaultyDisk {
    /// Compiles the library.
    ///
    /// # Panics
    /// When there is no C compiler.
    pub fn new() -> Self {
        match compile() {
            Ok(disk) => disk,
            Err(why) => panic!(
                "compiling the library that makes a disk faulty: {why}; install a C compiler, or set CC"
            ),
        }
    }

    /// Makes the command meet these faults; its calls are written to the log.
    ///
    /// The path of the state is absolute and without links, as the program resolves it.
    pub fn put_under(&self, command: &mut Command, state: &Path, log: Option<&Path>, plan: &Plan) {
        command
            .env("LD_PRELOAD", &self.preloaded)
            .env("FAULTY_DISK_STATE", state);
        if let Some(log) = log {
            command.env("FAULTY_DISK_LOG", log);
        }
        if let Some((at, fault)) = plan.fault {
            let fault = match fault {
                Fault::Kill => "kill".to_owned(),
                Fault::TornWrite => "torn".to_owned(),
                Fault::ShortWrite => "short".to_owned(),
                Fault::Error(errno) => (errno as i32).to_string(),
            };
            command
                .env("FAULTY_DISK_AT", at.to_string())
                .env("FAULTY_DISK_FAULT", fault);
        }
        if let Some(errno) = plan.then {
            command.env("FAULTY_DISK_THEN", (errno as i32).to_string());
        }
        if let Some(at) = plan.a_minute_passes_at {
            command.env("FAULTY_DISK_LATER", at.to_string());
        }
    }
}

impl Default for FaultyDisk {
    fn default() -> Self {
        Self::new()
    }
}

/// The calls that were made, in their order.
///
/// # Panics
/// When there is no such log.
pub fn read_log(log: &Path) -> Vec<Call> {
    let text = match fs::read_to_string(log) {
        Ok(text) => text,
        Err(error) => panic!("reading {}: {error}", log.display()),
    };
    text.lines().map(read_call).collect()
}

fn read_call(line: &str) -> Call {
    let mut fields = line.split('\t').map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    let (name, result, path) = (next(), next(), next());
    Call {
        name,
        result: result.parse().unwrap_or(-1),
        path: path.into(),
        given: fields.filter(|field| !field.is_empty()).collect(),
    }
}

impl Call {
    /// Whether it may change what the disk holds.
    pub fn changes(&self) -> bool {
        !matches!(self.name.as_str(), "statx" | "read" | "flock")
    }

    /// Whether a signal can end it before it is done.
    pub fn can_be_interrupted(&self) -> bool {
        !matches!(
            self.name.as_str(),
            "statx" | "rename" | "unlink" | "fchmod" | "mkdir"
        )
    }
}

fn compile() -> Result<FaultyDisk, String> {
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    let source = folder.path().join("faulty_disk.c");
    fs::write(&source, include_str!("faulty_disk.c")).map_err(|error| error.to_string())?;
    let library = folder.path().join("faulty_disk.so");
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let output = Command::new(compiler)
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror"])
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .output()
        .map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(FaultyDisk {
            _folder: folder,
            preloaded: library,
        }),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

//! Compiles C with the machine's compiler: `CC`, or `cc`. Without one the tests fail.

use std::path::{Path, PathBuf};
use std::process::Command;

pub enum Language {
    C,
    Cpp,
}

const STRICT: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A compiler that takes no warning for an answer and finds the header.
pub fn compiler(language: &Language) -> Command {
    compiler_with(language, &folder("include"))
}

/// As [`compiler`], with the header in this folder.
pub fn compiler_with(language: &Language, include: &Path) -> Command {
    let name = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut command = Command::new(name);
    command.args(match language {
        Language::C => ["-x", "c", "-std=c11"],
        Language::Cpp => ["-x", "c++", "-std=c++17"],
    });
    command.args(STRICT).arg("-I").arg(include);
    command
}

/// Runs it; what it prints to standard output.
pub fn run(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} cannot be run: {error}; install a C and C++ compiler, or set CC")
    });
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A folder of this crate.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Where a compiled file goes.
pub fn built(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

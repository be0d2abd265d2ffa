//! The program, in a folder to work in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::results_schema::refusal;

/// A folder of its own for one test.
pub struct Workspace(TempDir);

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workspace {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_data-validator-conformance"))
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The results that a run wrote into the folder `report`, which are of the form that their schema says.
    pub fn results(&self) -> Value {
        let text = std::fs::read_to_string(self.path("report/results.json")).unwrap();
        let results = serde_json::from_str(&text).unwrap();
        assert_eq!(refusal(&results), None, "{results}");
        results
    }

    /// The JUnit report that a run wrote there.
    pub fn junit(&self) -> String {
        std::fs::read_to_string(self.path("report/junit.xml")).unwrap()
    }

    /// The engine in C that is wrong in this way, as a plugin file.
    pub fn wrong_engine(&self, fault: &str, transactions: &str) -> String {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = self.path("libwrong_engine.so");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let compiled = Command::new(&compiler)
            .args([
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-Wno-unused-function",
            ])
            .args(["-shared", "-fPIC", "-fvisibility=hidden"])
            .arg(format!("-DFAULT={fault}"))
            .arg(format!("-DTRANSACTIONS=\"{transactions}\""))
            .arg("-I")
            .arg(here.join("../plugins/sdk/include"))
            .arg("-o")
            .arg(&library)
            .arg(here.join("tests/plugin_sources/wrong.c"))
            .output()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; install a C compiler, or set CC",
                    compiler.display()
                )
            });
        assert!(
            compiled.status.success(),
            "{}",
            String::from_utf8_lossy(&compiled.stderr)
        );
        library.to_str().unwrap().to_owned()
    }
}

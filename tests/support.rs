//! A folder to work in, and the program to run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data_validator::engines::registry;
use data_validator_plugin::{Call, EngineConfig, EngineError, Session};
use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own for one test.
pub struct Workspace {
    folder: TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Workspace {
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The program in this folder, with none of the caller's `VALIDATOR_` variables.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_data-validator"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VALIDATOR_")) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.finish(&mut self.command(arguments))
    }

    /// Runs a command; what it printed has this folder's name taken out.
    pub fn finish(&self, command: &mut Command) -> Outcome {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| self.without_folder(&String::from_utf8(bytes).unwrap());
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs the config `rules.yaml` made of one table `t` with these rules over this CSV text, and
    /// gives the JSON report.
    pub fn report_on(&self, csv: &str, rules: &str) -> Value {
        self.write("t.csv", csv);
        let indented: String = rules
            .trim_end()
            .lines()
            .map(|line| format!("      {line}\n"))
            .collect();
        self.write(
            "rules.yaml",
            format!(
                "version: \"1.0\"\ntables:\n  - name: t\n    source: t.csv\n    rules:\n{indented}"
            ),
        );
        let outcome = self.run(&[
            "rules.yaml",
            "--output",
            "report.json",
            "--now",
            "2026-01-01T00:00:00Z",
        ]);
        assert!(matches!(outcome.code, Some(0 | 1 | 3)), "{outcome:?}");
        self.json("report.json")
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn without_folder(&self, text: &str) -> String {
        let folder = self.folder.path();
        let real = folder.canonicalize().unwrap();
        text.replace(&format!("{}/", real.display()), "")
            .replace(&format!("{}/", folder.display()), "")
    }
}

/// The result of one rule in a JSON report.
pub fn rule<'r>(report: &'r Value, table: &str, name: &str) -> &'r Value {
    let rules = report["table_results"][table]["rules"].as_array().unwrap();
    rules
        .iter()
        .find(|rule| rule["name"] == name)
        .unwrap_or_else(|| panic!("no rule {name} in {rules:#?}"))
}

/// The report without what may differ between equal runs.
pub fn lasting(mut report: Value) -> Value {
    data_validator::report::volatile::remove(&mut report);
    report
}

/// A session of an engine that is linked in.
pub fn connect(engine: &str, connection: &Value) -> Result<Box<dyn Session>, EngineError> {
    let kinds = registry::linked_in();
    let kind = kinds.iter().find(|it| it.description.name == engine);
    let config = EngineConfig {
        connection: connection.as_object().cloned().unwrap_or_default(),
        ..EngineConfig::default()
    };
    kind.unwrap().engine()?.connect(&config, &Call::default())
}

/// All files below a folder of the repository that end in one of these.
pub fn files_below(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            files.extend(files_below(&path, endings));
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            files.push(path);
        }
    }
    files
}

//! Runs whose disk fails, or that are killed, at each call that concerns the files of their state.
//!
//! A test run takes a part of the calls; `EVERY=1 cargo test -p data-validator --test tests state_faults` takes all
//! of them, and `SLICE=3/10` beside it the third tenth.

mod calls;
mod errors;
mod kills;
mod power_cuts;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use data_validator::state::file::read_whole;
use data_validator::state::{RuleEntry, Status, peek};
use data_validator_harness::faulty_disk::power_cut::Files;
use data_validator_harness::faulty_disk::{Call, Fault, FaultyDisk, Plan, read_log};
use serde_json::Value;

use crate::support::{Outcome, Workspace, lasting, rule};

/// The folder of results that are beside the state.
const RESULTS: &str = "state.json.results";

const TABLES: usize = 2;
const RULES: usize = 3;
const ALL: usize = TABLES * RULES;

/// One table after the other, so that each run makes the same calls.
const ARGUMENTS: &[&str] = &[
    "c.yaml",
    "--quiet",
    "--jobs",
    "1",
    "--fail-on",
    "never",
    "--output",
    "report.json",
];

/// What a run finds and does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    /// There is no state.
    Fresh,
    /// A run was killed half way, while it wrote a record; each record is made durable.
    Resume,
    /// There is no state, and half way the state file is replaced.
    Compaction,
    /// A run has ended, and one of its rules was reset.
    Reset,
    /// There is no state, and results are in files beside it.
    External,
}

/// A folder in which runs start from the same files.
struct Home {
    workspace: Workspace,
    disk: FaultyDisk,
    scenario: Scenario,
    /// The files of the state as each run finds them.
    start: Files,
    /// The report of a run without faults.
    fresh: Value,
    a_minute_passes_at: Option<usize>,
    /// The calls of a run without faults.
    calls: Vec<Call>,
}

/// The results that are recorded, by table and rule.
type Recorded = BTreeMap<(String, String), RuleEntry>;

impl Home {
    fn new(scenario: Scenario) -> Self {
        let durability = match scenario {
            Scenario::Resume => "strict",
            _ => "batch",
        };
        let results = match scenario {
            Scenario::External => "external",
            _ => "inline",
        };
        let mut home = Self {
            workspace: workspace(durability, results),
            disk: FaultyDisk::new(),
            scenario,
            start: BTreeMap::new(),
            fresh: Value::Null,
            a_minute_passes_at: None,
            calls: Vec::new(),
        };
        home.fresh = lasting(home.finish().0);
        let at_its_end = home.files();
        home.calls = home.record();
        let half = middle_of_the_journal(&home.calls);
        match scenario {
            Scenario::Fresh | Scenario::External => {}
            Scenario::Resume => {
                let (_, outcome) = home.run(&Plan {
                    fault: Some((half, Fault::TornWrite)),
                    ..Plan::default()
                });
                assert_eq!(outcome.code, None, "{outcome:?}");
                home.start = home.files();
            }
            Scenario::Compaction => home.a_minute_passes_at = Some(half),
            Scenario::Reset => {
                home.put(&at_its_end);
                let outcome = home
                    .workspace
                    .run(&["state", "reset", "c.yaml", "--table", "t1", "--rule", "r1"]);
                assert_eq!(outcome.code, Some(0), "{outcome:?}");
                home.start = home.files();
            }
        }
        if scenario != Scenario::Fresh {
            home.calls = home.record();
        }
        home
    }

    fn folder(&self) -> PathBuf {
        self.workspace.path("").canonicalize().unwrap()
    }

    fn state(&self) -> PathBuf {
        self.folder().join("state.json")
    }

    /// Makes these the files of the state.
    fn put(&self, files: &Files) {
        put(&self.workspace, files);
    }

    /// The files of the state but its lock.
    fn files(&self) -> Files {
        files_of_state(&self.workspace.path(""))
    }

    /// Runs from the start with these faults; gives the report if there is one.
    fn run(&self, plan: &Plan) -> (Option<Value>, Outcome) {
        self.run_with(plan, None)
    }

    fn run_with(&self, plan: &Plan, log: Option<&Path>) -> (Option<Value>, Outcome) {
        self.put(&self.start);
        let _ = fs::remove_file(self.workspace.path("report.json"));
        let mut command = self.workspace.command(ARGUMENTS);
        let plan = Plan {
            a_minute_passes_at: self.a_minute_passes_at,
            ..*plan
        };
        self.disk.put_under(&mut command, &self.state(), log, &plan);
        let outcome = self.workspace.finish(&mut command);
        let report = fs::read(self.workspace.path("report.json")).ok();
        (
            report.map(|text| serde_json::from_slice(&text).unwrap()),
            outcome,
        )
    }

    /// The calls of a run without faults.
    fn record(&self) -> Vec<Call> {
        let log = self.workspace.path("calls");
        let (_, outcome) = self.run_with(&Plan::default(), Some(&log));
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let calls = read_log(&log);
        fs::remove_file(log).unwrap();
        assert!(calls.len() > 30, "{calls:?}");
        calls
    }

    /// A plain run to the end from the files as they are.
    fn finish(&self) -> (Value, Outcome) {
        let outcome = self.workspace.run(ARGUMENTS);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        (self.workspace.json("report.json"), outcome)
    }

    /// What is recorded at the start of each run.
    fn recorded_before(&self) -> Recorded {
        self.put(&self.start);
        recorded(&self.state())
    }

    /// After a run that met faults, the state can be read and says nothing false, and the next run ends like any other
    /// without a word of complaint. Gives what is recorded.
    fn assert_sound(&self, what: &str) -> Recorded {
        let contents = peek(&self.state()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(!contents.is_damaged, "{what}: the state file is damaged");
        assert_none_falsely_completed(&self.state(), what);
        let recorded = recorded(&self.state());
        let told = self.assert_ends_like_a_fresh_run(what);
        assert_eq!(told, "", "{what}: the next run warns");
        let mut files = self.files();
        let state = String::from_utf8(files.remove("state.json").unwrap()).unwrap();
        let is_named = |name: &String| match name.strip_prefix("state.json.results/") {
            Some(name) => state.contains(name.trim_end_matches(".json")),
            None => false,
        };
        let left = files.keys().find(|name| !is_named(name));
        assert_eq!(left, None, "{what}: left after the next run");
        recorded
    }

    /// A run without faults takes over what is recorded, runs the rest, and has the report of a fresh run. Gives what
    /// it said on stderr.
    fn assert_ends_like_a_fresh_run(&self, what: &str) -> String {
        let recorded = recorded(&self.state());
        let (report, outcome) = self.finish();
        for (table, name) in rules() {
            let reason = rule(&report, &table, &name)["reason"].as_str().unwrap();
            let is_taken = reason.starts_with("resumed") || reason.starts_with("reused");
            let is_recorded = recorded.contains_key(&(table.clone(), name.clone()));
            assert_eq!(is_taken, is_recorded, "{what}: {table}.{name}: {reason}");
        }
        assert!(
            lasting(report) == self.fresh,
            "{what}: another report than that of a fresh run"
        );
        outcome.stderr
    }
}

/// The version of the data is told: what is recorded of a file's content depends on how old the file is.
fn workspace(durability: &str, results: &str) -> Workspace {
    let workspace = Workspace::new();
    let mut tables = String::from("tables:\n");
    for table in 0..TABLES {
        let rows: String = (0..20)
            .map(|row| format!("{row},{}\n", (row * 7 + table) % 11))
            .collect();
        workspace.write(&format!("t{table}.csv"), format!("id,n\n{rows}"));
        writeln!(
            tables,
            "  - name: t{table}\n    source: t{table}.csv\n    data_version: {{value: one}}\n    rules:"
        )
        .unwrap();
        writeln!(
            tables,
            "      - {{name: r0, rule_type: uniqueness, column: n}}"
        )
        .unwrap();
        for rule in 1..RULES {
            writeln!(tables, "      - {{name: r{rule}, rule_type: range, column: n, parameters: {{max_value: {rule}}}}}").unwrap();
        }
    }
    let pipeline = format!(
        "pipeline: {{state_file: state.json, durability: {durability}, results: {results}}}"
    );
    workspace.write("c.yaml", format!("version: \"1.0\"\n{pipeline}\n{tables}"));
    workspace
}

fn rules() -> impl Iterator<Item = (String, String)> {
    (0..TABLES)
        .flat_map(|table| (0..RULES).map(move |rule| (format!("t{table}"), format!("r{rule}"))))
}

fn files_of_state(folder: &Path) -> Files {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        if name == RESULTS {
            for file in fs::read_dir(file.path()).unwrap() {
                let file = file.unwrap();
                let name = format!("{name}/{}", file.file_name().into_string().unwrap());
                files.insert(name, fs::read(file.path()).unwrap());
            }
        } else if name.starts_with("state.json") && name != "state.json.lock" {
            files.insert(name, fs::read(file.path()).unwrap());
        }
    }
    files
}

/// Makes these the files of the state in the folder.
fn put(workspace: &Workspace, files: &Files) {
    for name in files_of_state(&workspace.path("")).keys() {
        fs::remove_file(workspace.path(name)).unwrap();
    }
    let _ = fs::remove_dir(workspace.path(RESULTS));
    for (name, content) in files {
        workspace.write(name, content);
    }
}

/// The number of the call in the middle of those that write to the journal.
fn middle_of_the_journal(calls: &[Call]) -> usize {
    let writes: Vec<usize> = (1..=calls.len())
        .filter(|number| is_record(&calls[number - 1]))
        .collect();
    writes[writes.len() / 2]
}

fn is_record(call: &Call) -> bool {
    call.name == "write" && call.path.ends_with("state.json.journal")
}

/// The results that can be read whole.
fn recorded(state: &Path) -> Recorded {
    let mut recorded = Recorded::new();
    let entries = read_whole(state).unwrap().unwrap_or_default();
    for (table, entry) in entries.tables {
        for (rule, entry) in entry.rules {
            let is_whole = (entry.result.as_ref())
                .is_some_and(|result| !result.as_str().contains("\"external\""));
            if entry.status == Status::Completed && is_whole {
                recorded.insert((table.clone(), rule), entry);
            }
        }
    }
    recorded
}

fn assert_none_falsely_completed(state: &Path, what: &str) {
    let recorded = recorded(state);
    let tables = peek(state).unwrap().tables;
    for (name, _) in tables
        .iter()
        .filter(|(_, table)| table.status == Status::Completed)
    {
        let has = (0..RULES).all(|rule| recorded.contains_key(&(name.clone(), format!("r{rule}"))));
        assert!(has, "{what}: {name} is completed without all its rules");
    }
}

//! Runs that are killed: nothing that was recorded is lost or done again, and the end is the same.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::process::{Child, Stdio};
use std::thread;

use data_validator::state::{Status, peek};
use data_validator_harness::sample::number;
use serde_json::Value;

use crate::support::{Workspace, lasting, rule};

const TABLES: usize = 30;
const RULES: usize = 10;

/// How often a run is killed; `CRASH_RUNS` asks for more.
fn runs() -> u64 {
    number("CRASH_RUNS", 12)
}

/// 300 rules in 30 tables, each table with a scan for the rows and one for its keys.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let mut config =
        String::from("version: \"1.0\"\npipeline: {state_file: state.json}\ntables:\n");
    for table in 0..TABLES {
        let rows: String = (0..50)
            .map(|row| format!("{row},{}\n", (row * 7 + table) % 11))
            .collect();
        workspace.write(&format!("t{table}.csv"), format!("id,n\n{rows}"));
        writeln!(
            config,
            "  - name: t{table}\n    source: t{table}.csv\n    rules:"
        )
        .unwrap();
        writeln!(
            config,
            "      - {{name: r0, rule_type: uniqueness, column: n}}"
        )
        .unwrap();
        for rule in 1..RULES {
            writeln!(config, "      - {{name: r{rule}, rule_type: range, column: n, parameters: {{max_value: {rule}}}}}").unwrap();
        }
    }
    workspace.write("c.yaml", config);
    workspace
}

fn start(workspace: &Workspace) -> Child {
    let mut command = workspace.command(&["c.yaml", "--quiet"]);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The rules that are recorded as completed, after a look at the files as they are.
fn recorded(workspace: &Workspace) -> BTreeSet<(String, String)> {
    let contents = peek(&workspace.path("state.json")).unwrap();
    let tables = contents.tables.iter();
    tables
        .flat_map(|(table, entry)| {
            let completed = entry
                .rules
                .iter()
                .filter(|(_, rule)| rule.status == Status::Completed && rule.result.is_some());
            completed.map(|(rule, _)| (table.clone(), rule.clone()))
        })
        .collect()
}

/// Waits until the journal has so many lines or the run has ended, and kills it.
fn kill_after(mut run: Child, workspace: &Workspace, lines: usize) {
    let journal = workspace.path("state.json.journal");
    while run.try_wait().unwrap().is_none() {
        let written = fs::read(&journal).map_or(0, |bytes| {
            bytes.iter().filter(|byte| **byte == b'\n').count()
        });
        if written >= lines {
            break;
        }
        thread::yield_now();
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

fn finish(workspace: &Workspace) -> Value {
    let outcome = workspace.run(&[
        "c.yaml",
        "--quiet",
        "--output",
        "report.json",
        "--fail-on",
        "never",
    ]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    workspace.json("report.json")
}

#[test]
fn a_killed_run_continues_where_it_was() {
    let workspace = workspace();
    let fresh = lasting(finish(&workspace));
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut resumed_in_all = 0;
    for _ in 0..runs() {
        fs::remove_file(workspace.path("state.json")).unwrap();
        // A line for the base and the run, then for each table its start, ten rules, details, its end.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let lines = 2 + (seed >> 33) as usize % (TABLES * (RULES + 4));
        kill_after(start(&workspace), &workspace, lines);
        let before = recorded(&workspace);
        let report = finish(&workspace);
        for table in 0..TABLES {
            for number in 0..RULES {
                let (table, name) = (format!("t{table}"), format!("r{number}"));
                let reason = rule(&report, &table, &name)["reason"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                let was_recorded = before.contains(&(table.clone(), name.clone()));
                // A run that ended before it could be killed is not continued, but its results are reused.
                let taken = reason.starts_with("resumed") || reason.starts_with("reused");
                assert_eq!(
                    was_recorded, taken,
                    "{table}.{name} after {lines} lines: {reason}"
                );
                resumed_in_all += usize::from(reason.starts_with("resumed"));
            }
        }
        assert_eq!(lasting(report), fresh, "after {lines} lines");
        assert_eq!(recorded(&workspace).len(), TABLES * RULES);
    }
    assert!(resumed_in_all > 0, "no run was killed in time");
}

#[test]
fn a_run_that_is_killed_again_and_again_gets_to_its_end() {
    let workspace = workspace();
    let fresh = lasting(finish(&workspace));
    fs::remove_file(workspace.path("state.json")).unwrap();
    let mut before = BTreeSet::new();
    for _ in 0..8 {
        kill_after(start(&workspace), &workspace, 40);
        let now = recorded(&workspace);
        assert!(
            now.is_superset(&before),
            "lost: {:?}",
            before.difference(&now).collect::<Vec<_>>()
        );
        before = now;
    }
    assert!(before.len() > RULES, "{} rules were recorded", before.len());
    assert_eq!(lasting(finish(&workspace)), fresh);
}

#[cfg(unix)]
#[test]
fn a_signal_stops_a_run_in_good_order() {
    let workspace = workspace();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let _ = fs::remove_file(workspace.path("state.json"));
        let mut run = start(&workspace);
        let journal = workspace.path("state.json.journal");
        while run.try_wait().unwrap().is_none()
            && fs::metadata(&journal).map_or(0, |metadata| metadata.len()) < 2000
        {
            thread::yield_now();
        }
        let killed = std::process::Command::new("kill")
            .args([format!("-{signal}"), run.id().to_string()])
            .status();
        assert!(killed.unwrap().success());
        assert_eq!(run.wait().unwrap().code(), Some(code));
        assert!(!journal.exists(), "the state was written whole");
        let done = recorded(&workspace).len();
        assert!(done < TABLES * RULES, "the run ended before the signal");
        let report = finish(&workspace);
        let resumed = report["overall_stats"]["reused_rules"].as_u64().unwrap();
        assert_eq!(resumed, done as u64);
        assert_eq!(report["provenance"]["resumed"], true);
    }
}

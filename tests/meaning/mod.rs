//! Every rule type counts the same on DuckDB, DataFusion and PostgreSQL.
//!
//! A test gives rows as SQL, and for each rule what it must find; expected numbers are reasoned out and not
//! taken from an engine.

mod bad_input;
mod in_time;
mod keys;
mod numbers;
pub mod reconcile;
mod scans;
mod tables;
mod texts;

use serde_json::Value;

use crate::engines::with_server;
use crate::support::{Outcome, Workspace, rule};

/// The moment that counts as now in these tests.
const NOW: &str = "2026-01-01T12:00:00Z";

const ENGINES: [&str; 3] = ["duckdb", "datafusion", "postgres"];

/// A rule without its name, and what it must find: `TOTAL FAILED MISSING`, the same with `observed VALUE`
/// behind it, or `error: PART OF THE MESSAGE`.
type Case<'c> = (&'c str, &'c str);

/// Judges the rows, given as a query of DuckDB, on all engines.
fn check(rows: &str, cases: &[Case<'_>]) {
    check_with(&Workspace::new(), &[("t", rows)], "", cases);
}

/// As [`check`], with more tables, of which the first one is judged, and more lines for its config.
fn check_with(workspace: &Workspace, tables: &[(&str, &str)], lines: &str, cases: &[Case<'_>]) {
    write_tables(workspace, tables);
    let rules: String = cases
        .iter()
        .enumerate()
        .map(|(number, (rule, _))| format!("      - {{name: r{number}, {rule}}}\n"))
        .collect();
    let mut wrong = Vec::new();
    for engine in ENGINES {
        let outcome = run_on(workspace, engine, tables, lines, &rules);
        assert!(
            matches!(outcome.code, Some(0 | 1 | 3)),
            "{engine}: {outcome:?}"
        );
        let report = workspace.json("report.json");
        for (number, (rule_text, expected)) in cases.iter().enumerate() {
            let result = rule(&report, tables[0].0, &format!("r{number}"));
            if let Err(found) = compare(result, expected) {
                wrong.push(format!(
                    "{engine}: {{{rule_text}}}\n  expected {expected}\n  found    {found}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn write_tables(workspace: &Workspace, tables: &[(&str, &str)]) {
    let connection = duckdb::Connection::open_in_memory().unwrap();
    for (name, rows) in tables {
        let file = workspace.path(&format!("{name}.parquet"));
        let copy = format!("COPY ({rows}) TO '{}' (FORMAT parquet)", file.display());
        connection.execute_batch(&copy).unwrap();
    }
}

fn run_on(
    workspace: &Workspace,
    engine: &str,
    tables: &[(&str, &str)],
    lines: &str,
    rules: &str,
) -> Outcome {
    let connection = match engine {
        "postgres" => ", connection_params: {url: '${env:DATA_VALIDATOR_TEST_URL}'}",
        _ => "",
    };
    let mut config = format!("version: \"1.0\"\nengine: {{type: {engine}{connection}}}\ntables:\n");
    for (index, (name, _)) in tables.iter().enumerate() {
        config += &format!("  - name: {name}\n    source: {name}.parquet\n");
        config += &match index {
            0 => format!("{lines}    rules:\n{rules}"),
            _ => {
                "    rules: [{name: rows, rule_type: row_count, parameters: {min: 0}}]\n".to_owned()
            }
        };
    }
    workspace.write("rules.yaml", config);
    let arguments = ["rules.yaml", "--output", "report.json", "--now", NOW];
    workspace.finish(with_server(&mut workspace.command(&arguments)))
}

/// Compares a result with what is expected; gives what was found if it is something else.
pub fn compare(result: &Value, expected: &str) -> Result<(), String> {
    let message = result["message"].as_str().unwrap();
    if let Some(part) = expected.strip_prefix("error: ") {
        let is_so = result["status"] == "error" && message.contains(part);
        return if is_so {
            Ok(())
        } else {
            Err(format!("{}: {message}", result["status"]))
        };
    }
    let mut found = format!(
        "{} {} {}",
        result["total_count"], result["failed_count"], result["missing_count"]
    );
    if expected.contains("observed") {
        found += &format!(" observed {}", result["observed"]);
    }
    let status = match result["failed_count"].as_u64() {
        Some(0) => "passed",
        _ => "failed",
    };
    if found == expected && result["status"] == status {
        return Ok(());
    }
    Err(format!("{found} ({}: {message})", result["status"]))
}

//! One config with every key of the config language.

use std::fs;

use sha2::{Digest, Sha256};

use crate::sqlite::build;
use crate::support::{Outcome, Workspace, repository};

/// The engine of the file.
const DUCKDB: &str = "  type: duckdb\n  connection_params: {database: \":memory:\"}\n";

/// Lints the config with other text in place of some.
fn lint(replaced: &[(&str, &str)]) -> Outcome {
    let workspace = Workspace::new();
    build(&workspace.path(""));
    let plugin = fs::read(workspace.path("libsqlite_engine.so")).unwrap();
    let hash = hex::encode(Sha256::digest(&plugin));
    let file = repository().join("tests/files/every_key.yaml");
    let mut config = fs::read_to_string(file)
        .unwrap()
        .replace(&"0".repeat(64), &hash);
    for (old, new) in replaced {
        assert!(config.contains(old), "{old}");
        config = config.replace(old, new);
    }
    workspace.write("rules.yaml", config);
    let mut command = workspace.command(&["lint", "rules.yaml"]);
    command.env("WAREHOUSE_URL", "postgresql://reader@warehouse/dwh");
    command.env("MASK_KEY", "0123456789abcdef0123456789abcdef");
    workspace.finish(&mut command)
}

#[test]
fn a_config_with_every_key_loads_for_every_engine() {
    let connections = [
        ("duckdb", "{database: ':memory:'}"),
        ("datafusion", "{path: published}"),
        (
            "postgres",
            "{host: localhost, port: 5432, database: d, user: u, sslmode: disable}",
        ),
        ("sqlite", "{database: a.db}"),
    ];
    for (engine, connection) in connections {
        let chosen = format!("  type: {engine}\n  connection_params: {connection}\n");
        let outcome = lint(&[(DUCKDB, &chosen)]);
        assert_eq!(outcome.code, Some(0), "{engine}: {outcome:?}");
        assert_eq!(
            outcome.stdout,
            "rules.yaml: no errors in 30 rules of 4 tables\n"
        );
    }
}

#[test]
fn a_state_in_an_engine_takes_the_place_of_the_file() {
    let state = "  state: {engine: warehouse, schema: quality, id: orders, quarantine: 10}\n";
    let outcome = lint(&[
        ("  state_file: pipeline_state.json\n", ""),
        ("  state: file\n", state),
    ]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn what_has_no_effect_is_told() {
    let told = lint(&[]).stderr;
    let warnings = told.lines().filter(|line| !line.starts_with("  help:"));
    insta::assert_snapshot!(warnings.collect::<Vec<_>>().join("\n"), @"
    rules.yaml:43:68: warning: 'databricks' has no effect here
    rules.yaml:77:93: warning: 'databricks' has no effect here
    rules.yaml:78:64: warning: 'databricks' has no effect here
    rules.yaml:79:70: warning: 'databricks' has no effect here
    rules.yaml:94:11: warning: 'metrics' is read, but nothing is written there by this version yet
    rules.yaml:95:7: warning: 'dqx.enabled' has no effect here
    rules.yaml:95:22: warning: 'metrics_table' is read, but nothing is written there by this version yet
    ");
}

#[test]
fn an_engine_of_the_python_package_is_told_which_ones_are_here() {
    for engine in ["pyspark", "databricks", "polars"] {
        let chosen = format!("  type: {engine}\n  connection_params: {{cluster: c}}\n");
        let outcome = lint(&[(DUCKDB, &chosen)]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        let errors = outcome
            .stderr
            .lines()
            .filter(|line| line.contains(": error: "));
        assert_eq!(errors.count(), 1, "{}", outcome.stderr);
        let told = format!(
            "error: engine type '{engine}' of the Python package is not here\n  help: known: duckdb, datafusion, postgres, sqlite;"
        );
        assert!(outcome.stderr.contains(&told), "{}", outcome.stderr);
    }
}

#[test]
fn what_is_not_built_yet_is_said_to_be_so() {
    let outcome = lint(&[(
        "    samples: 0\n",
        "    samples: 0\n    chunks: {column: customer_id, size: 10000000}\n",
    )]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let errors = outcome
        .stderr
        .lines()
        .filter(|line| line.contains(": error: "));
    insta::assert_snapshot!(errors.collect::<Vec<_>>().join("\n"), @"
    rules.yaml:27:5: error: 'chunks' (large tables in parts) is not available in this version yet
    ");
}

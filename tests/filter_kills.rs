//! A filter that is killed in the middle: what was there stays whole, and the next one gets to the end.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;

use crate::engines::with_server;
use crate::filter::{filter, on_server, parquet, rows};
use crate::support::Workspace;

const ROWS: u64 = 400_000;

/// A table `t` of many rows, of which some fail, with these settings.
fn workspace(engine: &str, outputs: &str) -> Workspace {
    let workspace = Workspace::new();
    let database = duckdb::Connection::open(workspace.path("d.duckdb")).unwrap();
    let file = workspace.path("t.parquet");
    database
        .execute_batch(&format!(
            "COPY (SELECT i AS id, i % 7 AS k, md5(CAST(i AS VARCHAR)) AS name FROM range({ROWS}) AS r(i)) TO '{}'",
            file.display()
        ))
        .unwrap();
    drop(database);
    workspace.write(
        "c.yaml",
        format!(
            "engine: {engine}
outputs: {outputs}
tables:
  - name: t
    source: t.parquet
    rules:
      - {{name: k, rule_type: range, column: k, parameters: {{max_value: 5}}}}
      - {{name: a, rule_type: pattern, column: name, parameters: {{pattern: '^a', negate: true}}}}
"
        ),
    );
    workspace
}

fn start(workspace: &Workspace) -> Child {
    let mut command = workspace.command(&["filter", "c.yaml", "--quiet"]);
    with_server(&mut command)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills the filter as soon as it is as far as that; gives whether it was in time.
fn kill_when(mut running: Child, reached: impl Fn() -> bool) -> bool {
    while running.try_wait().unwrap().is_none() && !reached() {
        thread::yield_now();
    }
    running.kill().unwrap();
    !running.wait().unwrap().success()
}

/// Bytes of the files that are being written.
fn bytes_of_parts(workspace: &Workspace) -> u64 {
    let entries = fs::read_dir(workspace.path("")).unwrap().flatten();
    let parts = entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".part"));
    parts
        .filter_map(|part| Some(part.metadata().ok()?.len()))
        .sum()
}

#[test]
fn files_are_the_old_ones_or_the_new_ones() {
    for engine in ["duckdb", "datafusion"] {
        let outputs = "{clean: clean.parquet, quarantine: bad.parquet}";
        let workspace = workspace(&format!("{{type: {engine}}}"), outputs);
        let before: &[u8] = b"what was there";
        workspace.write("clean.parquet", before);
        workspace.write("bad.parquet", before);
        let mut killed = 0;
        for bytes in [1, 100_000, 1_000_000] {
            let in_time = kill_when(start(&workspace), || bytes_of_parts(&workspace) >= bytes);
            if !in_time {
                break;
            }
            killed += 1;
            for file in ["clean.parquet", "bad.parquet"] {
                assert_eq!(
                    fs::read(workspace.path(file)).unwrap(),
                    before,
                    "{engine} {file}"
                );
            }
        }
        assert!(killed > 0, "no filter on {engine} was killed in time");
        assert!(
            bytes_of_parts(&workspace) > 0,
            "a killed filter leaves its files behind"
        );
        let outcome = filter(&workspace, &[]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(
            bytes_of_parts(&workspace),
            0,
            "what was left behind is removed"
        );
        let (clean, bad) = (
            parquet(&workspace, "clean.parquet"),
            parquet(&workspace, "bad.parquet"),
        );
        assert_eq!((clean.len() + bad.len()) as u64, ROWS);
        assert!(bad.iter().all(|row| row.contains("[\"")));
        let outcome = filter(&workspace, &[]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(parquet(&workspace, "clean.parquet"), clean);
        assert_eq!(parquet(&workspace, "bad.parquet"), bad);
    }
}

#[test]
fn tables_of_a_server_change_together_or_not_at_all() {
    on_server("DROP SCHEMA IF EXISTS killed CASCADE");
    on_server("CREATE SCHEMA killed");
    on_server("CREATE TABLE killed.good (id bigint, k bigint, name text)");
    on_server("CREATE TABLE killed.bad (id bigint, k bigint, name text, failed_rules text)");
    on_server("INSERT INTO killed.good VALUES (1, 1, 'old')");
    on_server("INSERT INTO killed.bad VALUES (2, 2, 'old', '[]')");
    let outputs = "{clean: killed.good, quarantine: killed.bad}";
    let engine = "{type: postgres, connection_params: {url: '${env:DATA_VALIDATOR_TEST_URL}'}}";
    let workspace = workspace(engine, outputs);
    let counts = || {
        on_server(
            "SELECT (SELECT count(*) FROM killed.good) AS good, (SELECT count(*) FROM killed.bad) AS bad",
        )
    };
    let mut killed = 0;
    for step in [
        "CREATE TEMPORARY TABLE%",
        "INSERT INTO%killed%bad%",
        "INSERT INTO%killed%good%",
    ] {
        let is_at = || {
            let sql = format!(
                "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '{step}' AND pid <> pg_backend_pid()"
            );
            !on_server(&sql).is_empty()
        };
        if kill_when(start(&workspace), is_at) {
            killed += 1;
            assert_eq!(counts(), ["1|1"], "killed at {step}");
        } else {
            break;
        }
    }
    assert!(killed > 0, "no filter was killed in time");
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let whole = counts();
    assert_ne!(whole, ["1|1"]);
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(counts(), whole);
}

#[test]
fn tables_of_a_database_file_change_together_or_not_at_all() {
    let outputs = "{clean: good, quarantine: bad}";
    let engine = "{type: duckdb, connection_params: {database: d.duckdb, read_only: false}}";
    let workspace = workspace(engine, outputs);
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let count = |table: &str| {
        rows(
            &workspace,
            Some("d.duckdb"),
            &format!("(SELECT count(*) FROM {table})"),
        )
    };
    let counts = || [count("good"), count("bad")];
    let whole = counts();
    let shrink = || {
        let database = duckdb::Connection::open(workspace.path("d.duckdb")).unwrap();
        let sql = "DELETE FROM good WHERE id > 0; DELETE FROM bad WHERE id > 13; CHECKPOINT";
        database.execute_batch(sql).unwrap();
    };
    shrink();
    let before = counts();
    let wal = workspace.path("d.duckdb.wal");
    let size = || fs::metadata(&wal).map_or(0, |metadata| metadata.len());
    let mut killed = 0;
    for bytes in [0, 1, 1000, 100_000, 1_000_000] {
        killed += u32::from(kill_when(start(&workspace), || {
            bytes == 0 || size() >= bytes
        }));
        let after = counts();
        assert!(
            after == before || after == whole,
            "killed at {bytes}: {after:?} is neither {before:?} nor {whole:?}"
        );
        shrink();
    }
    assert!(killed > 0, "no filter was killed in time");
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(counts(), whole);
}

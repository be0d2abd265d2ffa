//! The engine in C that plugin authors start from: rules on SQLite.

use std::fs;
use std::path::Path;
use std::process::Command;

use duckdb::types::Value as Cell;
use serde_json::Value;

use crate::support::{Workspace, repository, rule};

/// The engine, built by its Makefile.
pub fn build(folder: &Path) {
    let example = repository().join("plugins/example-c");
    let out = format!("OUT={}", folder.display());
    let output = Command::new("make")
        .arg(out)
        .current_dir(example)
        .output()
        .unwrap_or_else(|error| panic!("make: {error}; install make and a C compiler"));
    assert!(
        output.status.success(),
        "building plugins/example-c failed; install libsqlite3-dev\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The tables of the flights example as an SQLite database.
fn make_database(path: &Path) {
    let duckdb = duckdb::Connection::open_in_memory().unwrap();
    let mut sqlite = rusqlite::Connection::open(path).unwrap();
    for file in ["flights.parquet", "weather.parquet", "planes.csv"] {
        let source = repository().join("examples/flights").join(file);
        let rows = format!("'{}'", source.display());
        let rows = match file.ends_with(".csv") {
            true => format!("read_csv({rows}, all_varchar = true)"),
            false => rows,
        };
        let types = match file.ends_with(".csv") {
            // Numbers are stored as such; SQLite converts a text that is one.
            true => format!("read_csv('{}')", source.display()),
            false => rows.clone(),
        };
        let table = file.split('.').next().unwrap();
        copy(&duckdb, &mut sqlite, table, &rows, &types);
    }
}

fn copy(
    from: &duckdb::Connection,
    to: &mut rusqlite::Connection,
    table: &str,
    rows: &str,
    types: &str,
) {
    let mut described = from
        .prepare(&format!("DESCRIBE SELECT * FROM {types}"))
        .unwrap();
    let columns = described
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .unwrap()
        .map(|column| {
            let (name, duckdb_type) = column.unwrap();
            let sqlite_type = match &*duckdb_type {
                "DOUBLE" | "FLOAT" => "REAL",
                "BIGINT" | "INTEGER" => "INTEGER",
                _ => "TEXT",
            };
            format!("\"{name}\" {sqlite_type}")
        })
        .collect::<Vec<_>>();
    let transaction = to.transaction().unwrap();
    transaction
        .execute(
            &format!("CREATE TABLE {table} ({})", columns.join(", ")),
            [],
        )
        .unwrap();
    {
        let marks = vec!["?"; columns.len()].join(", ");
        let mut insert = transaction
            .prepare(&format!("INSERT INTO {table} VALUES ({marks})"))
            .unwrap();
        let mut select = from.prepare(&format!("SELECT * FROM {rows}")).unwrap();
        let mut found = select.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let cells =
                (0..columns.len()).map(|index| sqlite_value(row.get::<_, Cell>(index).unwrap()));
            insert.execute(rusqlite::params_from_iter(cells)).unwrap();
        }
    }
    transaction.commit().unwrap();
}

fn sqlite_value(cell: Cell) -> rusqlite::types::Value {
    match cell {
        Cell::Null => rusqlite::types::Value::Null,
        Cell::Int(number) => i64::from(number).into(),
        Cell::BigInt(number) => number.into(),
        Cell::Double(number) => number.into(),
        Cell::Text(text) => text.into(),
        other => panic!("{other:?} is not in the example"),
    }
}

#[test]
fn the_flights_rules_find_on_sqlite_what_they_find_elsewhere() {
    let workspace = Workspace::new();
    build(&workspace.path(""));
    make_database(&workspace.path("flights.db"));
    let config = fs::read_to_string(repository().join("plugins/example-c/flights.yaml")).unwrap();
    workspace.write("flights.yaml", &config);
    let outcome = workspace.run(&[
        "run",
        "flights.yaml",
        "--output",
        "report.json",
        "--now",
        "2026-01-01T00:00:00Z",
    ]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = workspace.json("report.json");
    let expected = fs::read(repository().join("tests/flights_expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut compared = 0;
    for (table, result) in report["table_results"].as_object().unwrap() {
        for result in result["rules"].as_array().unwrap() {
            let name = result["name"].as_str().unwrap();
            let expected = &expected["tables"][table][name];
            for field in ["total_count", "failed_count", "missing_count", "passed"] {
                assert_eq!(
                    result[field], expected[field],
                    "{field} of {name} in {table}"
                );
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 10);
}

#[test]
fn what_sqlite_lacks_is_said_and_the_other_rules_go_on() {
    let workspace = Workspace::new();
    build(&workspace.path(""));
    let database = rusqlite::Connection::open(workspace.path("a.db")).unwrap();
    database
        .execute_batch("CREATE TABLE t (id INTEGER, name TEXT, at DATE); INSERT INTO t VALUES (1, 'a', '2013-01-01'), (2, NULL, 5), ('x', 'b', NULL)")
        .unwrap();
    workspace.write("t.csv", "id\n1\n");
    workspace.write(
        "rules.yaml",
        "plugins: [{path: libsqlite_engine.so}]
engine: {type: sqlite, connection_params: {database: a.db}}
tables:
  - name: t
    source: t
    rules:
      - {name: is_word, rule_type: pattern, column: name, parameters: {pattern: '^[a-z]+$'}}
      - {name: is_native, rule_type: pattern, column: name, parameters: {pattern: 'x', native: true}}
      - {name: at_in_range, rule_type: range, column: at, parameters: {min_value: '2013-01-01'}}
      - {name: id_in_range, rule_type: range, column: id, parameters: {min_value: 1}}
      - {name: name_is_there, rule_type: completeness, column: name}
  - name: file
    source: t.csv
    rules: [{name: id_is_there, rule_type: completeness, column: id}]
",
    );
    let outcome = workspace.run(&["rules.yaml", "--output", "report.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("report.json");
    let mut all = String::new();
    for (table, name) in [
        ("t", "is_word"),
        ("t", "is_native"),
        ("t", "at_in_range"),
        ("t", "id_in_range"),
        ("file", "id_is_there"),
    ] {
        let result = rule(&report, table, name);
        assert_eq!(result["status"], "error", "{result}");
        all += result["message"].as_str().unwrap();
        all += "\n";
    }
    assert_eq!(rule(&report, "t", "name_is_there")["failed_count"], 1);
    insta::assert_snapshot!(all, @r#"
    Rule 'is_word' could not be judged: the engine has no patterns; write the rule without one, or read the table with another engine
    Rule 'is_native' could not be judged: the engine has no patterns; write the rule without one, or read the table with another engine
    Rule 'at_in_range' could not be judged: min_value '2013-01-01' does not fit column 'at' of type DATE; a range is for numbers, dates, timestamps and text
    Rule 'id_in_range' could not be judged: reading rows: column 'id' should hold integer, but a row holds text; find it with typeof("id") = 'text'
    Rule 'id_is_there' could not be judged: reading t.csv: the engine 'sqlite' reads no files; give a table
    "#);
}

#[test]
fn sqlite_judges_rules_of_the_types_that_it_can() {
    let workspace = Workspace::new();
    build(&workspace.path(""));
    let database = rusqlite::Connection::open(workspace.path("a.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE t (id INTEGER, other INTEGER, name TEXT, x REAL);
             INSERT INTO t VALUES (1, 1, 'a', 0.5), (2, 1, 'B', 9e999), (9223372036854775806, 3, NULL, NULL), (2, NULL, 'a', 1.5);
             CREATE TABLE names (name TEXT); INSERT INTO names VALUES ('a'), ('b'), (NULL);",
        )
        .unwrap();
    let cases = [
        (
            "rule_type: accepted_values, column: name, parameters: {values: [a]}",
            "4 1 1",
        ),
        (
            "rule_type: accepted_values, column: name, parameters: {values: [b], case_sensitive: false}",
            "error: has no patterns",
        ),
        (
            "rule_type: length, column: name, parameters: {equals: 1}",
            "error: does not count the characters",
        ),
        (
            "rule_type: format, column: name, parameters: {format: json}",
            "error: cannot tell what is JSON",
        ),
        (
            "rule_type: comparison, column: id, parameters: {operator: '>', other_column: other}",
            "4 1 1",
        ),
        ("rule_type: primary_key, column: id", "4 1 0"),
        (
            "rule_type: foreign_key, column: name, parameters: {references: {table: names, columns: [name]}}",
            "4 1 1",
        ),
        ("rule_type: row_count, parameters: {equals: 4}", "1 0 0"),
        (
            "rule_type: aggregate, column: id, where: 'id > 2', parameters: {function: sum, min_value: 9223372036854775806, max_value: 9223372036854775806}",
            "1 0 0",
        ),
        // The sum is more than 64 bits.
        (
            "rule_type: aggregate, column: id, parameters: {function: sum, min_value: 1}",
            "error: ",
        ),
        (
            "rule_type: aggregate, column: id, parameters: {function: median, max_value: 2}",
            "1 0 0",
        ),
        (
            "rule_type: aggregate, column: x, parameters: {function: max, max_value: 9}",
            "1 1 0",
        ),
        (
            "rule_type: aggregate, column: x, where: 'id < 2', parameters: {function: mean, max_value: 0.5}",
            "1 0 0",
        ),
        (
            "rule_type: aggregate, column: x, parameters: {function: stddev_pop, max_value: 0.5}",
            "error: has no standard deviations",
        ),
        (
            "rule_type: schema, parameters: {columns: [{name: id, type: integer}, {name: x, type: double}]}",
            "1 0 0",
        ),
    ];
    let rules: String = cases
        .iter()
        .enumerate()
        .map(|(number, (rule, _))| format!("      - {{name: r{number}, {rule}}}\n"))
        .collect();
    workspace.write(
        "rules.yaml",
        format!(
            "plugins: [{{path: libsqlite_engine.so}}]\nengine: {{type: sqlite, connection_params: {{database: a.db}}}}\n\
             tables:\n  - name: t\n    source: t\n    rules:\n{rules}"
        ),
    );
    let outcome = workspace.run(&["rules.yaml", "--output", "report.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("report.json");
    for (number, (text, expected)) in cases.iter().enumerate() {
        let result = rule(&report, "t", &format!("r{number}"));
        assert_eq!(crate::meaning::compare(result, expected), Ok(()), "{text}");
    }
}

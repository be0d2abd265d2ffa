//! The engine through its trait, on real files and databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::PathBuf;

use data_validator_duckdb::DuckDb;
use data_validator_plugin::{
    Call, Column, CsvFormat, Engine, EngineConfig, EngineError, ErrorClass, FileFormat,
    LogicalType, Schema, Session, Source, TableName,
};
use serde_json::{Map, Value, json};

fn settings(connection: &Value, options: &Value) -> EngineConfig {
    let map = |value: &Value| value.as_object().cloned().unwrap_or_else(Map::new);
    EngineConfig {
        connection: map(connection),
        options: map(options),
    }
}

fn in_memory() -> Box<dyn Session> {
    DuckDb::default()
        .connect(&EngineConfig::default(), &Call::default())
        .unwrap()
}

/// Runs a query to its end and gives the number of rows.
fn run(session: &mut dyn Session, sql: &str) -> Result<i64, EngineError> {
    let mut stream = session.query(sql, &Call::default())?;
    stream.schema()?;
    let mut rows = 0;
    while let Some(batch) = stream.next()? {
        rows += batch.length;
    }
    Ok(rows)
}

fn class_of<T>(result: Result<T, EngineError>) -> ErrorClass {
    result.err().expect("an error").class
}

fn csv(path: PathBuf) -> Source {
    let column = |name: &str, logical_type| Column {
        name: name.into(),
        logical_type,
    };
    let schema = Schema {
        columns: vec![
            column("id", LogicalType::Integer),
            column("name", LogicalType::Text),
        ],
    };
    Source::Files {
        format: FileFormat::Csv(CsvFormat {
            delimiter: b',',
            quote: b'"',
            schema,
        }),
        paths: vec![path],
    }
}

#[test]
fn rows_come_in_batches_to_the_end() {
    assert_eq!(
        run(&mut *in_memory(), "SELECT * FROM range(100000)").unwrap(),
        100_000
    );
}

#[test]
fn a_failure_while_rows_are_made_is_an_error_and_the_session_goes_on() {
    let mut session = in_memory();
    let sql = "SELECT CASE WHEN i < 90000 THEN i ELSE CAST('x' || i AS BIGINT) END FROM range(100000) AS t(i)";
    assert_eq!(class_of(run(&mut *session, sql)), ErrorClass::Data);
    assert_eq!(
        run(&mut *session, "SELECT 1").unwrap(),
        1,
        "the session goes on"
    );
}

#[test]
fn several_statements_are_refused_and_none_runs() {
    let mut session = in_memory();
    let refused = run(&mut *session, "CREATE TABLE made AS SELECT 1; SELECT 1");
    assert_eq!(class_of(refused), ErrorClass::InvalidSql);
    assert!(run(&mut *session, "SELECT * FROM made").is_err());
}

#[test]
fn an_unquoted_empty_field_is_null_and_a_quoted_one_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's [a] *.csv");
    fs::write(&path, "id,name\n1,\n2,\"\"\n,x\n").unwrap();
    let mut session = in_memory();
    let relation = session.attach("t", &csv(path), &Call::default()).unwrap();
    let count = |session: &mut dyn Session, condition: &str| {
        run(
            session,
            &format!("SELECT * FROM {} WHERE {condition}", relation.sql),
        )
        .unwrap()
    };
    assert_eq!(count(&mut *session, "name IS NULL"), 1);
    assert_eq!(count(&mut *session, "name = ''"), 1);
    assert_eq!(count(&mut *session, "id IS NULL"), 1);
}

#[test]
fn a_ragged_line_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ragged.csv");
    fs::write(&path, "id,name\n1,a\n2,b,c\n").unwrap();
    let mut session = in_memory();
    let relation = session.attach("t", &csv(path), &Call::default()).unwrap();
    assert_eq!(
        class_of(run(
            &mut *session,
            &format!("SELECT * FROM {}", relation.sql)
        )),
        ErrorClass::Data
    );
}

#[test]
fn what_is_missing_is_not_found() {
    let mut session = in_memory();
    let table = Source::Table(TableName {
        catalog: None,
        schema: None,
        table: r#"x"; DROP TABLE y; --"#.into(),
    });
    let relation = session.attach("t", &table, &Call::default()).unwrap();
    assert_eq!(
        class_of(session.schema(&relation, &Call::default())),
        ErrorClass::NotFound
    );

    let no_file = Source::Files {
        format: FileFormat::Parquet,
        paths: vec!["/no/such/file.parquet".into()],
    };
    assert_eq!(
        class_of(session.attach("t", &no_file, &Call::default())),
        ErrorClass::NotFound
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no.duckdb");
    let no_database = settings(&json!({"database": path}), &Value::Null);
    assert_eq!(
        class_of(DuckDb::default().connect(&no_database, &Call::default())),
        ErrorClass::NotFound
    );
    assert!(!path.exists(), "a missing database is not created");
}

#[test]
fn a_file_of_another_format_is_bad_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.parquet");
    fs::write(&path, "this is not a Parquet file, though its name says so").unwrap();
    let source = Source::Files {
        format: FileFormat::Parquet,
        paths: vec![path],
    };
    assert_eq!(
        class_of(in_memory().attach("t", &source, &Call::default())),
        ErrorClass::Data
    );
}

#[test]
fn a_database_file_is_read_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.duckdb");
    let writer = duckdb::Connection::open(&path).unwrap();
    writer
        .execute_batch("CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS a, 1.5::DECIMAL(4,2) AS b")
        .unwrap();
    drop(writer);

    let mut session = DuckDb::default()
        .connect(
            &settings(&json!({"database": path}), &Value::Null),
            &Call::default(),
        )
        .unwrap();
    let table = Source::Table(TableName {
        catalog: None,
        schema: Some("s".into()),
        table: "t".into(),
    });
    let relation = session.attach("t", &table, &Call::default()).unwrap();
    let schema = session.schema(&relation, &Call::default()).unwrap();
    assert_eq!(
        schema.columns[1].logical_type,
        LogicalType::Decimal {
            precision: 4,
            scale: 2
        }
    );
    assert!(
        session
            .query("CREATE TABLE u AS SELECT 1", &Call::default())
            .is_err()
    );
    assert!(session.query("DELETE FROM s.t", &Call::default()).is_err());
}

#[test]
fn an_unknown_option_is_a_config_error() {
    let unknown = DuckDb::default().connect(
        &settings(&Value::Null, &json!({"thread": 4})),
        &Call::default(),
    );
    assert_eq!(class_of(unknown), ErrorClass::Config);
    let wrong = DuckDb::default().connect(
        &settings(&Value::Null, &json!({"threads": "many"})),
        &Call::default(),
    );
    assert_eq!(class_of(wrong), ErrorClass::Config);
    assert!(
        DuckDb::default()
            .connect(
                &settings(&Value::Null, &json!({"threads": 1, "memory_limit": "1GB"})),
                &Call::default()
            )
            .is_ok()
    );
}

/// Rows that no computer counts in a lifetime.
const ENDLESS: &str = "SELECT count(*) FROM range(100000000) a(i), range(100000000) b(j) WHERE a.i * b.j % 1000003 = 7";

fn call(operation: u64) -> Call {
    Call { operation }
}

#[test]
fn a_running_query_is_cancelled_from_another_thread() {
    for early in [true, false] {
        let mut session = in_memory();
        let canceller = session.canceller();
        let (begun, ready) = std::sync::mpsc::channel();
        let cancelling = std::thread::spawn(move || {
            // Early or late: in both cases it must not be lost.
            if !early {
                ready.recv().unwrap();
            }
            canceller.cancel(1);
        });
        // Nobody listens where the cancellation came early.
        let _ = begun.send(());
        assert_eq!(
            class_of(session.query(ENDLESS, &call(1))),
            ErrorClass::Cancelled
        );
        cancelling.join().unwrap();
        let mut stream = session.query("SELECT 1", &call(2)).unwrap();
        assert_eq!(stream.next().unwrap().unwrap().length, 1);
    }
}

#[test]
fn a_cancel_that_comes_late_does_not_hit_the_next_statement() {
    let mut session = in_memory();
    let canceller = session.canceller();
    drop(session.query("SELECT 1", &call(1)).unwrap());
    for operation in 2..200 {
        canceller.cancel(operation - 1);
        let mut stream = session
            .query("SELECT * FROM range(50000)", &call(operation))
            .unwrap();
        canceller.cancel(operation - 1);
        let mut rows = 0;
        while let Some(batch) = stream.next().unwrap() {
            rows += batch.length;
        }
        assert_eq!(rows, 50_000);
    }
}

#[test]
fn a_stream_that_ended_cannot_be_cancelled() {
    let mut session = in_memory();
    let canceller = session.canceller();
    let mut stream = session.query("SELECT 1", &call(2)).unwrap();
    while stream.next().unwrap().is_some() {}
    canceller.cancel(2);
    assert!(stream.next().unwrap().is_none());
}

#[test]
fn a_canceller_may_outlive_its_session() {
    let session = in_memory();
    let canceller = session.canceller();
    drop(session);
    canceller.cancel(1);
}

#[test]
fn an_error_of_a_running_statement_is_not_taken_for_a_cancellation() {
    for _ in 0..50 {
        let mut session = in_memory();
        let bad = "SELECT CAST(CASE WHEN i = 3000000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(6000000) t(i)";
        assert_eq!(class_of(run(&mut *session, bad)), ErrorClass::Data);
    }
}

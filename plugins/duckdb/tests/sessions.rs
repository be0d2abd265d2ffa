//! Sessions of the engine, reached in each way, and what tests ask them.

use std::path::{Path, PathBuf};

use data_validator_duckdb::DuckDb;
use data_validator_harness::library::ways;
use data_validator_plugin::{
    Call, Column, CsvFormat, Engine, EngineConfig, EngineError, ErrorClass, FileFormat,
    LogicalType, Schema, Session, Source, TableName,
};
use serde_json::{Map, Value, json};

/// Runs a test with the engine in each way that a program has it.
pub fn each_way(test: impl Fn(&dyn Engine)) {
    for (way, engine) in ways(|| Box::<DuckDb>::default(), "data-validator-duckdb-library") {
        // Shown when the test fails.
        println!("{way}");
        test(&*engine);
    }
}

pub fn settings(connection: &Value, options: &Value) -> EngineConfig {
    let map = |value: &Value| value.as_object().cloned().unwrap_or_else(Map::new);
    EngineConfig {
        connection: map(connection),
        options: map(options),
    }
}

pub fn in_memory(engine: &dyn Engine) -> Box<dyn Session> {
    engine
        .connect(&EngineConfig::default(), &Call::default())
        .unwrap()
}

/// Runs a query to its end and gives the number of rows.
pub fn run(session: &mut dyn Session, sql: &str) -> Result<i64, EngineError> {
    let mut stream = session.query(sql, &Call::default())?;
    stream.schema()?;
    let mut rows = 0;
    while let Some(batch) = stream.next()? {
        rows += batch.length;
    }
    Ok(rows)
}

pub fn class_of<T>(result: Result<T, EngineError>) -> ErrorClass {
    result.err().expect("an error").class
}

pub fn csv(path: PathBuf) -> Source {
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

/// A session that may write to a database file, which is made if it is missing.
pub fn writable(engine: &dyn Engine, path: &Path) -> Box<dyn Session> {
    if !path.exists() {
        drop(duckdb::Connection::open(path).unwrap());
    }
    let settings = settings(&json!({"database": path, "read_only": false}), &Value::Null);
    engine.connect(&settings, &Call::default()).unwrap()
}

/// The only number that a query gives.
pub fn number(session: &mut dyn Session, sql: &str) -> Result<i64, EngineError> {
    // As many rows as the number says, so that no Arrow library is needed to read it.
    run(
        session,
        &format!("SELECT unnest(range(CAST(({sql}) AS BIGINT)))"),
    )
}

pub fn table(name: &str) -> TableName {
    TableName {
        catalog: None,
        schema: None,
        table: name.into(),
    }
}

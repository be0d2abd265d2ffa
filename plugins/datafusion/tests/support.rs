//! What the tests have in common.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_datafusion::DataFusion;
use data_validator_harness::library;
use data_validator_plugin::{
    ArrowArray, ArrowSchema, BatchStream, Call, Engine, EngineConfig, EngineError, ErrorClass,
    FileFormat, LogicalType, NewTable, Publication, Schema, Session, Source, TableName,
};
use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, StructArray, make_array};
use datafusion::arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use serde_json::{Map, Value};

/// The engine in each way in which a program can have it.
pub fn ways() -> Vec<(&'static str, Box<dyn Engine>)> {
    library::ways(
        || Box::<DataFusion>::default(),
        "data-validator-datafusion-library",
    )
}

/// Runs a test in each way, and says in which it failed.
pub fn in_each_way(test: impl Fn(&dyn Engine)) {
    for (way, engine) in ways() {
        eprintln!("{way}");
        test(&*engine);
    }
}

/// Runs a test in each way, with a session of an engine without settings.
pub fn in_each_session(test: impl Fn(&mut dyn Session)) {
    in_each_way(|engine| test(&mut *connect(engine, &Value::Null, &Value::Null)));
}

pub fn settings(connection: &Value, options: &Value) -> EngineConfig {
    let map = |value: &Value| value.as_object().cloned().unwrap_or_else(Map::new);
    EngineConfig {
        connection: map(connection),
        options: map(options),
    }
}

pub fn connect(engine: &dyn Engine, connection: &Value, options: &Value) -> Box<dyn Session> {
    let config = settings(connection, options);
    engine.connect(&config, &Call::default()).unwrap()
}

/// An empty table in a folder of published tables, made by the first publication of its kind.
pub fn made_table(folder: &Path, name: &TableName, schema: Schema) {
    let path = serde_json::json!({"path": folder});
    let mut session = connect(&DataFusion::default(), &path, &Value::Null);
    let publication = Publication {
        key: format!("make {name:?}"),
        fence: None,
        create: vec![NewTable {
            table: name.clone(),
            schema,
        }],
        tables: Vec::new(),
    };
    session.publish(&publication, &Call::default()).unwrap();
}

pub fn call(operation: u64) -> Call {
    Call { operation }
}

pub fn class_of<T>(result: Result<T, EngineError>) -> ErrorClass {
    result.err().expect("an error").class
}

/// The rows of a query as texts, `NULL` for NULL.
pub fn rows(session: &mut dyn Session, sql: &str) -> Result<Vec<Vec<String>>, EngineError> {
    let mut stream = session.query(sql, &Call::default())?;
    let schema = import_schema(&mut *stream)?;
    let mut rows = Vec::new();
    while let Some(batch) = stream.next()? {
        // SAFETY: both are the C data interface's `struct ArrowArray`, and the value is moved.
        let batch = unsafe { std::mem::transmute::<ArrowArray, FFI_ArrowArray>(batch) };
        // SAFETY: the array is one of the stream's schema.
        let data = unsafe { from_ffi(batch, &schema) };
        let batch = StructArray::from(data.unwrap());
        for row in 0..batch.len() {
            let cells = batch.columns().iter().map(|column| cell(column, row));
            rows.push(cells.collect());
        }
    }
    Ok(rows)
}

fn import_schema(stream: &mut dyn BatchStream) -> Result<FFI_ArrowSchema, EngineError> {
    let schema = stream.schema()?;
    // SAFETY: both are the C data interface's `struct ArrowSchema`, and the value is moved.
    Ok(unsafe { std::mem::transmute::<ArrowSchema, FFI_ArrowSchema>(schema) })
}

fn cell(column: &ArrayRef, row: usize) -> String {
    let column = make_array(column.to_data());
    match column.is_null(row) {
        true => "NULL".into(),
        false => array_value_to_string(&column, row).unwrap(),
    }
}

/// The one cell of a query.
pub fn value(session: &mut dyn Session, sql: &str) -> String {
    let rows = rows(session, sql).unwrap();
    assert_eq!(rows.len(), 1, "{sql}");
    rows[0].join(" ")
}

/// The number of rows of a relation for which a condition holds.
pub fn count(session: &mut dyn Session, relation: &str, condition: &str) -> u64 {
    let sql = format!("SELECT count(*) FROM {relation} WHERE {condition}");
    value(session, &sql).parse().unwrap()
}

pub fn parquet(paths: &[PathBuf]) -> Source {
    Source::Files {
        format: FileFormat::Parquet,
        paths: paths.to_vec(),
    }
}

pub fn table(schema: Option<&str>, table: &str) -> TableName {
    TableName {
        catalog: None,
        schema: schema.map(str::to_owned),
        table: table.into(),
    }
}

pub fn attach(session: &mut dyn Session, source: &Source) -> String {
    session.attach("t", source, &Call::default()).unwrap().sql
}

pub fn type_of(session: &mut dyn Session, relation: &str, column: &str) -> LogicalType {
    let relation = data_validator_plugin::Relation {
        sql: relation.into(),
    };
    let schema = session.schema(&relation, &Call::default()).unwrap();
    schema.column(column).unwrap().logical_type.clone()
}

/// Writes columns as a Parquet file.
pub fn write_parquet(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    write_parquet_with(path, columns, WriterProperties::builder().build());
}

pub fn write_parquet_with(path: &Path, columns: Vec<(&str, ArrayRef)>, with: WriterProperties) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(with)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

pub fn array<T: Array + 'static>(array: T) -> ArrayRef {
    Arc::new(array)
}

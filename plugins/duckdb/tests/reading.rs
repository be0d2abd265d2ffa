//! Sources, schemas and queries.

use std::fs;

use data_validator_duckdb::DuckDb;
use data_validator_plugin::{
    Call, ErrorClass, FileFormat, LogicalType, Session, Source, TableName,
};
use serde_json::{Value, json};

use crate::sessions::{class_of, csv, each_way, in_memory, number, run, settings, writable};

#[test]
fn rows_come_in_batches_to_the_end() {
    each_way(|engine| {
        assert_eq!(
            run(&mut *in_memory(engine), "SELECT * FROM range(100000)").unwrap(),
            100_000
        );
    });
}

#[test]
fn a_failure_while_rows_are_made_is_an_error_and_the_session_goes_on() {
    each_way(|engine| {
        let mut session = in_memory(engine);
        let sql = "SELECT CASE WHEN i < 90000 THEN i ELSE CAST('x' || i AS BIGINT) END FROM range(100000) AS t(i)";
        assert_eq!(class_of(run(&mut *session, sql)), ErrorClass::Data);
        assert_eq!(
            run(&mut *session, "SELECT 1").unwrap(),
            1,
            "the session goes on"
        );
    });
}

#[test]
fn several_statements_are_refused_and_none_runs() {
    each_way(|engine| {
        let mut session = in_memory(engine);
        let refused = run(&mut *session, "CREATE TABLE made AS SELECT 1; SELECT 1");
        assert_eq!(class_of(refused), ErrorClass::InvalidSql);
        assert!(run(&mut *session, "SELECT * FROM made").is_err());
    });
}

#[test]
fn an_unquoted_empty_field_is_null_and_a_quoted_one_is_text() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's [a] *.csv");
        fs::write(&path, "id,name\n1,\n2,\"\"\n,x\n").unwrap();
        let mut session = in_memory(engine);
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
    });
}

#[test]
fn a_ragged_line_is_an_error() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ragged.csv");
        fs::write(&path, "id,name\n1,a\n2,b,c\n").unwrap();
        let mut session = in_memory(engine);
        let relation = session.attach("t", &csv(path), &Call::default()).unwrap();
        assert_eq!(
            class_of(run(
                &mut *session,
                &format!("SELECT * FROM {}", relation.sql)
            )),
            ErrorClass::Data
        );
    });
}

#[test]
fn what_is_missing_is_not_found() {
    each_way(|engine| {
        let mut session = in_memory(engine);
        let table = Source::Table(TableName {
            catalog: None,
            schema: None,
            table: r#"x"; DROP TABLE y; --"#.into(),
        });
        assert_eq!(
            class_of(session.attach("t", &table, &Call::default())),
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
            class_of(engine.connect(&no_database, &Call::default())),
            ErrorClass::NotFound
        );
        assert!(!path.exists(), "a missing database is not created");
    });
}

#[test]
fn a_table_is_never_a_file_whose_path_its_name_makes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    fs::write(&path, "a\n1\n").unwrap();
    each_way(|engine| {
        let mut session = in_memory(engine);
        for (schema, table) in [
            (None, path.display().to_string()),
            (
                Some(path.with_extension("").display().to_string()),
                "csv".into(),
            ),
        ] {
            let table = Source::Table(TableName {
                catalog: None,
                schema,
                table,
            });
            let attached = session.attach("t", &table, &Call::default());
            assert_eq!(class_of(attached), ErrorClass::NotFound, "{table:?}");
        }
    });
}

#[test]
fn tables_and_views_are_found_by_all_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.duckdb");
    duckdb::Connection::open(&path)
        .and_then(|database| {
            database.execute_batch(
                "CREATE TABLE \"Orders\" AS SELECT 1 AS a; CREATE SCHEMA s; CREATE VIEW s.v AS SELECT 2 AS a;",
            )
        })
        .unwrap();
    each_way(|engine| {
        let config = settings(&json!({"database": path}), &Value::Null);
        let mut session = engine.connect(&config, &Call::default()).unwrap();
        for (catalog, schema, table) in [
            (None, None, "Orders"),
            (None, None, "orders"),
            (None, Some("MAIN"), "Orders"),
            (None, Some("shop"), "Orders"),
            (Some("shop"), Some("main"), "Orders"),
            (None, Some("s"), "v"),
            (Some("shop"), Some("s"), "v"),
        ] {
            let source = Source::Table(TableName {
                catalog: catalog.map(str::to_owned),
                schema: schema.map(str::to_owned),
                table: table.into(),
            });
            let relation = session.attach("t", &source, &Call::default()).unwrap();
            let schema = session.schema(&relation, &Call::default()).unwrap();
            assert_eq!(schema.columns.len(), 1, "{source:?}");
        }
    });
}

#[test]
fn a_file_of_another_format_is_bad_data() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text.parquet");
        fs::write(&path, "this is not a Parquet file, though its name says so").unwrap();
        let source = Source::Files {
            format: FileFormat::Parquet,
            paths: vec![path],
        };
        assert_eq!(
            class_of(in_memory(engine).attach("t", &source, &Call::default())),
            ErrorClass::Data
        );
    });
}

#[test]
fn a_database_file_is_read_and_not_written() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.duckdb");
        let writer = duckdb::Connection::open(&path).unwrap();
        writer
            .execute_batch(
                "CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS a, 1.5::DECIMAL(4,2) AS b",
            )
            .unwrap();
        drop(writer);

        let mut session = engine
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
    });
}

#[test]
fn an_unknown_option_is_a_config_error() {
    each_way(|engine| {
        let unknown = engine.connect(
            &settings(&Value::Null, &json!({"thread": 4})),
            &Call::default(),
        );
        assert_eq!(class_of(unknown), ErrorClass::Config);
        let wrong = engine.connect(
            &settings(&Value::Null, &json!({"threads": "many"})),
            &Call::default(),
        );
        assert_eq!(class_of(wrong), ErrorClass::Config);
        assert!(
            engine
                .connect(
                    &settings(&Value::Null, &json!({"threads": 1, "memory_limit": "1GB"})),
                    &Call::default()
                )
                .is_ok()
        );
    });
}

#[test]
fn a_file_is_open_once_in_a_process_whichever_engine_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.duckdb");
    each_way(|engine| {
        let mut writer = writable(engine, &path);
        let reading = settings(&json!({"database": path}), &Value::Null);
        let refused = engine.connect(&reading, &Call::default()).err().unwrap();
        assert_eq!(refused.class, ErrorClass::Transient, "{refused}");
        assert!(refused.message.contains("read_only"), "{refused}");
        let count = "SELECT count(*) FROM duckdb_databases() WHERE NOT internal";
        assert_eq!(number(&mut *writer, count).unwrap(), 1);
        drop(writer);
        let mut reader = engine.connect(&reading, &Call::default()).unwrap();
        assert_eq!(number(&mut *reader, count).unwrap(), 1);
    });
    let engines = [DuckDb::default(), DuckDb::default()];
    let mut sessions = engines.each_ref().map(|engine| writable(engine, &path));
    let made = sessions[0].execute("CREATE TABLE t AS SELECT 1 AS a", &Call::default());
    made.unwrap();
    let there = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'";
    assert_eq!(number(&mut *sessions[1], there).unwrap(), 1);
}

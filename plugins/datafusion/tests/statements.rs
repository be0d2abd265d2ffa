//! Queries, their errors, and what is refused.

use data_validator_plugin::{Call, Engine, ErrorClass, Source};
use serde_json::{Value, json};

use crate::support::{
    attach, class_of, connect, in_each_session, in_each_way, rows, settings, table, value,
};

#[test]
fn rows_come_in_batches_to_the_end() {
    in_each_session(|session| {
        let read = rows(session, "SELECT * FROM range(0, 100000)").unwrap();
        assert_eq!(read.len(), 100_000);
    });
}

#[test]
fn a_failure_while_rows_are_made_is_an_error_and_the_session_goes_on() {
    in_each_session(|session| {
        let sql = "SELECT CASE WHEN value < 90000 THEN value ELSE CAST(concat('x', value) AS BIGINT) END \
                   FROM range(0, 100000)";
        assert_eq!(class_of(rows(session, sql)), ErrorClass::Data);
        assert_eq!(value(session, "SELECT 1"), "1", "the session goes on");
    });
}

#[test]
fn a_stream_that_failed_goes_on_failing() {
    in_each_session(|session| {
        let sql = "SELECT CAST(concat('x', value) AS BIGINT) FROM range(0, 10)";
        let mut stream = session.query(sql, &Call::default()).unwrap();
        assert_eq!(class_of(stream.next()), ErrorClass::Data);
        assert_eq!(class_of(stream.next()), ErrorClass::Data);
    });
}

#[test]
fn several_statements_are_refused_and_none_runs() {
    in_each_session(|session| {
        for sql in [
            "CREATE TABLE made AS SELECT 1; SELECT 1",
            "SELECT 1; SELECT 2",
            "",
            ";",
            "-- nothing",
        ] {
            assert_eq!(
                class_of(rows(session, sql)),
                ErrorClass::InvalidSql,
                "{sql}"
            );
        }
        assert_eq!(
            class_of(rows(session, "SELECT * FROM made")),
            ErrorClass::NotFound
        );
        assert_eq!(value(session, "SELECT 1;"), "1", "one with its end is one");
    });
}

#[test]
fn a_statement_that_would_change_something_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let copied = folder.path().join("copied.csv");
    in_each_session(|session| {
        for sql in [
            "CREATE TABLE made AS SELECT 1",
            "SELECT 1 AS a INTO made",
            "CREATE VIEW made AS SELECT 1",
            "INSERT INTO made VALUES (1)",
            "DROP TABLE made",
            "SET datafusion.execution.batch_size = 1",
            "EXPLAIN SELECT 1",
            &format!("COPY (SELECT 1) TO '{}'", copied.display()),
            &format!(
                "CREATE EXTERNAL TABLE made STORED AS CSV LOCATION '{}'",
                copied.display()
            ),
        ] {
            let class = class_of(rows(session, sql));
            let refused = [ErrorClass::InvalidSql, ErrorClass::Unsupported];
            assert!(refused.contains(&class), "{sql}: {class}");
        }
        assert!(rows(session, "SELECT * FROM made").is_err());
        assert!(!copied.exists());
    });
}

#[test]
fn a_file_is_no_table_unless_it_is_attached() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "a\n1\n").unwrap();
    in_each_session(|session| {
        let sql = format!("SELECT * FROM '{}'", path.display());
        assert_eq!(class_of(rows(session, &sql)), ErrorClass::NotFound);
    });
}

#[test]
fn a_statement_that_is_wrong_says_how() {
    in_each_session(|session| {
        for (sql, class) in [
            ("SELEC 1", ErrorClass::InvalidSql),
            ("SELECT nothing", ErrorClass::NotFound),
            ("SELECT no_function(1)", ErrorClass::InvalidSql),
            ("SELECT 'a' ~ '('", ErrorClass::InvalidSql),
            (
                "SELECT concat('a', value) ~ concat('(', value) FROM range(0, 1)",
                ErrorClass::InvalidSql,
            ),
            ("SELECT * FROM nowhere", ErrorClass::NotFound),
            ("SELECT * FROM no.where", ErrorClass::NotFound),
            ("SELECT * FROM no.whe.re", ErrorClass::NotFound),
            ("SELECT CAST('x' AS BIGINT)", ErrorClass::Data),
            (
                "SELECT 1 / (value - value) FROM range(0, 1)",
                ErrorClass::Data,
            ),
        ] {
            let error = rows(session, sql).expect_err(sql);
            assert_eq!(error.class, class, "{sql}: {}", error.message);
            assert!(!error.message.contains('\n'), "{}", error.message);
        }
    });
}

#[test]
fn a_table_that_is_missing_is_not_found() {
    in_each_session(|session| {
        let name = table(None, r#"x"; DROP TABLE y; --"#);
        let attached = session.attach("t", &Source::Table(name), &Call::default());
        assert_eq!(class_of(attached), ErrorClass::NotFound);
    });
}

#[test]
fn a_query_can_be_a_source_and_be_replaced() {
    in_each_session(|session| {
        let relation = attach(
            session,
            &Source::Query("SELECT 1 AS \"Id\" UNION ALL SELECT 2".into()),
        );
        assert_eq!(
            value(session, &format!("SELECT sum(\"Id\") FROM {relation}")),
            "3"
        );
        assert_eq!(
            value(session, &format!("SELECT sum(Id) FROM {relation}")),
            "3"
        );
        let relation = attach(session, &Source::Query("SELECT 7 AS \"Id\"".into()));
        assert_eq!(
            value(session, &format!("SELECT \"Id\" FROM {relation}")),
            "7"
        );
        session.detach("t", &Call::default()).unwrap();
        session.detach("t", &Call::default()).unwrap();
        let refused = session.attach("u", &Source::Query("DROP TABLE t".into()), &Call::default());
        assert_eq!(class_of(refused), ErrorClass::InvalidSql);
    });
}

#[test]
fn an_unknown_option_is_a_config_error() {
    in_each_way(|engine: &dyn Engine| {
        let refused = |options: &Value| {
            let config = settings(&Value::Null, options);
            class_of(engine.connect(&config, &Call::default()))
        };
        for options in [
            json!({"thread": 4}),
            json!({"batch_size": "many"}),
            json!({"batch_size": 0}),
            json!({"memory_limit": "much"}),
            json!({"datafusion.execution.no_such": 1}),
            json!({"datafusion.runtime.memory_limit": "1G"}),
            json!({"temp_directory": []}),
        ] {
            assert_eq!(refused(&options), ErrorClass::Config, "{options}");
        }
        let options = json!({
            "memory_limit": "1GB", "batch_size": 1000, "target_partitions": 1,
            "datafusion.execution.collect_statistics": false,
        });
        let mut session = connect(engine, &Value::Null, &options);
        assert_eq!(value(&mut *session, "SELECT 1"), "1");
    });
}

#[test]
fn a_deep_expression_does_not_overflow_a_stack() {
    in_each_session(|session| {
        let relation = attach(
            session,
            &Source::Query("SELECT value AS a FROM range(0, 10)".into()),
        );
        let conditions: Vec<String> = (0..3000).map(|number| format!("a = {number}")).collect();
        let sql = format!(
            "SELECT count(*) FROM {relation} WHERE {}",
            conditions.join(" OR ")
        );
        assert_eq!(value(session, &sql), "10");
        let deep = format!("SELECT {}1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(class_of(rows(session, &deep)), ErrorClass::InvalidSql);
    });
}

#[test]
fn sessions_work_side_by_side_and_outlive_their_engine() {
    in_each_way(|engine: &dyn Engine| {
        let sessions: Vec<_> = (0..4)
            .map(|_| connect(engine, &Value::Null, &Value::Null))
            .collect();
        let threads = sessions.into_iter().map(|mut session| {
            std::thread::spawn(move || {
                value(&mut *session, "SELECT sum(value) FROM range(0, 100000)")
            })
        });
        for thread in threads.collect::<Vec<_>>() {
            assert_eq!(thread.join().unwrap(), "4999950000");
        }
    });
    for (_, engine) in crate::support::ways() {
        let mut session = connect(&*engine, &Value::Null, &Value::Null);
        drop(engine);
        assert_eq!(value(&mut *session, "SELECT 1"), "1");
    }
}

#[test]
fn the_engine_works_and_ends_on_a_thread_of_another_runtime() {
    let other = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    other.block_on(async {
        for (_, engine) in crate::support::ways() {
            let mut session = connect(&*engine, &Value::Null, &Value::Null);
            assert_eq!(
                value(&mut *session, "SELECT count(*) FROM range(0, 100000)"),
                "100000"
            );
            drop(session);
            drop(engine);
        }
    });
}

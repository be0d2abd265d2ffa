//! Memory, spilling and copies.

use std::fs;

use data_validator_plugin::{Call, Engine, ErrorClass, Relation, Source};
use serde_json::{Value, json};

use crate::support::{attach, class_of, connect, in_each_way, rows, value};

/// Sorts far more than a megabyte.
const SORTED: &str = "SELECT count(*) FROM (SELECT DISTINCT concat('a text of some length ', value) AS t \
                      FROM range(0, 400000))";

#[test]
fn a_query_that_needs_more_memory_than_there_is_ends_as_resource() {
    in_each_way(|engine: &dyn Engine| {
        let mut session = connect(engine, &Value::Null, &json!({"memory_limit": "100KB"}));
        assert_eq!(class_of(rows(&mut *session, SORTED)), ErrorClass::Resource);
        assert_eq!(value(&mut *session, "SELECT 1"), "1", "the session goes on");
    });
}

#[test]
fn a_query_spills_to_the_folder_of_the_option() {
    let folder = tempfile::tempdir().unwrap();
    let spilled = folder.path().join("made/here");
    in_each_way(|engine: &dyn Engine| {
        let options =
            json!({"memory_limit": "24MB", "temp_directory": spilled, "target_partitions": 1});
        let mut session = connect(engine, &Value::Null, &options);
        let sql = "SELECT count(*) FROM (SELECT concat('a text of some length ', value) AS t, count(*) \
                   FROM range(0, 1000000) GROUP BY 1)";
        assert_eq!(value(&mut *session, sql), "1000000");
        assert!(spilled.is_dir());
        let no_room = json!({
            "memory_limit": "24MB", "temp_directory": spilled, "target_partitions": 1,
            "max_temp_directory_size": "1MB",
        });
        let mut session = connect(engine, &Value::Null, &no_room);
        let error = rows(&mut *session, sql).unwrap_err();
        assert_eq!(error.class, ErrorClass::Resource, "{}", error.message);
    });
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    in_each_way(|engine: &dyn Engine| {
        let options = json!({"temp_directory": file.join("no")});
        let config = crate::support::settings(&Value::Null, &options);
        let class = class_of(engine.connect(&config, &Call::default()));
        assert_eq!(class, ErrorClass::Config);
    });
}

#[test]
fn a_copy_has_the_same_rows_and_goes_with_its_source() {
    in_each_way(|engine: &dyn Engine| {
        let mut session = connect(engine, &Value::Null, &Value::Null);
        let query = "SELECT value AS \"A\", CAST(value AS VARCHAR) AS b FROM range(0, 100000)";
        let relation = Relation {
            sql: attach(&mut *session, &Source::Query(query.into())),
        };
        let copied = session.materialise("t", &relation, &["b", "A"], &Call::default());
        // What crosses the C border has no copies.
        let Some(copy) = copied.unwrap() else {
            return;
        };
        assert_eq!(
            value(
                &mut *session,
                &format!("SELECT count(*), sum(\"A\"), max(b) FROM {}", copy.sql)
            ),
            "100000 4999950000 99999"
        );
        let schema = session.schema(&copy, &Call::default()).unwrap();
        assert_eq!(schema.columns[0].name, "b");
        let again = session
            .materialise("t", &relation, &["A"], &Call::default())
            .unwrap();
        assert_eq!(again, Some(copy.clone()));
        session.detach("t", &Call::default()).unwrap();
        let gone = rows(&mut *session, &format!("SELECT * FROM {}", copy.sql));
        assert_eq!(class_of(gone), ErrorClass::NotFound);
    });
}

#[test]
fn a_copy_that_does_not_fit_is_none_and_takes_no_memory() {
    in_each_way(|engine: &dyn Engine| {
        let options = json!({"memory_limit": "10MB"});
        let mut session = connect(engine, &Value::Null, &options);
        let query = "SELECT concat('a text of some length ', value) AS a FROM range(0, 1000000)";
        let relation = Relation {
            sql: attach(&mut *session, &Source::Query(query.into())),
        };
        for _ in 0..3 {
            let copy = session.materialise("t", &relation, &["a"], &Call::default());
            assert_eq!(copy.unwrap(), None);
        }
        let small = "SELECT value AS a FROM range(0, 1000)";
        let relation = Relation {
            sql: attach(&mut *session, &Source::Query(small.into())),
        };
        session
            .materialise("t", &relation, &["a"], &Call::default())
            .unwrap();
        assert_eq!(
            value(
                &mut *session,
                &format!("SELECT count(*) FROM {}", relation.sql)
            ),
            "1000"
        );
    });
}

//! Tables in a folder: publishing, asking, reading.

use std::fs;
use std::path::Path;

use data_validator_plugin::{
    Call, Column, Effect, Engine, ErrorClass, Fence, LogicalType, Outcome, Publication,
    Replacement, Rows, Scalar, Schema, Session, Source, TableName,
};
use serde_json::{Value, json};

use crate::support::{
    call, class_of, connect, in_each_way, made_table, rows, settings, table, value,
};

const COLUMNS: [(&str, LogicalType); 8] = [
    ("Id", LogicalType::Integer),
    ("name", LogicalType::Text),
    ("at", LogicalType::TimestampTz),
    ("day", LogicalType::Date),
    ("ok", LogicalType::Boolean),
    ("rate", LogicalType::Double),
    (
        "price",
        LogicalType::Decimal {
            precision: 9,
            scale: 2,
        },
    ),
    ("local", LogicalType::Timestamp),
];

fn made(folder: &Path, name: &TableName) {
    let columns = COLUMNS.map(|(name, logical_type)| Column {
        name: name.into(),
        logical_type,
    });
    let schema = Schema {
        columns: columns.into(),
    };
    made_table(folder, name, schema);
}

fn of_rows(columns: &[&str], rows: Vec<Vec<Scalar>>) -> Rows {
    Rows {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        rows,
    }
}

fn inserting(key: &str, name: &TableName, rows: Vec<Vec<Scalar>>) -> Publication {
    Publication {
        key: key.into(),
        fence: None,
        create: Vec::new(),
        tables: vec![Replacement {
            table: name.clone(),
            delete: Rows::default(),
            insert: of_rows(&["Id", "name"], rows),
        }],
    }
}

fn publish(session: &mut dyn Session, publication: &Publication) -> Outcome {
    session.publish(publication, &Call::default()).unwrap()
}

fn names(session: &mut dyn Session, relation: &str) -> String {
    let sql = format!(r#"SELECT string_agg(name, ' ' ORDER BY name) FROM {relation}"#);
    value(session, &sql)
}

/// Runs a test with a session on a folder that has the table `Results` in the schema `State`.
fn in_each_store(test: impl Fn(&dyn Engine, &Path, &TableName, &mut dyn Session, &str)) {
    in_each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let name = table(Some("State"), "Results");
        made(folder.path(), &name);
        let mut session = connect(engine, &json!({"path": folder.path()}), &Value::Null);
        let relation = session
            .attach("t", &Source::Table(name.clone()), &Call::default())
            .unwrap();
        test(engine, folder.path(), &name, &mut *session, &relation.sql);
    });
}

#[test]
fn values_come_back_as_the_types_of_their_columns() {
    in_each_store(|_, _, name, session, relation| {
        assert_eq!(
            value(session, &format!("SELECT count(*) FROM {relation}")),
            "0"
        );
        let publication = Publication {
            key: "k".into(),
            fence: None,
            create: Vec::new(),
            tables: vec![Replacement {
                table: name.clone(),
                delete: Rows::default(),
                insert: of_rows(
                    &["rate", "Id", "name", "at", "day", "ok", "price", "local"],
                    vec![
                        vec![
                            Scalar::Number(serde_json::Number::from_f64(0.1).unwrap()),
                            7.into(),
                            "é\n😀".into(),
                            "2025-07-24T10:11:49.391678Z".into(),
                            "2024-02-29".into(),
                            Scalar::Boolean(true),
                            "1.50".into(),
                            "0001-01-01T00:00:00".into(),
                        ],
                        vec![Scalar::Null; 8],
                    ],
                ),
            }],
        };
        assert_eq!(publish(session, &publication), Outcome::Published);
        let sql = format!("SELECT * FROM {relation} ORDER BY \"Id\"");
        let read = rows(session, &sql).unwrap();
        assert_eq!(
            read[0],
            [
                "7",
                "é\n😀",
                "2025-07-24T10:11:49.391678Z",
                "2024-02-29",
                "true",
                "0.1",
                "1.50",
                "0001-01-01T00:00:00",
            ]
        );
        assert_eq!(read[1], ["NULL"; 8]);
        for (name, logical_type) in COLUMNS {
            assert_eq!(
                crate::support::type_of(session, relation, name),
                logical_type
            );
        }
    });
}

#[test]
fn a_key_is_published_once() {
    in_each_store(|engine, folder, name, session, relation| {
        let publication = inserting("the/Key", name, vec![vec![1.into(), "a".into()]]);
        for _ in 0..3 {
            assert_eq!(publish(session, &publication), Outcome::Published);
        }
        let other_rows = inserting("the/Key", name, vec![vec![2.into(), "b".into()]]);
        assert_eq!(publish(session, &other_rows), Outcome::Published);
        assert_eq!(names(session, relation), "a");
        let mut later = connect(engine, &json!({"path": folder}), &Value::Null);
        assert_eq!(publish(&mut *later, &publication), Outcome::Published);
        let mut outcome = |key: &str| later.outcome(key, &Call::default()).unwrap();
        assert_eq!(outcome("the/Key"), Some(Outcome::Published));
        assert_eq!(outcome("the/key"), None);
        assert_eq!(names(&mut *later, relation), "a");
    });
}

#[test]
fn rows_go_by_the_values_of_their_key_and_inserted_ones_stay() {
    in_each_store(|_, _, name, session, relation| {
        let null = || Scalar::Null;
        let some = vec![
            vec![1.into(), "a".into()],
            vec![1.into(), "b".into()],
            vec![2.into(), "c".into()],
            vec![null(), "d".into()],
            vec![null(), null()],
        ];
        publish(session, &inserting("1", name, some));
        let mut replacing = inserting("2", name, vec![vec![1.into(), "b".into()]]);
        replacing.tables[0].delete = of_rows(
            &["name", "Id"],
            vec![vec!["b".into(), 1.into()], vec!["c".into(), 9.into()]],
        );
        publish(session, &replacing);
        assert_eq!(names(session, relation), "a b c d");
        let mut replacing = inserting("3", name, vec![]);
        replacing.tables[0].delete = of_rows(&["Id"], vec![vec![null()], vec![2.into()]]);
        publish(session, &replacing);
        assert_eq!(names(session, relation), "a b");
        assert_eq!(
            value(session, &format!("SELECT count(*) FROM {relation}")),
            "2"
        );
        let mut emptying = inserting("4", name, vec![]);
        emptying.tables[0].delete = of_rows(&["Id"], vec![vec![1.into()]]);
        publish(session, &emptying);
        assert_eq!(
            value(session, &format!("SELECT count(*) FROM {relation}")),
            "0"
        );
    });
}

#[test]
fn a_fence_keeps_out_who_was_replaced() {
    in_each_store(|_, _, name, session, relation| {
        let fenced = |key: &str, holder: &str, number: u64| Publication {
            fence: Some(Fence {
                scope: "state".into(),
                holder: holder.into(),
                number,
            }),
            ..inserting(key, name, vec![vec![1.into(), key.into()]])
        };
        let by = |holder: &str, number: u64| Outcome::Fenced {
            by: fenced("", holder, number).fence.unwrap(),
        };
        assert_eq!(publish(session, &fenced("a", "one", 1)), Outcome::Published);
        assert_eq!(publish(session, &fenced("b", "one", 1)), Outcome::Published);
        assert_eq!(publish(session, &fenced("c", "two", 1)), by("one", 1));
        assert_eq!(publish(session, &fenced("d", "two", 2)), Outcome::Published);
        assert_eq!(publish(session, &fenced("e", "one", 1)), by("two", 2));
        assert_eq!(
            publish(session, &fenced("a", "one", 1)),
            Outcome::Published,
            "it was"
        );
        assert_eq!(names(session, relation), "a b d");
        assert_eq!(session.outcome("e", &Call::default()).unwrap(), None);
    });
}

#[test]
fn a_publication_that_fails_changes_nothing_and_says_so() {
    in_each_store(|_, _, name, session, relation| {
        let good = || vec![vec![1.into(), "a".into()]];
        let mut twice = inserting("k", name, good());
        twice.tables.push(twice.tables[0].clone());
        let mut missing = inserting("k", name, good());
        missing.tables.push(Replacement {
            table: table(None, "nowhere"),
            ..missing.tables[0].clone()
        });
        let mut column = inserting("k", name, good());
        column.tables[0].insert.columns[1] = "Name".into();
        let text = inserting("k", name, vec![vec!["x".into(), "a".into()]]);
        let short = inserting("k", name, vec![vec![1.into()]]);
        for (publication, class) in [
            (twice, ErrorClass::InvalidState),
            (missing, ErrorClass::NotFound),
            (column, ErrorClass::NotFound),
            (text, ErrorClass::Data),
            (short, ErrorClass::InvalidState),
        ] {
            let error = session.publish(&publication, &Call::default()).unwrap_err();
            assert_eq!(error.class, class, "{}", error.message);
            assert_eq!(error.effect, Effect::None);
            assert_eq!(session.outcome("k", &Call::default()).unwrap(), None);
        }
        assert_eq!(
            value(session, &format!("SELECT count(*) FROM {relation}")),
            "0"
        );
        assert_eq!(
            publish(session, &inserting("k", name, good())),
            Outcome::Published
        );
        assert_eq!(names(session, relation), "a");
    });
}

#[test]
fn many_publications_leave_few_files() {
    in_each_store(|_, folder, name, session, relation| {
        for number in 0..200_u64 {
            let row = vec![vec![number.into(), "x".into()]];
            publish(session, &inserting(&number.to_string(), name, row));
        }
        assert_eq!(
            value(
                session,
                &format!("SELECT count(*), count(DISTINCT \"Id\") FROM {relation}")
            ),
            "200 200"
        );
        let files = |folder: &Path| fs::read_dir(folder).unwrap().count();
        let own = folder.join("_data_validator");
        assert!(files(&folder.join("%53tate/%52esults")) < 12);
        assert_eq!(files(&own.join("manifests")), 1);
        assert_eq!(files(&own.join("staging")), 0);
    });
}

#[test]
fn what_is_read_stays_while_others_publish() {
    in_each_store(|engine, folder, name, session, relation| {
        let some: Vec<Vec<Scalar>> = (0..100_000_u64)
            .map(|id| vec![id.into(), "old".into()])
            .collect();
        publish(session, &inserting("1", name, some));
        let mut writer = connect(engine, &json!({"path": folder}), &Value::Null);
        let mut stream = session
            .query(&format!("SELECT \"Id\" FROM {relation}"), &Call::default())
            .unwrap();
        let mut read = stream.next().unwrap().unwrap().length;
        let mut emptying = inserting("2", name, vec![vec![1.into(), "new".into()]]);
        emptying.tables[0].delete = of_rows(&["name"], vec![vec!["old".into()]]);
        publish(&mut *writer, &emptying);
        while let Some(batch) = stream.next().unwrap() {
            read += batch.length;
        }
        assert_eq!(read, 100_000);
        drop(stream);
        assert_eq!(names(session, relation), "new");
    });
}

#[test]
fn tables_are_found_by_schema_and_name_and_never_made_by_reading() {
    in_each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        made(folder.path(), &table(None, "plain"));
        let mut session = connect(engine, &json!({"path": folder.path()}), &Value::Null);
        assert_eq!(value(&mut *session, "SELECT count(*) FROM plain"), "0");
        assert_eq!(
            value(&mut *session, "SELECT count(*) FROM public.plain"),
            "0"
        );
        for name in [
            table(None, "Plain"),
            table(Some("other"), "plain"),
            table(None, "_data_validator"),
        ] {
            let attached = session.attach("t", &Source::Table(name), &Call::default());
            assert_eq!(class_of(attached), ErrorClass::NotFound);
        }
        let catalog = TableName {
            catalog: Some("datafusion".into()),
            ..table(Some("public"), "plain")
        };
        session
            .attach("t", &Source::Table(catalog), &Call::default())
            .unwrap();
    });
}

#[test]
fn a_folder_that_is_missing_or_empty_holds_no_tables() {
    in_each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let config = settings(&json!({"path": missing}), &Value::Null);
        assert_eq!(
            class_of(engine.connect(&config, &Call::default())),
            ErrorClass::NotFound
        );
        assert!(!missing.exists());
        let mut session = connect(engine, &json!({"path": folder.path()}), &Value::Null);
        let publication = inserting("k", &table(None, "t"), vec![]);
        assert_eq!(
            class_of(session.publish(&publication, &Call::default())),
            ErrorClass::NotFound
        );
        assert_eq!(session.outcome("k", &Call::default()).unwrap(), None);
        assert_eq!(
            class_of(rows(&mut *session, "SELECT * FROM t")),
            ErrorClass::NotFound
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut session = connect(engine, &Value::Null, &Value::Null);
        assert_eq!(
            class_of(session.publish(&publication, &Call::default())),
            ErrorClass::Config
        );
    });
}

#[test]
fn two_publishers_wait_for_each_other() {
    in_each_store(|engine, folder, name, session, relation| {
        let writers: Vec<_> = (0..4_u64)
            .map(|writer| {
                let mut session = connect(engine, &json!({"path": folder}), &Value::Null);
                let name = name.clone();
                std::thread::spawn(move || {
                    for number in 0..25_u64 {
                        let id = writer * 25 + number;
                        let row = vec![vec![id.into(), "x".into()]];
                        publish(&mut *session, &inserting(&id.to_string(), &name, row));
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        assert_eq!(
            value(
                session,
                &format!("SELECT count(*), count(DISTINCT \"Id\") FROM {relation}")
            ),
            "100 100"
        );
    });
}

#[test]
fn waiting_for_a_publisher_can_be_cancelled() {
    in_each_store(|_, folder, name, session, _| {
        let lock = fs::File::options()
            .write(true)
            .open(folder.join("_data_validator/publish.lock"))
            .unwrap();
        lock.lock().unwrap();
        let canceller = session.canceller();
        let cancelling = std::thread::spawn(move || canceller.cancel(7));
        let publication = inserting("k", name, vec![]);
        assert_eq!(
            class_of(session.publish(&publication, &call(7))),
            ErrorClass::Cancelled
        );
        cancelling.join().unwrap();
        lock.unlock().unwrap();
        assert_eq!(publish(session, &publication), Outcome::Published);
    });
}

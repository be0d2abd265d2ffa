//! Rows that become visible together, once, or not at all.

use std::thread;

use data_validator_plugin::{
    Call, Column, Effect, Engine, EngineError, ErrorClass, Fence, LogicalType, NewTable, Outcome,
    Publication, Replacement, Rows, Scalar, Schema, Session,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sessions::{class_of, each_way, in_memory, number, settings, table, writable};

/// A publication that makes the table `results` and puts this row into it.
fn first(key: &str, rule: &str, failed: u64) -> Publication {
    let column = |name: &str, logical_type| Column {
        name: name.into(),
        logical_type,
    };
    Publication {
        create: vec![NewTable {
            table: table("results"),
            schema: Schema {
                columns: vec![
                    column("rule", LogicalType::Text),
                    column("failed", LogicalType::Integer),
                    column("at", LogicalType::Timestamp),
                    column("rate", LogicalType::Double),
                    column("passed", LogicalType::Boolean),
                ],
            },
        }],
        ..of_rule(key, rule, failed)
    }
}

/// A publication that replaces the rows of a rule by one.
fn of_rule(key: &str, rule: &str, failed: u64) -> Publication {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Publication {
        key: key.into(),
        fence: None,
        create: Vec::new(),
        tables: vec![Replacement {
            table: table("results"),
            delete: Rows {
                columns: names(&["rule"]),
                rows: vec![vec![rule.into()]],
            },
            insert: Rows {
                columns: names(&["rule", "failed", "at", "rate", "passed"]),
                rows: vec![vec![
                    rule.into(),
                    failed.into(),
                    "2026-01-31T12:00:00.5".into(),
                    Scalar::Number(serde_json::Number::from_f64(0.1).unwrap()),
                    Scalar::Boolean(false),
                ]],
            },
        }],
    }
}

fn fenced(publication: Publication, holder: &str, number: u64) -> Publication {
    Publication {
        fence: Some(Fence {
            scope: "state".into(),
            holder: holder.into(),
            number,
        }),
        ..publication
    }
}

/// A database file in a folder of its own.
struct Database(TempDir);

impl Database {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn session(&self, engine: &dyn Engine) -> Box<dyn Session> {
        writable(engine, &self.0.path().join("state.duckdb"))
    }
}

fn publish(session: &mut dyn Session, publication: &Publication) -> Result<Outcome, EngineError> {
    session.publish(publication, &Call::default())
}

const FAILED: &str = "SELECT coalesce(sum(failed), 0) FROM results";

#[test]
fn a_key_is_published_once() {
    each_way(|engine| {
        let database = Database::new();
        let mut session = database.session(engine);
        let call = Call::default();
        for failed in [3, 4] {
            let done = publish(&mut *session, &first("k1", "id", failed));
            assert_eq!(done, Ok(Outcome::Published));
        }
        assert_eq!(number(&mut *session, FAILED), Ok(3));
        let all = "SELECT count(*) FROM results WHERE rule = 'id' AND rate = 0.1 AND NOT passed \
                   AND \"at\" = TIMESTAMP '2026-01-31 12:00:00.5'";
        assert_eq!(number(&mut *session, all), Ok(1));
        assert_eq!(session.outcome("k1", &call), Ok(Some(Outcome::Published)));
        assert_eq!(session.outcome("k2", &call), Ok(None));
        // Another session, after this one has ended.
        drop(session);
        let mut session = database.session(engine);
        assert_eq!(session.outcome("k1", &call), Ok(Some(Outcome::Published)));
        assert_eq!(number(&mut *session, FAILED), Ok(3));
    });
}

#[test]
fn rows_of_the_same_key_columns_are_replaced_also_where_they_are_null() {
    each_way(|engine| {
        let database = Database::new();
        let mut session = database.session(engine);
        publish(&mut *session, &first("k1", "id", 3)).unwrap();
        publish(&mut *session, &of_rule("k2", "other", 5)).unwrap();
        publish(&mut *session, &of_rule("k3", "id", 10)).unwrap();
        assert_eq!(number(&mut *session, FAILED), Ok(15));
        let mut nameless = of_rule("k4", "", 100);
        nameless.tables[0].delete.rows[0][0] = Scalar::Null;
        nameless.tables[0].insert.rows[0][0] = Scalar::Null;
        publish(&mut *session, &nameless).unwrap();
        nameless.key = "k5".into();
        publish(&mut *session, &nameless).unwrap();
        assert_eq!(number(&mut *session, FAILED), Ok(115));
    });
}

#[test]
fn many_rows_are_published_together() {
    each_way(|engine| {
        let database = Database::new();
        let mut session = database.session(engine);
        let mut many = first("k1", "id", 1);
        let row = many.tables[0].insert.rows[0].clone();
        many.tables[0].insert.rows = vec![row; 1000];
        publish(&mut *session, &many).unwrap();
        assert_eq!(number(&mut *session, FAILED), Ok(1000));
        // The last row of many is refused, and none of them stays.
        many.key = "k2".into();
        many.tables[0].insert.rows[999][1] = "many".into();
        let error = publish(&mut *session, &many).unwrap_err();
        assert_eq!(
            (error.class, error.effect),
            (ErrorClass::Data, Effect::None)
        );
        assert_eq!(number(&mut *session, FAILED), Ok(1000));
        assert_eq!(session.outcome("k2", &Call::default()), Ok(None));
    });
}

#[test]
fn a_publication_that_fails_makes_nothing() {
    each_way(|engine| {
        let database = Database::new();
        let mut session = database.session(engine);
        let mut bad = first("k1", "id", 3);
        bad.tables[0].insert.rows[0][1] = "many".into();
        assert_eq!(
            publish(&mut *session, &bad).unwrap_err().effect,
            Effect::None
        );
        let missing = publish(&mut *session, &of_rule("k1", "id", 3));
        assert_eq!(class_of(missing), ErrorClass::NotFound);
        assert_eq!(
            publish(&mut *session, &first("k1", "id", 3)),
            Ok(Outcome::Published)
        );
        let mut elsewhere = of_rule("k2", "id", 3);
        elsewhere.tables[0].table = table("nowhere");
        assert_eq!(
            class_of(publish(&mut *session, &elsewhere)),
            ErrorClass::NotFound
        );
        let mut short = of_rule("k3", "id", 3);
        short.tables[0].insert.rows[0].pop();
        assert_eq!(
            class_of(publish(&mut *session, &short)),
            ErrorClass::InvalidState
        );
        assert_eq!(number(&mut *session, FAILED), Ok(3));
    });
}

#[test]
fn who_was_replaced_publishes_no_more() {
    each_way(|engine| {
        let database = Database::new();
        let mut session = database.session(engine);
        let mut publish = |publication, holder: &str, number| {
            publish(&mut *session, &fenced(publication, holder, number)).unwrap()
        };
        assert_eq!(publish(first("k1", "id", 1), "a", 1), Outcome::Published);
        assert_eq!(publish(of_rule("k2", "id", 2), "a", 1), Outcome::Published);
        assert_eq!(publish(of_rule("k3", "id", 3), "b", 2), Outcome::Published);
        for (holder, number) in [("a", 1), ("c", 2), ("b", 1)] {
            let Outcome::Fenced { by } = publish(of_rule("k4", "id", 4), holder, number) else {
                panic!("{holder} {number} passed");
            };
            assert_eq!((by.holder.as_str(), by.number), ("b", 2));
        }
        // What was published before stays so, whoever asks.
        assert_eq!(publish(of_rule("k2", "id", 2), "a", 1), Outcome::Published);
        assert_eq!(number(&mut *session, FAILED), Ok(3));
        assert_eq!(session.outcome("k4", &Call::default()), Ok(None));
    });
}

#[test]
fn sessions_that_publish_the_same_key_leave_one_row() {
    each_way(|engine| {
        let database = Database::new();
        let mut session = database.session(engine);
        publish(&mut *session, &first("k0", "id", 0)).unwrap();
        thread::scope(|scope| {
            for writer in 0..4 {
                let mut session = database.session(engine);
                scope.spawn(move || {
                    for key in 0..10 {
                        let publication = of_rule(&format!("key {key}"), &format!("{key}"), 1);
                        let done = publish(&mut *session, &publication);
                        assert_eq!(done, Ok(Outcome::Published), "writer {writer}");
                    }
                });
            }
        });
        assert_eq!(number(&mut *session, FAILED), Ok(10));
        assert_eq!(
            number(&mut *session, "SELECT count(*) FROM results"),
            Ok(11)
        );
    });
}

#[test]
fn a_database_that_keeps_nothing_is_refused() {
    each_way(|engine| {
        let refused = publish(&mut *in_memory(engine), &first("k", "id", 1));
        assert_eq!(class_of(refused), ErrorClass::Config);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.duckdb");
        drop(writable(engine, &path));
        let settings = settings(&json!({"database": path}), &Value::Null);
        let mut session = engine.connect(&settings, &Call::default()).unwrap();
        let refused = publish(&mut *session, &first("k", "id", 1)).unwrap_err();
        assert_eq!(refused.class, ErrorClass::Config);
        assert!(refused.message.contains("read_only"), "{}", refused.message);
        assert!(session.outcome("k", &Call::default()).is_err());
    });
}

use std::thread;

use data_validator_harness::eventually;
use data_validator_plugin::{
    Column, ErrorClass, Fence, LogicalType, NewTable, Outcome, Publication, Replacement, Rows,
    Scalar, Schema, TransactionState,
};
use data_validator_postgres::publication_tables;

use crate::support::{
    Home, attach, backend, call, class_of, connect, named, native, run, value, ways,
};

/// A schema with the tables that publications are noted in, and one of results.
pub fn home() -> Home {
    let home =
        Home::new("CREATE TABLE results (rule text, passed boolean, n bigint, details jsonb);");
    home.run(&publication_tables(&home.name));
    home
}

/// One row for a rule, in the place of those it had.
pub fn publication(key: &str, rule: &str, n: u64) -> Publication {
    Publication {
        key: key.into(),
        fence: None,
        create: Vec::new(),
        tables: vec![Replacement {
            table: named("results"),
            delete: Rows {
                columns: vec!["rule".into()],
                rows: vec![vec![rule.into()]],
            },
            insert: Rows {
                columns: ["rule", "passed", "n", "details"].map(String::from).into(),
                rows: vec![vec![
                    rule.into(),
                    Scalar::Boolean(true),
                    n.into(),
                    r#"{"bad": 1}"#.into(),
                ]],
            },
        }],
    }
}

fn fence(holder: &str, number: u64) -> Fence {
    Fence {
        scope: "state".into(),
        holder: holder.into(),
        number,
    }
}

#[test]
fn rows_take_the_place_of_others_and_a_key_is_published_once() {
    for (way, engine) in ways() {
        let home = home();
        let mut session = home.session(&*engine);
        let mut publish =
            |key: &str, n| session.publish(&publication(key, "a", n), &call()).unwrap();
        assert_eq!(publish("one", 1), Outcome::Published, "{way}");
        assert_eq!(publish("one", 99), Outcome::Published, "{way}");
        assert_eq!(
            home.value("SELECT string_agg(n::text, ',') FROM results"),
            "1",
            "{way}"
        );
        assert_eq!(publish("two", 2), Outcome::Published, "{way}");
        assert_eq!(
            home.value("SELECT string_agg(n::text, ',') FROM results"),
            "2",
            "{way}"
        );
        assert_eq!(
            home.value("SELECT details->>'bad' FROM results"),
            "1",
            "{way}"
        );
        assert_eq!(
            session.outcome("one", &call()).unwrap(),
            Some(Outcome::Published),
            "{way}"
        );
        assert_eq!(session.outcome("none", &call()).unwrap(), None, "{way}");
    }
}

#[test]
fn null_is_the_same_as_null_and_many_rows_go_at_once() {
    for (way, engine) in ways() {
        let home = home();
        home.run("INSERT INTO results VALUES ('a', NULL, 1), ('a', true, 1), (NULL, NULL, 2), ('b', NULL, 1);");
        let mut session = home.session(&*engine);
        let mut publication = publication("k", "x", 0);
        publication.tables[0].delete = Rows {
            columns: vec!["rule".into(), "passed".into()],
            rows: vec![
                vec!["a".into(), Scalar::Null],
                vec![Scalar::Null, Scalar::Null],
            ],
        };
        publication.tables[0].insert.rows = (0..12_000_u64)
            .map(|n| vec![Scalar::Null, Scalar::Null, n.into(), Scalar::Null])
            .collect();
        session.publish(&publication, &call()).unwrap();
        let kept = "SELECT count(*) FROM results WHERE n = 1 AND rule IS NOT NULL";
        assert_eq!(home.value(kept), "2", "{way}");
        assert_eq!(home.value("SELECT count(*) FROM results"), "12002", "{way}");
    }
}

#[test]
fn an_error_publishes_nothing_of_any_table() {
    for (way, engine) in ways() {
        let home = home();
        home.run("CREATE TABLE second (n smallint PRIMARY KEY, short varchar(3));");
        let mut session = home.session(&*engine);
        for (key, row, class) in [
            (
                "too large",
                vec![Scalar::from(70_000), Scalar::Null],
                ErrorClass::Data,
            ),
            (
                "no number",
                vec!["x".into(), Scalar::Null],
                ErrorClass::Data,
            ),
            (
                "too long",
                vec![Scalar::from(1), "four".into()],
                ErrorClass::Data,
            ),
            (
                "no key",
                vec![Scalar::Null, Scalar::Null],
                ErrorClass::Integrity,
            ),
        ] {
            let mut publication = publication(key, "a", 1);
            publication.tables.push(Replacement {
                table: named("second"),
                delete: Rows::default(),
                insert: Rows {
                    columns: vec!["n".into(), "short".into()],
                    rows: vec![row],
                },
            });
            let error = session.publish(&publication, &call()).unwrap_err();
            assert_eq!(error.class, class, "{way}: {key}: {error}");
            assert_eq!(error.transaction, TransactionState::None, "{way}");
            assert_eq!(home.value("SELECT count(*) FROM results"), "0", "{way}");
            assert_eq!(session.outcome(key, &call()).unwrap(), None, "{way}");
        }
    }
}

#[test]
fn what_is_missing_is_not_found_and_not_made() {
    for (way, engine) in ways() {
        let home = home();
        let mut session = home.session(&*engine);
        let mut to_nowhere = publication("k", "a", 1);
        to_nowhere.tables[0].table = named("no_such_table");
        let missing = session.publish(&to_nowhere, &call());
        assert_eq!(class_of(missing), ErrorClass::NotFound, "{way}");
        let mut connection = home.connection();
        connection["publication_schema"] = "no such schema".into();
        let mut session = connect(&*engine, &connection).unwrap();
        let error = session
            .publish(&publication("k", "a", 1), &call())
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::NotFound, "{way}");
        assert!(error.message.contains("state init"), "{way}: {error}");
        assert_eq!(
            class_of(session.outcome("k", &call())),
            ErrorClass::NotFound,
            "{way}"
        );
    }
}

#[test]
fn a_publication_makes_what_it_names_or_nothing() {
    for (way, engine) in ways() {
        let home = Home::new("");
        let mut session = home.session(&*engine);
        let column = |name: &str, logical_type| Column {
            name: name.into(),
            logical_type,
        };
        let making = |key: &str, n: Scalar| {
            let mut making = publication(key, "id", 1);
            making.create = vec![NewTable {
                table: named("results"),
                schema: Schema {
                    columns: vec![
                        column("rule", LogicalType::Text),
                        column("passed", LogicalType::Boolean),
                        column("n", LogicalType::Integer),
                        column("details", LogicalType::Text),
                    ],
                },
            }];
            making.tables[0].insert.rows[0][2] = n;
            making
        };
        let missing = session.publish(&publication("a", "id", 1), &call());
        assert_eq!(class_of(missing), ErrorClass::NotFound, "{way}");
        let bad = session.publish(&making("a", "many".into()), &call());
        assert_eq!(class_of(bad), ErrorClass::Data, "{way}");
        let tables = format!(
            "SELECT count(*) FROM pg_tables WHERE schemaname = '{}'",
            home.name
        );
        assert_eq!(home.value(&tables), "0", "{way}");
        for _ in 0..2 {
            let done = session.publish(&making("a", 7.into()), &call());
            assert_eq!(done, Ok(Outcome::Published), "{way}");
        }
        assert_eq!(home.value("SELECT sum(n) FROM results"), "7", "{way}");
    }
}

#[test]
fn a_writer_that_was_replaced_is_fenced() {
    for (way, engine) in ways() {
        let home = home();
        let mut session = home.session(&*engine);
        let mut publish = |key: &str, fence: &Fence| {
            let publication = Publication {
                fence: Some(fence.clone()),
                ..publication(key, key, 1)
            };
            session.publish(&publication, &call()).unwrap()
        };
        let (old, new) = (fence("old", 1), fence("new", u64::MAX));
        assert_eq!(publish("a", &old), Outcome::Published, "{way}");
        assert_eq!(publish("b", &old), Outcome::Published, "{way}");
        assert_eq!(publish("c", &new), Outcome::Published, "{way}");
        let fenced = Outcome::Fenced { by: new.clone() };
        assert_eq!(publish("d", &old), fenced, "{way}");
        assert_eq!(publish("d", &fence("third", u64::MAX)), fenced, "{way}");
        // What was published stays so, whoever asks.
        assert_eq!(publish("a", &old), Outcome::Published, "{way}");
        assert_eq!(home.value("SELECT count(*) FROM results"), "3", "{way}");
        assert_eq!(session.outcome("d", &call()).unwrap(), None, "{way}");
    }
}

#[test]
fn others_see_the_whole_publication_or_nothing_of_it() {
    let home = home();
    home.run(
        "CREATE TABLE second AS SELECT 0::bigint AS n;\nINSERT INTO results VALUES ('a', true, 0);",
    );
    for (way, engine) in ways() {
        let mut writer = home.session(&*engine);
        let mut reader = home.session(&*native());
        let prefix = way.to_owned();
        let writing = thread::spawn(move || {
            for n in 1..=40_u64 {
                let mut publication = publication(&format!("{prefix} {n}"), "a", n);
                publication.tables.push(Replacement {
                    table: named("second"),
                    delete: Rows {
                        columns: vec!["n".into()],
                        rows: (0..=40_u64).map(|n| vec![n.into()]).collect(),
                    },
                    insert: Rows {
                        columns: vec!["n".into()],
                        rows: vec![vec![n.into()]],
                    },
                });
                writer.publish(&publication, &call()).unwrap();
            }
        });
        while !writing.is_finished() {
            let both = "SELECT (SELECT string_agg(n::text, ',') FROM results) = (SELECT string_agg(n::text, ',') FROM second)";
            assert_eq!(value(&mut *reader, both), "true", "{way}");
        }
        writing.join().unwrap();
    }
}

#[test]
fn one_key_from_many_sessions_at_once_leaves_one_row() {
    for (way, engine) in ways() {
        let home = home();
        thread::scope(|scope| {
            let writers: Vec<_> = (0..6)
                .map(|n| {
                    let mut session = home.session(&*engine);
                    scope.spawn(move || {
                        session.publish(&publication("same", &format!("r{n}"), n), &call())
                    })
                })
                .collect();
            for writer in writers {
                assert_eq!(writer.join().unwrap().unwrap(), Outcome::Published, "{way}");
            }
        });
        assert_eq!(home.value("SELECT count(*) FROM results"), "1", "{way}");
    }
}

#[test]
fn what_became_of_a_key_is_said_only_when_its_publication_ended() {
    for (way, engine) in ways() {
        let home = home();
        // Another session has the table, so a publication waits in its midst.
        let mut blocker = home.session(&*native());
        blocker.begin(&call()).unwrap();
        run(&mut *blocker, "LOCK TABLE results IN ACCESS EXCLUSIVE MODE");
        let mut writer = home.session(&*engine);
        let mut asking = home.session(&*engine);
        let (writing_pid, asking_pid) = (backend(&mut *writer), backend(&mut *asking));
        let writing = thread::spawn(move || writer.publish(&publication("k", "a", 1), &call()));
        let waiting = |count: &str| {
            let sql = format!(
                "SELECT count(*) FROM pg_stat_activity \
                 WHERE wait_event_type = 'Lock' AND query LIKE '%{count}%' AND pid IN ({writing_pid}, {asking_pid})"
            );
            move |home: &Home| home.value(&sql) == "1"
        };
        let writes = waiting("results");
        eventually("the publication to wait", || writes(&home).then_some(()));
        let outcome = thread::spawn(move || asking.outcome("k", &call()));
        let asks = waiting("advisory");
        eventually("the question to wait", || asks(&home).then_some(()));
        blocker.rollback(&call()).unwrap();
        assert_eq!(
            writing.join().unwrap().unwrap(),
            Outcome::Published,
            "{way}"
        );
        assert_eq!(
            outcome.join().unwrap().unwrap(),
            Some(Outcome::Published),
            "{way}"
        );
    }
}

#[test]
fn a_publication_in_the_midst_of_reading_ends_the_reading() {
    for (way, engine) in ways() {
        let home = home();
        let mut session = home.session(&*engine);
        attach(&mut *session, "results");
        assert_eq!(
            value(&mut *session, "SELECT count(*) FROM results"),
            "0",
            "{way}"
        );
        session.publish(&publication("k", "a", 1), &call()).unwrap();
        assert_eq!(
            value(&mut *session, "SELECT count(*) FROM results"),
            "1",
            "{way}"
        );
    }
}

#[test]
fn a_role_with_the_grants_that_are_documented_can_publish() {
    for (way, engine) in ways() {
        let home = home();
        let schema = &home.name;
        let (role, connection) = home.role("writer", "");
        home.run(&format!(
            "GRANT USAGE ON SCHEMA {schema} TO {role};\n\
             GRANT SELECT, INSERT, DELETE ON results TO {role};\n\
             GRANT SELECT, INSERT ON data_validator_publications TO {role};\n\
             GRANT SELECT, INSERT, UPDATE ON data_validator_fences TO {role};"
        ));
        let mut session = connect(&*engine, &connection).unwrap();
        let mut publication = publication("k", "a", 1);
        publication.fence = Some(fence("me", 1));
        assert_eq!(
            session.publish(&publication, &call()).unwrap(),
            Outcome::Published,
            "{way}"
        );
        assert_eq!(
            session.outcome("k", &call()).unwrap(),
            Some(Outcome::Published),
            "{way}"
        );
    }
}

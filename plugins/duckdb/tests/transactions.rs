//! A program's own transactions.

use data_validator_plugin::{Call, ErrorClass, TransactionState};

use crate::sessions::{class_of, each_way, number, writable};

const ROWS: &str = "SELECT count(*) FROM t";

#[test]
fn what_is_committed_is_seen_by_others_and_not_before() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.duckdb");
        let call = Call::default();
        let (mut one, mut other) = (writable(engine, &path), writable(engine, &path));
        one.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", &call)
            .unwrap();
        one.begin(&call).unwrap();
        assert_eq!(
            one.execute("INSERT INTO t VALUES (1), (2)", &call),
            Ok(Some(2))
        );
        assert_eq!(number(&mut *other, ROWS), Ok(0));
        one.commit(&call).unwrap();
        assert_eq!(number(&mut *other, ROWS), Ok(2));
    });
}

#[test]
fn what_is_rolled_back_was_never_there() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.duckdb");
        let call = Call::default();
        let mut session = writable(engine, &path);
        session.begin(&call).unwrap();
        session
            .execute("CREATE TABLE t (a INTEGER)", &call)
            .unwrap();
        session.execute("INSERT INTO t VALUES (1)", &call).unwrap();
        session.rollback(&call).unwrap();
        assert_eq!(class_of(number(&mut *session, ROWS)), ErrorClass::NotFound);
        // The end of a session is a rollback too.
        session.begin(&call).unwrap();
        session
            .execute("CREATE TABLE t (a INTEGER)", &call)
            .unwrap();
        drop(session);
        let mut session = writable(engine, &path);
        assert_eq!(class_of(number(&mut *session, ROWS)), ErrorClass::NotFound);
    });
}

#[test]
fn a_transaction_that_was_given_up_is_not_committed() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.duckdb");
        let call = Call::default();
        let mut session = writable(engine, &path);
        session
            .execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", &call)
            .unwrap();
        session.begin(&call).unwrap();
        session.execute("INSERT INTO t VALUES (1)", &call).unwrap();
        let twice = session
            .execute("INSERT INTO t VALUES (1)", &call)
            .unwrap_err();
        assert_eq!(twice.class, ErrorClass::Integrity);
        assert_eq!(twice.transaction, TransactionState::Aborted);
        assert!(session.commit(&call).is_err());
        assert_eq!(number(&mut *session, ROWS), Ok(0));
        assert_eq!(
            session.execute("INSERT INTO t VALUES (1)", &call),
            Ok(Some(1))
        );
    });
}

#[test]
fn calls_out_of_place_are_refused() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let call = Call::default();
        let mut session = writable(engine, &folder.path().join("a.duckdb"));
        assert_eq!(class_of(session.commit(&call)), ErrorClass::InvalidState);
        assert_eq!(class_of(session.rollback(&call)), ErrorClass::InvalidState);
        session.begin(&call).unwrap();
        assert_eq!(class_of(session.begin(&call)), ErrorClass::InvalidState);
        assert_eq!(
            class_of(session.outcome("k", &call)),
            ErrorClass::InvalidState
        );
        session.rollback(&call).unwrap();
    });
}

#[test]
fn several_statements_are_refused_and_none_runs() {
    each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        let call = Call::default();
        let mut session = writable(engine, &folder.path().join("a.duckdb"));
        let two = session.execute("CREATE TABLE t (a TEXT); INSERT INTO t VALUES (';')", &call);
        assert_eq!(class_of(two), ErrorClass::InvalidSql);
        assert_eq!(class_of(number(&mut *session, ROWS)), ErrorClass::NotFound);
        session
            .execute("CREATE TABLE t (a TEXT); -- one;\n", &call)
            .unwrap();
        session
            .execute("INSERT INTO t VALUES (';')", &call)
            .unwrap();
        assert_eq!(
            class_of(session.execute("INSERT INTO", &call)),
            ErrorClass::InvalidSql
        );
        assert_eq!(number(&mut *session, ROWS), Ok(1));
    });
}

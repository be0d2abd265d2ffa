use data_validator_plugin::{Effect, ErrorClass, TransactionState};

use crate::support::{Home, attach, call, class_of, connect, query, run, value, ways};

const TABLE: &str = "CREATE TABLE t (a int PRIMARY KEY);";

#[test]
fn a_statement_alone_is_a_transaction_of_its_own_and_counts_its_rows() {
    for (_, engine) in ways() {
        let home = Home::new(TABLE);
        let mut session = home.session(&*engine);
        let mut changed = |sql: &str| session.execute(sql, &call()).unwrap();
        assert_eq!(
            changed("INSERT INTO t SELECT generate_series(1, 7)"),
            Some(7)
        );
        assert_eq!(changed("DELETE FROM t WHERE a > 4"), Some(3));
        assert_eq!(changed("SELECT a FROM t"), None);
        assert_eq!(home.value("SELECT count(*) FROM t"), "4");
    }
}

#[test]
fn several_statements_are_refused_and_none_runs() {
    let home = Home::new(TABLE);
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        let refused = session.execute(
            "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)",
            &call(),
        );
        assert_eq!(class_of(refused), ErrorClass::InvalidSql);
        assert_eq!(home.value("SELECT count(*) FROM t"), "0");
    }
}

#[test]
fn what_a_transaction_did_is_visible_after_its_commit_alone() {
    for (_, engine) in ways() {
        let home = Home::new(TABLE);
        let mut session = home.session(&*engine);
        session.begin(&call()).unwrap();
        run(&mut *session, "INSERT INTO t VALUES (1)");
        run(&mut *session, "CREATE TABLE made (b int)");
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "1");
        assert_eq!(home.value("SELECT count(*) FROM t"), "0");
        session.commit(&call()).unwrap();
        assert_eq!(home.value("SELECT count(*) FROM t"), "1");
        assert_eq!(home.value("SELECT count(*) FROM made"), "0");
    }
}

#[test]
fn a_rollback_and_the_end_of_a_session_leave_nothing() {
    let home = Home::new(TABLE);
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        session.begin(&call()).unwrap();
        run(&mut *session, "INSERT INTO t VALUES (1)");
        session.rollback(&call()).unwrap();
        session.begin(&call()).unwrap();
        run(&mut *session, "INSERT INTO t VALUES (2)");
        drop(session);
        assert_eq!(home.value("SELECT count(*) FROM t"), "0");
    }
}

#[test]
fn the_commit_of_an_aborted_transaction_is_an_error_by_its_cause() {
    let home = Home::new(TABLE);
    home.run("INSERT INTO t VALUES (1);");
    for (_, engine) in ways() {
        for (wrong, first, at_commit) in [
            (
                "INSERT INTO t VALUES (1)",
                ErrorClass::Integrity,
                ErrorClass::Integrity,
            ),
            ("SELECT 1 / 0", ErrorClass::Data, ErrorClass::InvalidState),
        ] {
            let mut session = home.session(&*engine);
            session.begin(&call()).unwrap();
            run(&mut *session, "INSERT INTO t VALUES (2)");
            let error = session.execute(wrong, &call()).unwrap_err();
            assert_eq!(error.class, first);
            assert_eq!(error.transaction, TransactionState::Aborted);
            let after = session.execute("INSERT INTO t VALUES (3)", &call());
            assert_eq!(class_of(after), ErrorClass::InvalidState);
            let error = session.commit(&call()).unwrap_err();
            assert_eq!(error.class, at_commit, "{error}");
            assert_eq!(error.transaction, TransactionState::None);
            assert_eq!(error.effect, Effect::None);
            assert_eq!(home.value("SELECT count(*) FROM t"), "1");
            session.begin(&call()).unwrap();
            session.commit(&call()).unwrap();
        }
    }
}

#[test]
fn a_query_that_fails_in_a_transaction_spoils_it_too() {
    let home = Home::new(TABLE);
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        session.begin(&call()).unwrap();
        run(&mut *session, "INSERT INTO t VALUES (1)");
        assert!(query(&mut *session, "SELECT 1 / 0").is_err());
        assert_eq!(class_of(session.commit(&call())), ErrorClass::InvalidState);
        assert_eq!(home.value("SELECT count(*) FROM t"), "0");
    }
}

#[test]
fn a_constraint_that_waits_for_the_commit_fails_it() {
    let home = Home::new("CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED);");
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        session.begin(&call()).unwrap();
        run(&mut *session, "INSERT INTO t VALUES (1), (1)");
        let error = session.commit(&call()).unwrap_err();
        assert_eq!(error.class, ErrorClass::Integrity);
        assert_eq!(
            (error.effect, error.transaction),
            (Effect::None, TransactionState::None)
        );
        assert_eq!(home.value("SELECT count(*) FROM t"), "0");
    }
}

#[test]
fn calls_that_do_not_fit_the_state_are_refused() {
    let home = Home::new(TABLE);
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        assert_eq!(class_of(session.commit(&call())), ErrorClass::InvalidState);
        assert_eq!(
            class_of(session.rollback(&call())),
            ErrorClass::InvalidState
        );
        let by_hand = session.execute("COMMIT", &call());
        assert_eq!(class_of(by_hand), ErrorClass::InvalidState);
        session.begin(&call()).unwrap();
        assert_eq!(class_of(session.begin(&call())), ErrorClass::InvalidState);
        session.rollback(&call()).unwrap();
    }
}

#[test]
fn a_transaction_ends_the_reading_before_it() {
    for (_, engine) in ways() {
        let home = Home::new(TABLE);
        let mut session = home.session(&*engine);
        attach(&mut *session, "t");
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "0");
        home.run("INSERT INTO t VALUES (1);");
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "0");
        session.begin(&call()).unwrap();
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "1");
        session.commit(&call()).unwrap();
    }
}

#[test]
fn two_transactions_that_wait_for_each_other_are_a_conflict() {
    let home = Home::new("CREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1, 0), (2, 0);");
    for (_, engine) in ways() {
        let mut one = home.session(&*engine);
        let mut two = home.session(&*engine);
        one.begin(&call()).unwrap();
        two.begin(&call()).unwrap();
        run(&mut *one, "UPDATE t SET b = 1 WHERE a = 1");
        run(&mut *two, "UPDATE t SET b = 2 WHERE a = 2");
        let waiting = std::thread::spawn(move || {
            let waited = one.execute("UPDATE t SET b = 1 WHERE a = 2", &call());
            (waited.map(drop), one)
        });
        let second = two
            .execute("UPDATE t SET b = 2 WHERE a = 1", &call())
            .map(drop);
        // The server gives one of them up; the other one waits no longer once that one is rolled back.
        let failed_second = second.is_err();
        if failed_second {
            assert_eq!(class_of(second), ErrorClass::Conflict);
            let error = two.commit(&call()).unwrap_err();
            assert_eq!(error.class, ErrorClass::Conflict);
        }
        let (first, mut one) = waiting.join().unwrap();
        if !failed_second {
            assert_eq!(class_of(first), ErrorClass::Conflict);
            assert_eq!(class_of(one.commit(&call())), ErrorClass::Conflict);
        }
    }
}

#[test]
fn a_session_that_only_reads_refuses_to_write() {
    let home = Home::new(TABLE);
    for (_, engine) in ways() {
        let mut connection = home.connection();
        connection["read_only"] = true.into();
        let mut session = connect(&*engine, &connection).unwrap();
        let refused = session.execute("INSERT INTO t VALUES (1)", &call());
        assert_eq!(class_of(refused), ErrorClass::InvalidState);
        assert_eq!(class_of(session.begin(&call())), ErrorClass::InvalidState);
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "0");
    }
}

use data_validator_harness::{Server, ServerSettings, eventually};
use data_validator_plugin::{ErrorClass, SessionState, TransactionState};
use serde_json::json;

use crate::publish::{home, publication};
use crate::support::{
    Home, attach, backend, call, class_of, connect, native, query, run, value, ways,
};

#[test]
fn a_server_that_is_killed_between_two_statements_is_unavailable_and_a_new_session_works() {
    let mut server = Server::start_own(&ServerSettings::default());
    let url = json!({"url": server.url()});
    let mut first = connect(&*native(), &url).unwrap();
    run(&mut *first, "CREATE TABLE t AS SELECT 7 AS a");
    drop(first);
    for (way, engine) in ways() {
        let mut session = connect(&*engine, &url).unwrap();
        attach(&mut *session, "t");
        assert_eq!(value(&mut *session, "SELECT a FROM t"), "7", "{way}");
        server.kill();
        // The process of the session may live to answer once more.
        let error = eventually("the session to break", || {
            query(&mut *session, "SELECT a FROM t").err()
        });
        assert_eq!(error.class, ErrorClass::Unavailable, "{way}: {error}");
        assert_eq!(error.session, SessionState::Broken, "{way}");
        assert_eq!(error.transaction, TransactionState::None, "{way}");
        let again = query(&mut *session, "SELECT a FROM t").unwrap_err();
        assert_eq!(again.class, ErrorClass::Unavailable, "{way}: {again}");
        assert_eq!(
            class_of(connect(&*engine, &url)),
            ErrorClass::Unavailable,
            "{way}"
        );
        server.restart();
        let mut session = connect(&*engine, &url).unwrap();
        assert_eq!(value(&mut *session, "SELECT a FROM t"), "7", "{way}");
    }
}

#[test]
fn a_session_that_an_administrator_ends_is_unavailable_by_its_sqlstate() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        attach(&mut *session, "t");
        let pid = backend(&mut *session);
        assert_eq!(
            home.value(&format!("SELECT pg_terminate_backend({pid})")),
            "true"
        );
        let gone = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");
        eventually("the session to end", || {
            (home.value(&gone) == "0").then_some(())
        });
        let error = query(&mut *session, "SELECT 1").unwrap_err();
        assert_eq!(error.class, ErrorClass::Unavailable, "{way}: {error}");
        assert_eq!(error.sqlstate.as_deref(), Some("57P01"), "{way}: {error}");
        assert_eq!(error.session, SessionState::Broken, "{way}");
    }
}

#[test]
fn a_role_that_may_only_read_reads_and_does_not_publish() {
    for (way, engine) in ways() {
        let home = home();
        let (role, connection) = home.role("reader", "");
        home.run(&format!(
            "GRANT USAGE ON SCHEMA {0} TO {role};\n\
             GRANT SELECT ON ALL TABLES IN SCHEMA {0} TO {role};\n\
             CREATE TABLE secret (a int);",
            home.name
        ));
        let mut session = connect(&*engine, &connection).unwrap();
        attach(&mut *session, "results");
        assert_eq!(
            value(&mut *session, "SELECT count(*) FROM results"),
            "0",
            "{way}"
        );
        let error = session
            .publish(&publication("k", "a", 1), &call())
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Auth, "{way}: {error}");
        let error = query(&mut *session, "SELECT * FROM secret").unwrap_err();
        assert_eq!(error.class, ErrorClass::Auth, "{way}: {error}");
        assert_eq!(error.sqlstate.as_deref(), Some("42501"), "{way}");
    }
}

#[test]
fn a_table_that_another_session_has_is_a_passing_fault_within_a_limit() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        let mut blocker = home.session(&*native());
        blocker.begin(&call()).unwrap();
        run(&mut *blocker, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
        let mut settings = crate::support::config(&home.connection(), &serde_json::Value::Null);
        settings
            .options
            .insert("lock_timeout".into(), "20ms".into());
        let mut session = engine.connect(&settings, &call()).unwrap();
        let error = query(&mut *session, "SELECT a FROM t").unwrap_err();
        assert_eq!(error.class, ErrorClass::Transient, "{way}: {error}");
        blocker.rollback(&call()).unwrap();
        assert_eq!(value(&mut *session, "SELECT a FROM t"), "1", "{way}");
    }
}

use std::sync::mpsc::channel;
use std::thread;

use data_validator_harness::eventually;
use data_validator_plugin::{Call, ErrorClass, SessionState, TransactionState};

use crate::support::{Home, attach, backend, call, class_of, query, value, ways};

/// Takes longer than a lifetime, and gives no row before.
const ENDLESS: &str = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b, generate_series(1, 100000) c \
                       WHERE a + b + c = 7";

fn numbered(operation: u64) -> Call {
    Call { operation }
}

#[test]
fn a_running_query_is_cancelled_and_ends_on_the_server() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        attach(&mut *session, "t");
        let pid = backend(&mut *session);
        let canceller = session.canceller();
        let (done, error) = channel();
        let querying = thread::spawn(move || {
            let outcome = session
                .query(ENDLESS, &numbered(1))
                .and_then(|mut stream| stream.next().map(drop));
            done.send(outcome).unwrap();
            session
        });
        let state = format!("SELECT state || query FROM pg_stat_activity WHERE pid = {pid}");
        eventually("the query to run", || {
            let state = home.value(&state);
            (state.starts_with("active") && state.contains("100000")).then_some(())
        });
        canceller.cancel(1);
        let error = error.recv().unwrap().unwrap_err();
        assert_eq!(error.class, ErrorClass::Cancelled, "{way}: {error}");
        assert_eq!(error.session, SessionState::Usable, "{way}");
        assert!(!home.value(&state).starts_with("active"), "{way}");
        let mut session = querying.join().unwrap();
        assert_eq!(value(&mut *session, "SELECT a FROM t"), "1", "{way}");
    }
}

#[test]
fn a_stream_is_cancelled_midway() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let canceller = session.canceller();
        let endless = "SELECT generate_series(1, 1000000000000) AS i";
        let mut stream = session.query(endless, &numbered(1)).unwrap();
        assert!(stream.next().unwrap().is_some(), "{way}");
        canceller.cancel(1);
        let error = loop {
            match stream.next() {
                Ok(batch) => assert!(batch.is_some(), "{way}: the stream ended"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.class, ErrorClass::Cancelled, "{way}: {error}");
        drop(stream);
        assert_eq!(value(&mut *session, "SELECT 1"), "1", "{way}");
    }
}

#[test]
fn a_cancel_that_comes_early_is_not_lost() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        session.canceller().cancel(1);
        let cancelled = session.query("SELECT 1", &numbered(1)).map(drop);
        assert_eq!(class_of(cancelled), ErrorClass::Cancelled, "{way}");
        assert_eq!(value(&mut *session, "SELECT 1"), "1", "{way}");
    }
}

#[test]
fn a_cancel_that_comes_late_or_at_the_end_does_not_hit_the_next_statement() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let canceller = session.canceller();
        let (asked, asks) = channel::<u64>();
        let cancelling = thread::spawn(move || {
            for operation in asks {
                canceller.cancel(operation);
            }
        });
        let mut cancelled = 0;
        for operation in (2..400).step_by(2) {
            // This one may be cancelled or not, as it comes.
            let raced = session
                .query(
                    "SELECT count(*) FROM generate_series(1, 2000)",
                    &numbered(operation),
                )
                .and_then(|mut stream| {
                    asked.send(operation).unwrap();
                    data_validator_harness::table(&mut *stream)
                });
            if let Err(error) = raced {
                assert_eq!(error.class, ErrorClass::Cancelled, "{way}: {error}");
                cancelled += 1;
            }
            // That one must not be.
            let next = session
                .query(
                    "SELECT count(*) FROM generate_series(1, 2000)",
                    &numbered(operation + 1),
                )
                .and_then(|mut stream| data_validator_harness::table(&mut *stream));
            assert_eq!(next.unwrap().value(), "2000", "{way}: after {cancelled}");
        }
        drop(asked);
        cancelling.join().unwrap();
    }
}

#[test]
fn a_statement_that_is_cancelled_while_it_runs_spoils_its_transaction() {
    let home = Home::new("");
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        let pid = backend(&mut *session);
        let canceller = session.canceller();
        session.begin(&call()).unwrap();
        let sleeping = thread::spawn(move || {
            let slept = session.execute("SELECT pg_sleep(600)", &numbered(1));
            (slept, session)
        });
        // The text of a statement stands there while it is prepared, too; only what runs sleeps.
        let runs = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'PgSleep'"
        );
        eventually("the statement to run", || {
            (home.value(&runs) == "1").then_some(())
        });
        canceller.cancel(1);
        let (slept, mut session) = sleeping.join().unwrap();
        let error = slept.unwrap_err();
        assert_eq!(error.class, ErrorClass::Cancelled, "{error}");
        assert_eq!(error.transaction, TransactionState::Aborted);
        assert_eq!(class_of(session.commit(&call())), ErrorClass::InvalidState);
        assert_eq!(value(&mut *session, "SELECT 1"), "1");
    }
}

#[test]
fn a_statement_that_was_cancelled_before_it_began_leaves_its_transaction_as_it_is() {
    let home = Home::new("");
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        session.begin(&call()).unwrap();
        session.canceller().cancel(1);
        let cancelled = session.execute("SELECT pg_sleep(600)", &numbered(1));
        assert_eq!(class_of(cancelled), ErrorClass::Cancelled);
        session.commit(&call()).unwrap();
    }
}

#[test]
fn a_limit_of_the_server_is_a_timeout_and_no_cancellation() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut settings = crate::support::config(&home.connection(), &serde_json::Value::Null);
        settings
            .options
            .insert("statement_timeout".into(), "50ms".into());
        let mut session = engine.connect(&settings, &call()).unwrap();
        let error = query(&mut *session, ENDLESS).unwrap_err();
        assert_eq!(error.class, ErrorClass::Timeout, "{way}: {error}");
        assert_eq!(value(&mut *session, "SELECT 1"), "1", "{way}");
    }
}

#[test]
fn a_canceller_may_outlive_its_session() {
    let home = Home::new("");
    for (_, engine) in ways() {
        let session = home.session(&*engine);
        let canceller = session.canceller();
        drop(session);
        canceller.cancel(1);
    }
}

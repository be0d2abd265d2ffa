//! A panic in any function of an engine is an error for the host, and the process goes on.

use std::sync::Arc;

use data_validator_plugin::abi::export::table;
use data_validator_plugin::abi::import::import_table;
use data_validator_plugin::{
    Call, Description, Engine, EngineConfig, EngineError, ErrorClass, Session, SessionState,
    Source, loopback,
};

use crate::canned::{Canned, Live};
use crate::conversation::{config, error, publication, relation};

/// An engine that panics where it is told to, besides those places where a canned one does.
struct Panicking(&'static str);

impl Engine for Panicking {
    fn describe(&self) -> Description {
        assert!(self.0 != "describe", "describe panics");
        Canned::default().describe()
    }

    fn connect(&self, _: &EngineConfig, _: &Call) -> Result<Box<dyn Session>, EngineError> {
        std::panic::panic_any(7)
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        assert!(self.0 != "drop", "the engine's end panics");
    }
}

fn session(how: &str) -> Box<dyn Session> {
    let engine = loopback(Box::new(Canned::default())).unwrap();
    engine.connect(&config(how), &Call::default()).unwrap()
}

fn assert_panicked<T>(result: Result<T, EngineError>, entry: &str, said: &str) {
    let error = error(result);
    let expected = format!("the engine panicked in '{entry}': {said}; this is a defect in it");
    assert_eq!(error.message, expected);
    assert_eq!(error.class, ErrorClass::Internal);
    assert_eq!(error.session, SessionState::Broken);
}

#[test]
fn a_panic_in_a_function_of_an_engine_is_its_error() {
    let table = table(Box::new(|| panic!("open panics")));
    // SAFETY: the table is one of this library.
    let opened = unsafe { import_table(table) };
    assert_panicked(opened, "engine_open", "open panics");
    let described = loopback(Box::new(Panicking("describe")));
    assert_panicked(described, "describe", "describe panics");
    let engine = loopback(Box::new(Canned::default())).unwrap();
    let connected = engine.connect(&config("panic"), &Call::default());
    assert_panicked(connected, "session_open", "connect panics");
}

#[test]
fn a_panic_with_something_else_than_text_is_an_error_too() {
    let engine = loopback(Box::new(Panicking("connect"))).unwrap();
    let connected = engine.connect(&config("well"), &Call::default());
    assert_panicked(connected, "session_open", "it gave no message");
}

#[test]
fn a_panic_in_a_function_of_a_session_is_its_error() {
    let (mut session, call) = (session("well"), Call::default());
    let panicking = relation("panic");
    let query = Source::Query(String::new());
    assert_panicked(
        session.attach("panic", &query, &call),
        "attach",
        "attach panics",
    );
    assert_panicked(
        session.schema(&panicking, &call),
        "table_schema",
        "schema panics",
    );
    assert_panicked(
        session.data_version(&panicking, &call),
        "data_version",
        "data_version panics",
    );
    assert_panicked(
        session.statistics(&panicking, &[], &call),
        "statistics",
        "statistics panics",
    );
    assert_panicked(
        session.materialise("panic", &relation("t"), &[], &call),
        "materialise",
        "materialise panics",
    );
    assert_panicked(session.detach("panic", &call), "detach", "detach panics");
    assert_panicked(session.execute("panic", &call), "execute", "execute panics");
    let thirteen = Call { operation: 13 };
    assert_panicked(session.begin(&thirteen), "begin", "begin panics");
    assert_panicked(session.commit(&thirteen), "commit", "commit panics");
    assert_panicked(session.rollback(&thirteen), "rollback", "rollback panics");
    let mut other = self::session("well");
    let mut rows = other.query("rows 1", &call).unwrap();
    assert_panicked(
        session.ingest("panic", &mut *rows, &call),
        "ingest",
        "ingest panics",
    );
    assert_panicked(
        session.publish(&publication("panic"), &call),
        "publish",
        "publish panics",
    );
    assert_panicked(session.outcome("panic", &call), "outcome", "outcome panics");
    assert_panicked(session.query("panic", &call), "query", "query panics");
    assert!(
        session.query("rows 1", &call).is_ok(),
        "the session was given back"
    );
}

#[test]
fn a_panic_in_a_callback_of_a_stream_is_its_error() {
    let (mut session, call) = (session("well"), Call::default());
    let schema = session.query("panic in schema", &call).unwrap().schema();
    assert_panicked(schema, "a stream", "schema panics");
    let next = session.query("panic in next", &call).unwrap().next();
    assert_panicked(next, "a stream", "next panics");
    drop(session.query("panic in drop", &call).unwrap());
    assert!(
        session.query("rows 1", &call).is_ok(),
        "the session was given back"
    );
}

#[test]
fn a_panic_of_the_rows_that_a_plugin_reads_is_an_error_of_its_call() {
    let (mut reading, mut session, call) = (session("well"), session("well"), Call::default());
    for (sql, said) in [
        ("panic in schema", "schema panics"),
        ("panic in next", "next panics"),
    ] {
        let mut rows = session.query(sql, &call).unwrap();
        let error = error(reading.ingest("t", &mut *rows, &call));
        assert_eq!(error.class, ErrorClass::Internal);
        assert!(error.message.contains(said), "{}", error.message);
    }
    assert!(reading.detach("t", &call).is_ok());
}

#[test]
fn a_panic_where_no_error_can_be_told_is_held_back() {
    session("well").canceller().cancel(13);
    drop(session("panic at the end"));
    let engine = Panicking("drop");
    drop(loopback(Box::new(engine)).unwrap());
}

#[test]
fn a_panic_leaves_nothing_behind() {
    let live = Live::default();
    let engine = Canned { live: live.clone() };
    let engine: Arc<dyn Engine> = Arc::new(loopback(Box::new(engine)).unwrap());
    let mut session = engine.connect(&config("well"), &Call::default()).unwrap();
    for sql in ["panic", "panic in schema", "panic in next", "panic in drop"] {
        if let Ok(mut stream) = session.query(sql, &Call::default()) {
            let _ = stream.schema();
            let _ = stream.next();
        }
    }
    drop((engine, session));
    assert_eq!(live.others(), 0);
}

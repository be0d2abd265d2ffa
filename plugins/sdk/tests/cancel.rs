//! Stopping a call from another thread.

use std::thread;

use data_validator_plugin::{Call, Engine, ErrorClass, loopback};

use crate::canned::Canned;
use crate::conversation::{config, error};

#[test]
fn a_call_is_cancelled_from_another_thread_by_its_number() {
    let engine = loopback(Box::new(Canned::default())).unwrap();
    let call = Call { operation: 42 };
    let mut session = engine.connect(&config("well"), &call).unwrap();
    let canceller = session.canceller();
    let mut stream = session.query("wait", &call).unwrap();
    let failed = thread::scope(|scope| {
        scope.spawn(|| {
            canceller.cancel(41);
            canceller.cancel(42);
        });
        error(stream.next())
    });
    assert_eq!(failed.class, ErrorClass::Cancelled);
    drop(stream);
    assert!(session.query("rows 1", &call).is_ok());
}

#[test]
fn a_canceller_outlives_its_session_and_does_nothing() {
    let engine = loopback(Box::new(Canned::default())).unwrap();
    let session = engine.connect(&config("well"), &Call::default()).unwrap();
    let canceller = session.canceller();
    drop((session, engine));
    canceller.cancel(13);
}

#[test]
fn sessions_are_used_and_cancelled_from_many_threads() {
    let engine = loopback(Box::new(Canned::default())).unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let engine = &engine;
            scope.spawn(move || {
                for round in 0..50 {
                    let call = Call {
                        operation: 1000 * thread + round + 100,
                    };
                    let mut session = engine.connect(&config("well"), &call).unwrap();
                    let canceller = session.canceller();
                    scope.spawn(move || canceller.cancel(call.operation));
                    let stopped = error(session.query("wait", &call).unwrap().next());
                    assert_eq!(stopped.class, ErrorClass::Cancelled);
                }
            });
        }
    });
}

//! Cancelling from another thread.

use data_validator_plugin::ErrorClass;

use crate::support::{call, class_of, in_each_session};

/// Rows that no computer counts in a lifetime.
const ENDLESS: &str = "SELECT count(*) FROM range(0, 100000000) a(i) CROSS JOIN range(0, 100000000) b(j) \
                       WHERE a.i * b.j % 1000003 = 7";

#[test]
fn a_running_query_is_cancelled_from_another_thread() {
    in_each_session(|session| {
        for early in [true, false] {
            let canceller = session.canceller();
            let (begun, ready) = std::sync::mpsc::channel();
            let operation = if early { 1 } else { 3 };
            let cancelling = std::thread::spawn(move || {
                // Early or late: in both cases it must not be lost.
                if !early {
                    ready.recv().unwrap();
                }
                canceller.cancel(operation);
            });
            // Nobody listens where the cancellation came early.
            let _ = begun.send(());
            let ended = session
                .query(ENDLESS, &call(operation))
                .and_then(|mut stream| stream.next());
            assert_eq!(class_of(ended), ErrorClass::Cancelled);
            cancelling.join().unwrap();
            let mut stream = session.query("SELECT 1", &call(operation + 1)).unwrap();
            assert_eq!(stream.next().unwrap().unwrap().length, 1);
        }
    });
}

#[test]
fn a_query_that_has_begun_to_give_rows_is_cancelled() {
    in_each_session(|session| {
        let canceller = session.canceller();
        let mut stream = session
            .query("SELECT * FROM range(0, 1000000000)", &call(1))
            .unwrap();
        assert!(stream.next().unwrap().is_some());
        canceller.cancel(1);
        assert_eq!(class_of(stream.next()), ErrorClass::Cancelled);
    });
}

#[test]
fn a_cancel_that_comes_late_does_not_hit_the_next_statement() {
    in_each_session(|session| {
        let canceller = session.canceller();
        drop(session.query("SELECT 1", &call(1)).unwrap());
        for operation in 2..200 {
            canceller.cancel(operation - 1);
            let mut stream = session
                .query("SELECT * FROM range(0, 50000)", &call(operation))
                .unwrap();
            canceller.cancel(operation - 1);
            let mut rows = 0;
            while let Some(batch) = stream.next().unwrap() {
                rows += batch.length;
            }
            assert_eq!(rows, 50_000);
        }
    });
}

#[test]
fn a_stream_that_ended_cannot_be_cancelled() {
    in_each_session(|session| {
        let canceller = session.canceller();
        let mut stream = session.query("SELECT 1", &call(2)).unwrap();
        while stream.next().unwrap().is_some() {}
        canceller.cancel(2);
        assert!(stream.next().unwrap().is_none());
    });
}

#[test]
fn a_stream_that_is_dropped_half_way_leaves_the_session_usable() {
    in_each_session(|session| {
        for operation in 1..50 {
            let mut stream = session
                .query("SELECT * FROM range(0, 100000000)", &call(operation))
                .unwrap();
            assert!(stream.next().unwrap().is_some());
        }
    });
}

#[test]
fn a_canceller_may_outlive_its_session() {
    for (_, engine) in crate::support::ways() {
        let session =
            crate::support::connect(&*engine, &serde_json::Value::Null, &serde_json::Value::Null);
        let canceller = session.canceller();
        drop(session);
        canceller.cancel(1);
    }
}

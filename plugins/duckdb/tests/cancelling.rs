//! Stopping a query from another thread.

use data_validator_plugin::{Call, ErrorClass};

use crate::sessions::{class_of, each_way, in_memory, run};

/// Rows that no computer counts in a lifetime.
const ENDLESS: &str = "SELECT count(*) FROM range(100000000) a(i), range(100000000) b(j) WHERE a.i * b.j % 1000003 = 7";

fn call(operation: u64) -> Call {
    Call { operation }
}

#[test]
fn a_running_query_is_cancelled_from_another_thread() {
    each_way(|engine| {
        for early in [true, false] {
            let mut session = in_memory(engine);
            let canceller = session.canceller();
            let (begun, ready) = std::sync::mpsc::channel();
            let cancelling = std::thread::spawn(move || {
                // Early or late: in both cases it must not be lost.
                if !early {
                    ready.recv().unwrap();
                }
                canceller.cancel(1);
            });
            // Nobody listens where the cancellation came early.
            let _ = begun.send(());
            assert_eq!(
                class_of(session.query(ENDLESS, &call(1))),
                ErrorClass::Cancelled
            );
            cancelling.join().unwrap();
            let mut stream = session.query("SELECT 1", &call(2)).unwrap();
            assert_eq!(stream.next().unwrap().unwrap().length, 1);
        }
    });
}

#[test]
fn a_cancel_that_comes_late_does_not_hit_the_next_statement() {
    each_way(|engine| {
        let mut session = in_memory(engine);
        let canceller = session.canceller();
        drop(session.query("SELECT 1", &call(1)).unwrap());
        for operation in 2..200 {
            canceller.cancel(operation - 1);
            let mut stream = session
                .query("SELECT * FROM range(50000)", &call(operation))
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
    each_way(|engine| {
        let mut session = in_memory(engine);
        let canceller = session.canceller();
        let mut stream = session.query("SELECT 1", &call(2)).unwrap();
        while stream.next().unwrap().is_some() {}
        canceller.cancel(2);
        assert!(stream.next().unwrap().is_none());
    });
}

#[test]
fn a_canceller_may_outlive_its_session() {
    each_way(|engine| {
        let session = in_memory(engine);
        let canceller = session.canceller();
        drop(session);
        canceller.cancel(1);
    });
}

#[test]
fn an_error_of_a_running_statement_is_not_taken_for_a_cancellation() {
    each_way(|engine| {
        for _ in 0..50 {
            let mut session = in_memory(engine);
            let bad = "SELECT CAST(CASE WHEN i = 3000000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(6000000) t(i)";
            assert_eq!(class_of(run(&mut *session, bad)), ErrorClass::Data);
        }
    });
}

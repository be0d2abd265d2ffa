//! What the border costs, and that it leaves nothing behind. Run with `--release`.
//!
//! `border_cost rounds 1000` opens, queries and closes that often, for tools that look at memory;
//! `border_cost` prints the time of calls with and without the border.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "what the tests use, and a failure may end the example"
)]

#[path = "../tests/canned/mod.rs"]
mod canned;

use std::time::Instant;

use canned::{Canned, Live};
use data_validator_plugin::{
    Call, Engine, EngineConfig, Relation, Session, Source, TableName, loopback,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rounds", count] => rounds(count.parse().unwrap()),
        _ => costs(),
    }
}

/// Everything from the engine to its last row, and both ways a query can fail.
fn rounds(count: usize) {
    let before = (open("fd"), open("task"));
    let live = Live::default();
    for _ in 0..count {
        let engine = loopback(Box::new(Canned { live: live.clone() })).unwrap();
        let mut session = engine
            .connect(&EngineConfig::default(), &Call::default())
            .unwrap();
        for sql in ["rows 3", "fail at 3", "refuse"] {
            let Ok(mut stream) = session.query(sql, &Call::default()) else {
                continue;
            };
            stream.schema().unwrap();
            while let Ok(Some(batch)) = stream.next() {
                assert_eq!(canned::rows::values(&batch).len(), 2);
            }
        }
    }
    println!("{count} rounds; {} objects left", live.others());
    println!(
        "files and threads before {before:?}, after {:?}",
        (open("fd"), open("task"))
    );
}

/// How many files or threads the process has, where that can be seen.
fn open(what: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{what}")).map_or(0, Iterator::count)
}

fn costs() {
    let native = Canned::default();
    let behind = loopback(Box::new(Canned::default())).unwrap();
    println!("{:<36}{:>10}{:>10}", "ns per call", "native", "border");
    let source = Source::Table(TableName {
        catalog: None,
        schema: None,
        table: "t".into(),
    });
    let (none, some, call) = (relation("x"), relation("t"), Call::default());
    compare("data_version, no answer", &native, &behind, |session| {
        session.data_version(&none, &call).unwrap();
    });
    compare("data_version, a text", &native, &behind, |session| {
        session.data_version(&some, &call).unwrap();
    });
    compare("attach, JSON in, text out", &native, &behind, |session| {
        session.attach("t", &source, &call).unwrap();
    });
    compare(
        "schema, JSON of five columns",
        &native,
        &behind,
        |session| {
            session.schema(&some, &call).unwrap();
        },
    );
    compare("query, no rows", &native, &behind, |session| {
        session.query("rows 0", &call).unwrap().next().unwrap();
    });
    compare("query, one batch", &native, &behind, |session| {
        let mut stream = session.query("rows 1", &call).unwrap();
        while stream.next().unwrap().is_some() {}
    });
    compare(
        "query refused, all of an error",
        &native,
        &behind,
        |session| {
            assert!(session.query("refuse", &call).is_err());
        },
    );
    compare("cancel", &native, &behind, |session| {
        session.canceller().cancel(1);
    });
}

fn relation(sql: &str) -> Relation {
    Relation { sql: sql.into() }
}

fn compare(name: &str, native: &dyn Engine, behind: &dyn Engine, call: impl Fn(&mut dyn Session)) {
    let [native, behind] = [native, behind].map(|engine| {
        let mut session = engine
            .connect(&EngineConfig::default(), &Call::default())
            .unwrap();
        // The best of several: others use the machine too.
        (0..7)
            .map(|_| nanoseconds(&mut *session, &call))
            .min()
            .unwrap_or_default()
    });
    println!("{name:<36}{native:>10}{behind:>10}");
}

fn nanoseconds(session: &mut dyn Session, call: &impl Fn(&mut dyn Session)) -> u128 {
    const CALLS: u32 = 100_000;
    let start = Instant::now();
    for _ in 0..CALLS {
        call(session);
    }
    start.elapsed().as_nanos() / u128::from(CALLS)
}

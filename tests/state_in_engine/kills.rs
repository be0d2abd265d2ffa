//! Runs that are killed while their state is in an engine: what was recorded is whole, and the end is the same.

use std::fs;
use std::thread;
use std::time::Duration;

use data_validator_harness::sample::number;

use super::{Home, KINDS, Kind, RULES, TABLES, is_taken, reasons};
use crate::support::lasting;

/// How often a run is killed on each engine; `CRASH_RUNS` asks for more.
fn runs() -> u64 {
    number("CRASH_RUNS", 4)
}

/// How much a run has written, by what another process can see of it, and what it comes to at the end.
fn written(home: &Home) -> (u64, u64) {
    match home.kind {
        Kind::Postgres => (home.results().try_into().unwrap(), 72),
        Kind::DuckDb => {
            let log = home.workspace.path("s.duckdb.wal");
            (fs::metadata(log).map_or(0, |log| log.len()), 60_000)
        }
        Kind::DataFusion => {
            let keys = home.workspace.path("published/_data_validator/keys");
            (fs::read_dir(keys).map_or(0, |keys| keys.count() as u64), 24)
        }
    }
}

#[test]
fn a_killed_run_continues_where_it_was() {
    for kind in KINDS {
        let home = Home::new(kind, "killed");
        let fresh = lasting(home.report(&[]));
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let (mut resumed, mut begun) = (0, 0);
        for _ in 0..runs() {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            home.reset(&[]);
            let (before, most) = written(&home);
            let enough = before + 1 + (seed >> 33) % most;
            let mut run = home.start(&[]);
            while run.try_wait().unwrap().is_none() && written(&home).0 < enough {
                thread::yield_now();
            }
            run.kill().unwrap();
            run.wait().unwrap();
            let recorded = home.recorded();
            begun += usize::from(!recorded.is_empty() && recorded.len() < TABLES * RULES);
            let report = home.report(&[]);
            for (table, rule, reason) in reasons(&report) {
                let was_recorded = recorded.contains(&(table.clone(), rule.clone()));
                assert_eq!(
                    is_taken(&reason),
                    was_recorded,
                    "{kind:?} {table}.{rule}: {reason}"
                );
                resumed += usize::from(reason.starts_with("resumed"));
            }
            assert_eq!(lasting(report), fresh, "{kind:?} after {enough}");
            assert_eq!(home.recorded().len(), TABLES * RULES, "{kind:?}");
        }
        println!(
            "{kind:?}: {} kills, {begun} of them amid a run; {resumed} results resumed",
            runs()
        );
        assert!(resumed > 0, "{kind:?}: no run was killed in time");
    }
}

#[test]
fn a_killed_import_has_done_all_or_nothing() {
    for kind in KINDS {
        let home = Home::new(kind, "halved");
        home.report(&["--state", "state.json"]);
        home.report(&["--table", "t0"]);
        let (old, all) = (home.results(), (TABLES * RULES) as i128);
        let (mut time, shortest) = (Duration::ZERO, Duration::from_millis(1));
        // Each is killed a little later than the one before, until one comes to its end.
        let mut done = false;
        while !done {
            let mut import = home.begin(&["state", "import", "c.yaml", "state.json", "--replace"]);
            thread::sleep(time);
            import.kill().unwrap();
            done = import.wait().unwrap().success();
            let now = home.results();
            assert!(now == old || now == all, "{kind:?}: {now} results");
            if now == all && !done {
                home.reset(&[]);
                home.report(&["--table", "t0"]);
            }
            time += time / 4 + shortest;
        }
    }
}

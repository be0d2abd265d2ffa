//! Sessions that come and go.

use std::env;
use std::fs;
use std::process::Command;

use data_validator_plugin::{Call, Engine, EngineConfig};

use crate::sessions::{each_way, run};

const ROUNDS: usize = 1000;

/// Set for the process that has no other tests, whose files and threads would be counted too.
const ALONE: &str = "DATA_VALIDATOR_TEST_ALONE";

/// Open file descriptors and threads of this process.
fn held() -> (usize, usize) {
    let count = |folder| fs::read_dir(folder).unwrap().count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}

fn round(engine: &dyn Engine) {
    let mut session = engine
        .connect(&EngineConfig::default(), &Call::default())
        .unwrap();
    assert_eq!(run(&mut *session, "SELECT unnest(range(3))"), Ok(3));
    assert!(run(&mut *session, "SELECT nothing").is_err());
}

#[test]
fn a_thousand_sessions_leave_no_file_and_no_thread_behind() {
    if env::var_os(ALONE).is_none() {
        let name = "rounds::a_thousand_sessions_leave_no_file_and_no_thread_behind";
        let alone = Command::new(env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        assert!(
            alone.status.success(),
            "{}{}",
            String::from_utf8_lossy(&alone.stdout),
            String::from_utf8_lossy(&alone.stderr)
        );
        return;
    }
    each_way(|engine| {
        // What is made once, and stays.
        (0..10).for_each(|_| round(engine));
        let before = held();
        (0..ROUNDS).for_each(|_| round(engine));
        let after = held();
        assert!(
            after.0 <= before.0 && after.1 <= before.1,
            "{before:?} files and threads before, {after:?} after"
        );
    });
}

//! Engines that take the process of a case with them.

use std::sync::Arc;
use std::thread;

use data_validator_plugin::{Call, Engine, EngineConfig, EngineError, Session};

use super::Mutant;
use crate::interpose::Interpose;

/// The case that each of them fails; any would do.
const CASE: &str = "transactions/rollback_leaves_nothing";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "crashes",
        wrong: "it aborts the process when a session is opened",
        engine: "duckdb",
        caught_by: CASE,
        make: || Arc::new(OnConnect(|| std::process::abort())),
    },
    Mutant {
        name: "hangs",
        wrong: "it never answers when a session is opened",
        engine: "duckdb",
        caught_by: CASE,
        make: || {
            Arc::new(OnConnect(|| {
                loop {
                    thread::park();
                }
            }))
        },
    },
    Mutant {
        name: "takes_all_memory",
        wrong: "it takes memory without end when a session is opened",
        engine: "duckdb",
        caught_by: CASE,
        make: || Arc::new(OnConnect(take_memory)),
    },
    Mutant {
        name: "writes_to_stdout",
        wrong: "it writes a line to the host's standard output",
        engine: "duckdb",
        caught_by: CASE,
        make: || Arc::new(OnConnect(|| println!("mutant 1.0, ready"))),
    },
];

/// Does something before a session is opened.
struct OnConnect(fn());

impl Interpose for OnConnect {
    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        (self.0)();
        engine.connect(config, call)
    }
}

fn take_memory() {
    const PIECE: usize = 16 << 20;
    let mut taken: Vec<Vec<u8>> = Vec::new();
    loop {
        // Written to, so that it is really taken.
        taken.push(vec![1; PIECE]);
        thread::yield_now();
        std::hint::black_box(&taken);
    }
}

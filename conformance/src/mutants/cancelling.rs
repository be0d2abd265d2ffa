//! Engines that are stopped in another way than they are asked to be, or write where they must not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use data_validator_plugin::{
    BatchStream, Call, Cancel, Engine, EngineConfig, EngineError, Session,
};

use super::Mutant;
use crate::interpose::Interpose;

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "cannot_be_cancelled",
        wrong: "it goes on with a query that is cancelled",
        engine: "duckdb",
        caught_by: "cancel/a_query_that_runs_is_cancelled",
        make: || Arc::new(CannotBeCancelled),
    },
    Mutant {
        name: "cancels_whatever_comes_next",
        wrong: "a request that comes too late hits the next query",
        engine: "duckdb",
        caught_by: "cancel/a_late_request_hits_nothing",
        make: || Arc::new(CancelsWhateverComesNext::default()),
    },
    Mutant {
        name: "reads_only_in_name",
        wrong: "a session that was to read only can write",
        engine: "postgres",
        caught_by: "security/a_session_that_reads_only_writes_nothing",
        make: || Arc::new(ReadsOnlyInName),
    },
];

struct CannotBeCancelled;

impl Interpose for CannotBeCancelled {
    fn canceller(&self, _session: &dyn Session) -> Box<dyn Cancel> {
        Box::new(NoCancel)
    }
}

struct NoCancel;

impl Cancel for NoCancel {
    fn cancel(&self, _operation: u64) {}
}

/// The operation that was asked for last to be cancelled, and is over; the next one is cancelled.
#[derive(Default)]
struct CancelsWhateverComesNext {
    requested: Arc<AtomicU64>,
}

impl Interpose for CancelsWhateverComesNext {
    fn query<'s>(
        &self,
        session: &'s mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        if self.requested.swap(0, Ordering::Relaxed) != 0 {
            session.canceller().cancel(call.operation);
        }
        session.query(sql, call)
    }

    fn canceller(&self, _session: &dyn Session) -> Box<dyn Cancel> {
        Box::new(Requests(Arc::clone(&self.requested)))
    }
}

struct Requests(Arc<AtomicU64>);

impl Cancel for Requests {
    fn cancel(&self, operation: u64) {
        self.0.store(operation, Ordering::Relaxed);
    }
}

struct ReadsOnlyInName;

impl Interpose for ReadsOnlyInName {
    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        let mut config = config.clone();
        config.connection.remove("read_only");
        engine.connect(&config, call)
    }
}

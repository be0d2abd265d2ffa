//! Engines that lose rows on their way to the host, or break while they give them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use data_validator_plugin::{
    ArrowArray, ArrowSchema, BatchStream, Call, Engine, EngineConfig, EngineError, Session,
};

use super::Mutant;
use crate::interpose::Interpose;

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "loses_a_batch_on_reconnect",
        wrong: "after a connection was lost, the first batch of a query's rows is missing",
        engine: "duckdb",
        caught_by: "retry/a_query_waits_for_the_engine",
        make: || Arc::new(LosesABatchOnReconnect::default()),
    },
    Mutant {
        name: "panics_in_next",
        wrong: "it panics when it is asked for the next batch",
        engine: "duckdb",
        caught_by: "transactions/rollback_leaves_nothing",
        make: || Arc::new(Tampers(panics)),
    },
    Mutant {
        name: "gives_arrays_that_are_too_long",
        wrong: "it gives batches that say to have more rows than their columns",
        engine: "duckdb",
        caught_by: "transactions/rollback_leaves_nothing",
        make: || Arc::new(Tampers(|array| array.length += 1_000)),
    },
    Mutant {
        name: "gives_arrays_without_columns",
        wrong: "it gives batches that lack the columns of their type",
        engine: "duckdb",
        caught_by: "transactions/rollback_leaves_nothing",
        make: || Arc::new(Tampers(|array| array.n_children = 0)),
    },
];

#[derive(Default)]
struct LosesABatchOnReconnect {
    was_lost: AtomicBool,
}

impl Interpose for LosesABatchOnReconnect {
    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        let connected = engine.connect(config, call);
        self.was_lost
            .fetch_or(connected.is_err(), Ordering::Relaxed);
        connected
    }

    fn query<'s>(
        &self,
        session: &'s mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        let mut rows = session.query(sql, call)?;
        if self.was_lost.load(Ordering::Relaxed) {
            rows.schema()?;
            rows.next()?;
        }
        Ok(rows)
    }
}

/// Does something to each batch.
struct Tampers(fn(&mut ArrowArray));

impl Interpose for Tampers {
    fn query<'s>(
        &self,
        session: &'s mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        Ok(Box::new(Tampered {
            rows: session.query(sql, call)?,
            tamper: self.0,
        }))
    }
}

struct Tampered<'s> {
    rows: Box<dyn BatchStream + 's>,
    tamper: fn(&mut ArrowArray),
}

impl BatchStream for Tampered<'_> {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        self.rows.schema()
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let mut batch = self.rows.next()?;
        if let Some(batch) = &mut batch {
            (self.tamper)(batch);
        }
        Ok(batch)
    }
}

#[expect(clippy::panic, reason = "it is the fault")]
fn panics(_: &mut ArrowArray) {
    panic!("there is no such batch");
}

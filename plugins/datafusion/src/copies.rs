//! Copies of sources in memory, which count against the engine's limit.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_validator_plugin::EngineError;
use datafusion::arrow::array::RecordBatch;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};

use crate::environment::Environment;
use crate::error::engine_error;
use crate::stream::Stream;

/// The memory that a session's copies take, by the name of the source.
#[derive(Debug, Default)]
pub struct Copies(BTreeMap<String, MemoryReservation>);

impl Copies {
    /// The rows of a stream as a table; `None` where they do not fit, and then nothing is kept.
    pub fn copy(
        &mut self,
        name: &str,
        stream: &mut Stream,
        environment: &Environment,
    ) -> Result<Option<Arc<dyn TableProvider>>, EngineError> {
        let pool = &environment.runtime.memory_pool;
        let reservation =
            MemoryConsumer::new(format!("the copy of source '{name}'")).register(pool);
        let schema = stream.batch_schema();
        let mut batches: Vec<RecordBatch> = Vec::new();
        while let Some(batch) = stream.next_batch()? {
            let bytes = batch.get_array_memory_size();
            let fits = reservation.try_grow(bytes).is_ok();
            if !fits || pool.reserved() > environment.copies_limit {
                return Ok(None);
            }
            batches.push(batch);
        }
        let table =
            MemTable::try_new(schema, vec![batches]).map_err(|error| engine_error(&error))?;
        self.0.insert(name.to_owned(), reservation);
        Ok(Some(Arc::new(table)))
    }

    /// Gives the memory of a copy back.
    pub fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }
}

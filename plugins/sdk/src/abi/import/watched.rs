//! The host's rows on their way into a plugin.

use crate::abi::arrow::{ArrowArray, ArrowSchema};
use crate::engine::BatchStream;
use crate::error::EngineError;

/// Rows that a plugin reads, and what went wrong with them.
pub(super) struct Watched<'r> {
    rows: &'r mut dyn BatchStream,
    pub failure: Option<EngineError>,
}

impl<'r> Watched<'r> {
    pub(super) fn new(rows: &'r mut dyn BatchStream) -> Self {
        Self {
            rows,
            failure: None,
        }
    }

    fn note<T>(&mut self, answer: Result<T, EngineError>) -> Result<T, EngineError> {
        answer.inspect_err(|error| self.failure = Some(error.clone()))
    }
}

impl BatchStream for Watched<'_> {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        let schema = self.rows.schema();
        self.note(schema)
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let batch = self.rows.next();
        self.note(batch)
    }
}

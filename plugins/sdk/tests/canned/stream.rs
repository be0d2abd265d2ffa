//! Statements: `rows N`, `fail at N`, `wait`, `panic in X`, `refuse`; all others give no rows.

use std::time::Duration;

use data_validator_plugin::{
    ArrowArray, ArrowSchema, BatchStream, Call, Diagnostics, Effect, EngineError, ErrorClass,
    SessionState, TransactionState,
};
use serde_json::json;

use super::Live;
use super::rows::{batch, schema};
use super::session::Cancelled;

pub struct CannedStream<'s> {
    sql: String,
    operation: u64,
    live: Live,
    cancelled: &'s Cancelled,
    batches: u64,
}

/// The error of the statement `refuse`, with everything an error can have.
pub fn refuse(sql: &str) -> Result<(), EngineError> {
    if sql != "refuse" {
        return Ok(());
    }
    Err(EngineError {
        sqlstate: Some("42601".into()),
        retry_after: Some(Duration::from_millis(1500)),
        effect: Effect::Partial,
        transaction: TransactionState::Aborted,
        session: SessionState::Usable,
        diagnostics: Some(Box::new(Diagnostics {
            vendor_code: Some(-7),
            sql_offset: Some(3),
            details: Some(json!({"hint": "say ‘rows’"})),
        })),
        ..EngineError::new(ErrorClass::InvalidSql, "refused\0: é")
    })
}

impl<'s> CannedStream<'s> {
    pub fn new(sql: &str, call: &Call, live: Live, cancelled: &'s Cancelled) -> Self {
        Self {
            sql: sql.to_owned(),
            operation: call.operation,
            live,
            cancelled,
            batches: 0,
        }
    }

    fn number_after(&self, word: &str) -> Option<u64> {
        self.sql.strip_prefix(word)?.trim().parse().ok()
    }

    fn panic_in(&self, place: &str) {
        assert!(self.sql != format!("panic in {place}"), "{place} panics");
    }
}

impl BatchStream for CannedStream<'_> {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        self.panic_in("schema");
        Ok(schema(&self.live))
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        self.panic_in("next");
        self.batches += 1;
        if self.sql == "wait" {
            let mut cancelled = self.cancelled.operation.lock().unwrap();
            while *cancelled != Some(self.operation) {
                cancelled = self.cancelled.changed.wait(cancelled).unwrap();
            }
            return Err(EngineError::new(ErrorClass::Cancelled, "stopped"));
        }
        if self.number_after("fail at") == Some(self.batches) {
            let message = format!("batch {}\0 is bad", self.batches);
            return Err(EngineError {
                sqlstate: Some("22012".into()),
                ..EngineError::new(ErrorClass::Data, message)
            });
        }
        let batches = self
            .number_after("rows")
            .or(self.number_after("fail at"))
            .unwrap_or(0);
        let values = vec![self.batches.cast_signed(), -1];
        Ok((self.batches <= batches).then(|| batch(values, &self.live)))
    }
}

impl Drop for CannedStream<'_> {
    fn drop(&mut self) {
        self.panic_in("drop");
    }
}

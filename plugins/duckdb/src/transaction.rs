//! A program's own transactions.

use data_validator_plugin::{Effect, EngineError, ErrorClass, TransactionState};
use duckdb::Connection;

use crate::error::engine_error;
use crate::statement_count::require_one;

/// The transaction of a session, which knows whether it is in one.
#[derive(Debug, Default)]
pub struct Transaction {
    is_open: bool,
    /// Whether a statement of it failed. DuckDB goes on after some failures and answers OK to the commit of
    /// what it gave up after others; here one failure gives the transaction up.
    has_failed: bool,
}

impl Transaction {
    pub fn begin(&mut self, connection: &Connection) -> Result<(), EngineError> {
        if self.is_open {
            return Err(out_of_place(
                "beginning a transaction: there is one already",
            ));
        }
        run(connection, "BEGIN TRANSACTION")?;
        self.is_open = true;
        self.has_failed = false;
        Ok(())
    }

    /// The transaction is over, whatever the answer is.
    pub fn commit(&mut self, connection: &Connection) -> Result<(), EngineError> {
        self.require_open("committing")?;
        self.is_open = false;
        if self.has_failed {
            run(connection, "ROLLBACK")?;
            return Err(EngineError {
                effect: Effect::None,
                transaction: TransactionState::None,
                ..out_of_place(
                    "committing a transaction: a statement of it failed, so it was rolled back; begin it again",
                )
            });
        }
        run(connection, "COMMIT").map_err(|error| {
            let _ = connection.execute_batch("ROLLBACK");
            EngineError {
                transaction: TransactionState::None,
                ..error.context("committing a transaction")
            }
        })
    }

    pub fn rollback(&mut self, connection: &Connection) -> Result<(), EngineError> {
        self.require_open("rolling back")?;
        self.is_open = false;
        run(connection, "ROLLBACK")
    }

    /// Refuses what has a transaction of its own.
    pub fn require_none(&self, attempted: &str) -> Result<(), EngineError> {
        match self.is_open {
            true => Err(out_of_place(&format!(
                "{attempted}: the session is in a transaction; end that first"
            ))),
            false => Ok(()),
        }
    }

    /// How many rows the statement changed.
    pub fn execute(
        &mut self,
        connection: &Connection,
        sql: &str,
    ) -> Result<Option<u64>, EngineError> {
        require_one(sql)?;
        let changed = connection.execute(sql, []).map_err(|error| {
            self.has_failed = true;
            EngineError {
                effect: Effect::None,
                transaction: match self.is_open {
                    true => TransactionState::Aborted,
                    false => TransactionState::None,
                },
                ..engine_error(&error)
            }
        })?;
        Ok(Some(changed as u64))
    }

    fn require_open(&self, attempted: &str) -> Result<(), EngineError> {
        match self.is_open {
            true => Ok(()),
            false => Err(out_of_place(&format!(
                "{attempted}: there is no transaction"
            ))),
        }
    }
}

fn out_of_place(message: &str) -> EngineError {
    EngineError::new(ErrorClass::InvalidState, message)
}

fn run(connection: &Connection, sql: &str) -> Result<(), EngineError> {
    connection
        .execute_batch(sql)
        .map_err(|error| engine_error(&error))
}

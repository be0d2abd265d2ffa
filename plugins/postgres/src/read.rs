//! The transaction in which sources are read: one state of the data, from the first look at a source until
//! the last one is detached.
//!
//! A savepoint stands at its beginning. What fails is taken back to there, so that the state of the data
//! stays the same for what comes after; what succeeds has nothing to take back, since it only read.

use data_validator_plugin::{Call, EngineError};
use tokio_postgres::Error;

use crate::cancel::Running;
use crate::link::Link;
use crate::session::{PostgresSession, Transaction, without_effect};

/// The first statement after the level is set decides which state is read.
const BEGIN: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1; SAVEPOINT data_validator_read";
/// Also what a standby says of a state of the data that the server it follows does not have any more.
const SERIALIZATION_FAILURE: &str = "40001";
const TAKE_BACK: &str = "ROLLBACK TO SAVEPOINT data_validator_read";

impl PostgresSession {
    /// An operation of one step that reads inside the transaction of the sources.
    pub fn read<T>(
        &mut self,
        call: &Call,
        sql: &str,
        step: impl FnOnce(&mut Link) -> Result<T, Error>,
    ) -> Result<T, EngineError> {
        let running = self.operations.begin(call)?;
        let answer = self
            .begin_reading(&running)
            .and_then(|()| self.step(&running, sql, step));
        drop(running);
        self.after_reading(answer)
    }

    /// An operation of one step that looks at the catalogue, inside a transaction if there is one.
    pub fn look<T>(
        &mut self,
        call: &Call,
        sql: &str,
        step: impl FnOnce(&mut Link) -> Result<T, Error>,
    ) -> Result<T, EngineError> {
        let running = self.operations.begin(call)?;
        let answer = self.step(&running, sql, step);
        drop(running);
        answer.map_err(|error| {
            self.recover_from(&error);
            without_effect(self.mark(error))
        })
    }

    /// One step of an operation, unless it was cancelled before.
    pub fn step<T>(
        &mut self,
        running: &Running,
        sql: &str,
        step: impl FnOnce(&mut Link) -> Result<T, Error>,
    ) -> Result<T, EngineError> {
        running.go_on()?;
        step(&mut self.link).map_err(|error| self.failure(&error, sql, running))
    }

    /// Begins the transaction of the sources, unless there is one.
    pub fn begin_reading(&mut self, running: &Running) -> Result<(), EngineError> {
        if !matches!(self.transaction, Transaction::None) {
            return Ok(());
        }
        self.transaction = Transaction::Reading;
        self.step(running, BEGIN, |link| link.run(BEGIN))
    }

    /// What follows an operation that read; no request to cancel it is under way any more.
    pub fn after_reading<T>(&mut self, answer: Result<T, EngineError>) -> Result<T, EngineError> {
        let answer = answer.map_err(|error| {
            self.recover_from(&error);
            without_effect(self.mark(error))
        });
        if self.attached.is_empty() && matches!(self.transaction, Transaction::Reading) {
            self.leave_reading();
        }
        answer
    }

    /// Takes a failed step of the reading transaction back, or gives the transaction up.
    pub fn take_back(&mut self) {
        if matches!(self.transaction, Transaction::Reading) && self.link.run(TAKE_BACK).is_err() {
            self.leave_reading();
        }
    }

    /// The same after this error. A state of the data that the server cannot show any more is as lost at the next
    /// attempt, which needs another one.
    fn recover_from(&mut self, error: &EngineError) {
        let is_lost = error.sqlstate.as_deref() == Some(SERIALIZATION_FAILURE);
        if is_lost && matches!(self.transaction, Transaction::Reading) {
            self.leave_reading();
        } else {
            self.take_back();
        }
    }

    /// Ends the transaction of the sources, if there is one; what failed in it is of no matter any more.
    pub fn end_reading(&mut self, running: &Running) -> Result<(), EngineError> {
        running.go_on()?;
        match self.transaction {
            Transaction::Writing { .. } => return Ok(()),
            Transaction::Reading => self.leave_reading(),
            Transaction::None => {}
        }
        while let Some(copy) = self.discarded.pop() {
            let sql = format!("DROP TABLE IF EXISTS {copy}");
            self.step(running, &sql, |link| link.run(&sql))?;
        }
        Ok(())
    }

    fn leave_reading(&mut self) {
        self.transaction = Transaction::None;
        // It wrote nothing; a connection on which this fails says so with the next statement.
        let _ = self.link.run("ROLLBACK");
    }
}

//! Rows that become visible together, in one transaction of the server.
//!
//! 1. The number of the transaction is asked for, so that its end can be looked up.
//! 2. A lock on the key keeps others with the same key, and [`outcome`](PostgresSession::outcome_of), waiting
//!    until the transaction ended.
//! 3. A key that is noted already ends it there; so does a fence that is not the right one.
//! 4. Rows go and come, the key is noted, COMMIT.
//!
//! An answer to COMMIT that is lost is looked up by the number on a new connection.

use data_validator_plugin::{
    Call, Effect, EngineError, ErrorClass, Outcome, Publication, TransactionState,
};
use tokio_postgres::types::{ToSql, Type};

use crate::cancel::Running;
use crate::dialect::dialect;
use crate::publication_tables::{keys, made_meanwhile, publication_tables};
use crate::session::{PostgresSession, Transaction};

/// Durable on this server before COMMIT answers, unless more than that is set already. The locks of a program
/// that is gone are let go soon.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
    SELECT set_config('synchronous_commit', 'on', true) \
    WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write'); \
    SELECT set_config('idle_in_transaction_session_timeout', '30s', true) \
    WHERE current_setting('idle_in_transaction_session_timeout') = '0'";

/// A lock of the transaction on a key; two keys with the same hash only wait for each other.
const LOCK: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended('data_validator publication ' || $1, 0))";

/// What a publication came to before its COMMIT.
enum Prepared {
    /// Nothing is to be committed.
    Ends(Outcome),
    /// The number of the transaction, which is to be committed.
    Commit(String),
}

impl PostgresSession {
    pub fn publish_rows(
        &mut self,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        self.refuse_in_transaction()?;
        self.refuse_writing("a publication")?;
        let running = self.operations.begin(call)?;
        let prepared = self
            .end_reading(&running)
            .and_then(|()| self.step(&running, BEGIN, |link| link.run(BEGIN)))
            .and_then(|()| self.prepare_publication(publication, &running));
        match prepared {
            Ok(Prepared::Commit(number)) => self.commit_publication(&number, running),
            Ok(Prepared::Ends(outcome)) => {
                drop(running);
                // Nothing was changed, whatever becomes of the connection.
                let _ = self.link.run("ROLLBACK");
                Ok(outcome)
            }
            Err(error) => {
                drop(running);
                let _ = self.link.run("ROLLBACK");
                Err(self.nothing_published(error))
            }
        }
    }

    fn commit_publication(
        &mut self,
        number: &str,
        running: Running,
    ) -> Result<Outcome, EngineError> {
        let committed = self.step(&running, "COMMIT", |link| link.run("COMMIT"));
        drop(running);
        match committed {
            Ok(()) => Ok(Outcome::Published),
            Err(error) => self
                .end_failed_commit(error, Some(number))
                .map(|()| Outcome::Published),
        }
    }

    fn prepare_publication(
        &mut self,
        publication: &Publication,
        running: &Running,
    ) -> Result<Prepared, EngineError> {
        const NUMBER: &str = "SELECT pg_current_xact_id()::text";
        let rows = self.step(running, NUMBER, |link| link.rows(NUMBER, &[]))?;
        let number = rows.first().map(|row| row.get(0));
        let number = number.ok_or_else(|| {
            EngineError::new(ErrorClass::Internal, "the transaction has no number")
        })?;
        self.lock_key(&publication.key, running)?;
        if !publication.create.is_empty() {
            let tables = publication_tables(&self.settings.publication_schema);
            self.step(running, &tables, |link| link.run(&tables))
                .map_err(made_meanwhile)?;
        }
        if self.is_published(&publication.key, running)? {
            return Ok(Prepared::Ends(Outcome::Published));
        }
        if let Some(fence) = &publication.fence
            && let Some(by) = self.fenced_by(fence, running)?
        {
            return Ok(Prepared::Ends(Outcome::Fenced { by }));
        }
        let dialect = dialect();
        for new in &publication.create {
            let sql = dialect.create_table(new)?;
            self.step(running, &sql, |link| link.run(&sql))
                .map_err(made_meanwhile)?;
        }
        for replacement in &publication.tables {
            self.replace(replacement, running)?;
        }
        let note = format!(
            "INSERT INTO {} (key) VALUES ($1)",
            keys(&self.settings.publication_schema)
        );
        let key = &publication.key;
        self.step(running, &note, |link| {
            link.change(&note, &[(key, Type::TEXT)])
        })?;
        Ok(Prepared::Commit(number))
    }

    pub fn outcome_of(&mut self, key: &str, call: &Call) -> Result<Option<Outcome>, EngineError> {
        // A transaction of its own: what this one sees must be as new as the lock.
        self.refuse_in_transaction()?;
        const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";
        let running = self.operations.begin(call)?;
        let found = self
            .end_reading(&running)
            .and_then(|()| self.step(&running, BEGIN, |link| link.run(BEGIN)))
            .and_then(|()| self.lock_key(key, &running))
            .and_then(|()| self.is_published(key, &running));
        drop(running);
        let _ = self.link.run("ROLLBACK");
        match found {
            Ok(is_published) => Ok(is_published.then_some(Outcome::Published)),
            Err(error) => Err(self.nothing_published(error)),
        }
    }

    fn lock_key(&mut self, key: &str, running: &Running) -> Result<(), EngineError> {
        let schema = self.settings.publication_schema.clone();
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&schema, Type::TEXT), (&key, Type::TEXT)];
        self.step(running, LOCK, |link| link.rows(LOCK, &parameters))
            .map(drop)
    }

    fn is_published(&mut self, key: &str, running: &Running) -> Result<bool, EngineError> {
        let table = keys(&self.settings.publication_schema);
        let sql = format!("SELECT 1 FROM {table} WHERE key = $1");
        let rows = self.step(running, &sql, |link| link.rows(&sql, &[(&key, Type::TEXT)]));
        rows.map(|rows| !rows.is_empty())
            .map_err(|error| self.missing_tables(error))
    }

    /// The error of a missing table or schema of ours, with what to do.
    pub fn missing_tables(&self, error: EngineError) -> EngineError {
        if error.class != ErrorClass::NotFound {
            return error;
        }
        let message = format!(
            "{}; the tables where publications are noted are missing in schema '{}': \
             make them with 'state init', or set 'publication_schema'",
            error.message, self.settings.publication_schema
        );
        EngineError { message, ..error }
    }

    fn refuse_in_transaction(&mut self) -> Result<(), EngineError> {
        if let Transaction::Writing { .. } = self.transaction {
            let message = "the session is in a transaction; commit it or roll it back first";
            let error = EngineError::new(ErrorClass::InvalidState, message);
            return Err(self.mark(error));
        }
        Ok(())
    }

    fn nothing_published(&mut self, error: EngineError) -> EngineError {
        let mut error = self.mark(error);
        error.effect = Effect::None;
        error.transaction = TransactionState::None;
        // Another writer has what this one waits for.
        if error.sqlstate.as_deref() == Some("55P03") {
            error.class = ErrorClass::Conflict;
        }
        error
    }
}

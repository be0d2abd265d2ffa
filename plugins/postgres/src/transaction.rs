//! Statements that change something, and transactions that the host begins.

use data_validator_plugin::{Call, Effect, EngineError, ErrorClass, TransactionState};

use crate::session::{PostgresSession, Transaction};
use crate::settle::Settled;

/// A session whose program is gone does not hold its locks for ever; a user's own limit stays.
pub const IDLE_LIMIT: &str = "SELECT set_config('idle_in_transaction_session_timeout', '5min', true) \
                              WHERE current_setting('idle_in_transaction_session_timeout') = '0'";

impl PostgresSession {
    pub fn execute_one(&mut self, sql: &str, call: &Call) -> Result<Option<u64>, EngineError> {
        if let Some(word) = transaction_word(sql) {
            let message = format!("'{word}' begins or ends a transaction; use the calls for that");
            return Err(EngineError::new(ErrorClass::InvalidState, message));
        }
        self.refuse_writing("executing a statement")?;
        let running = self.operations.begin(call)?;
        let done = self.end_reading(&running).and_then(|()| {
            let statement = self.step(&running, sql, |link| link.prepare(sql))?;
            let changed = self.step(&running, sql, |link| {
                let changed = link.driver.run(link.client.execute(&statement, &[]));
                link.explained(changed)
            })?;
            let only_reads = first_word(sql).is_some_and(|word| READING.contains(&&*word));
            Ok((!only_reads).then_some(changed))
        });
        drop(running);
        done.map_err(|error| {
            let mut error = self.mark(error);
            // On a lost connection nobody knows how the statement ended.
            if !self.link.is_lost() {
                error.effect = Effect::None;
            }
            error
        })
    }

    pub fn begin_writing(&mut self, call: &Call) -> Result<(), EngineError> {
        if let Transaction::Writing { .. } = self.transaction {
            let message = "there is one already; commit it or roll it back first";
            let error = EngineError::new(ErrorClass::InvalidState, message);
            return Err(self.mark(error));
        }
        self.refuse_writing("a transaction")?;
        let running = self.operations.begin(call)?;
        let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {IDLE_LIMIT}");
        let begun = self
            .end_reading(&running)
            .and_then(|()| self.step(&running, &begin, |link| link.run(&begin)));
        drop(running);
        match begun {
            Ok(()) => {
                self.transaction = Transaction::Writing { given_up: None };
                Ok(())
            }
            Err(error) => {
                let _ = self.link.run("ROLLBACK");
                let mut error = self.mark(error);
                error.effect = Effect::None;
                Err(error)
            }
        }
    }

    pub fn commit_writing(&mut self, call: &Call) -> Result<(), EngineError> {
        // The number first: it tells what became of the transaction when the answer to COMMIT is lost. In a
        // transaction that was given up it fails, where COMMIT would roll back and say that all is well.
        const NUMBER: &str = "SELECT pg_current_xact_id_if_assigned()::text";
        self.check_writing()?;
        let running = self.operations.begin(call)?;
        let number = match self.step(&running, NUMBER, |link| link.rows(NUMBER, &[])) {
            Ok(rows) => rows.first().and_then(|row| row.get::<_, Option<String>>(0)),
            Err(error) => {
                drop(running);
                return Err(self.given_up(error));
            }
        };
        let committed = self.step(&running, "COMMIT", |link| link.run("COMMIT"));
        drop(running);
        let Err(error) = committed else {
            self.transaction = Transaction::None;
            return Ok(());
        };
        self.end_failed_commit(error, number.as_deref())
    }

    pub fn roll_back_writing(&mut self, call: &Call) -> Result<(), EngineError> {
        self.check_writing()?;
        let running = self.operations.begin(call)?;
        let done = self.step(&running, "ROLLBACK", |link| link.run("ROLLBACK"));
        drop(running);
        if done.is_ok() || self.link.is_lost() {
            self.transaction = Transaction::None;
        }
        done.map_err(|error| {
            let mut error = self.mark(error);
            error.effect = Effect::None;
            error
        })
    }

    /// A COMMIT that failed: the server rolled back, or the connection broke and it may have committed.
    pub fn end_failed_commit(
        &mut self,
        mut error: EngineError,
        number: Option<&str>,
    ) -> Result<(), EngineError> {
        self.transaction = Transaction::None;
        error.transaction = TransactionState::None;
        if !self.link.is_lost() {
            // Where the server did not end the transaction, such as after a cancellation.
            let _ = self.link.run("ROLLBACK");
            error.effect = Effect::None;
            return Err(error);
        }
        let settled = number.map_or(Settled::Unknown, |number| self.settle(number));
        match settled {
            Settled::Committed => Ok(()),
            Settled::Aborted => {
                error.effect = Effect::None;
                Err(error)
            }
            Settled::Unknown => {
                error.effect = Effect::Unknown;
                Err(error.context("the answer was lost, and nobody knows whether it is visible"))
            }
        }
    }

    /// The error of a transaction that a failed statement had spoilt, and that is over now.
    fn given_up(&mut self, error: EngineError) -> EngineError {
        let cause = match std::mem::take(&mut self.transaction) {
            Transaction::Writing { given_up } => given_up,
            _ => None,
        };
        if !self.link.is_lost() {
            let _ = self.link.run("ROLLBACK");
        }
        let mut error = match cause {
            Some((class, message)) if error.sqlstate.as_deref() == Some("25P02") => {
                let class = match class {
                    ErrorClass::Conflict | ErrorClass::Integrity => class,
                    _ => ErrorClass::InvalidState,
                };
                let message = format!(
                    "the server gave it up when a statement failed ({message}), and nothing of it is visible; \
                     begin it again"
                );
                EngineError {
                    class,
                    message,
                    ..error
                }
            }
            _ => error,
        };
        error.effect = Effect::None;
        error.transaction = TransactionState::None;
        error
    }

    fn check_writing(&mut self) -> Result<(), EngineError> {
        if let Transaction::Writing { .. } = self.transaction {
            return Ok(());
        }
        let error = EngineError::new(ErrorClass::InvalidState, "there is none; begin one first");
        Err(self.mark(error))
    }

    pub fn refuse_writing(&mut self, what: &str) -> Result<(), EngineError> {
        if !self.settings.read_only {
            return Ok(());
        }
        let message = format!(
            "{what}: the session only reads; set 'read_only' to false in connection_params"
        );
        let error = EngineError::new(ErrorClass::InvalidState, message);
        Err(self.mark(error))
    }
}

/// Statements whose number of rows is not that of changed ones.
const READING: &[&str] = &["SELECT", "VALUES", "TABLE", "SHOW", "EXPLAIN", "FETCH"];

/// The word that makes a statement one which begins or ends a transaction; savepoints may pass.
fn transaction_word(sql: &str) -> Option<String> {
    let mut words = words(sql);
    let first = words.next()?;
    let is_one = match &*first {
        "BEGIN" | "START" | "COMMIT" | "END" | "ABORT" => true,
        "PREPARE" => words.next().as_deref() == Some("TRANSACTION"),
        "ROLLBACK" => !words.any(|word| word == "TO"),
        _ => false,
    };
    is_one.then_some(first)
}

fn first_word(sql: &str) -> Option<String> {
    words(sql).next()
}

/// The words of a statement in capitals, without comments; exact as long as nothing is quoted.
fn words(sql: &str) -> impl Iterator<Item = String> {
    without_comments(sql)
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The text without what stands in comments, which nest; quotes are not looked at.
fn without_comments(sql: &str) -> String {
    let mut kept = String::new();
    let mut rest = sql;
    let mut depth = 0_u32;
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("/*") {
            depth += 1;
            rest = &rest[2..];
        } else if depth > 0 && rest.starts_with("*/") {
            depth -= 1;
            kept.push(' ');
            rest = &rest[2..];
        } else if depth == 0 && rest.starts_with("--") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else {
            if depth == 0 {
                kept.push(character);
            }
            rest = &rest[character.len_utf8()..];
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_or_ends_a_transaction_is_seen_behind_comments() {
        for sql in [
            "COMMIT",
            " -- one\n/* two /* three */ */ commit work",
            "begin",
            "START TRANSACTION",
            "rollback",
            "PREPARE TRANSACTION 'x'",
            "END;",
        ] {
            assert!(transaction_word(sql).is_some(), "{sql}");
        }
        for sql in [
            "ROLLBACK TO SAVEPOINT a",
            "SAVEPOINT a",
            "PREPARE x AS SELECT 1",
            "UPDATE t SET a = 'COMMIT'",
            "",
        ] {
            assert!(transaction_word(sql).is_none(), "{sql}");
        }
    }
}

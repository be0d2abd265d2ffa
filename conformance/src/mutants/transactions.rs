//! Engines that hold transactions in another way than they say.

use std::sync::Arc;

use data_validator_plugin::{Call, EngineError, Session};

use super::Mutant;
use crate::interpose::Interpose;

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "says_ok_to_an_aborted_commit",
        wrong: "it answers OK to the commit of a transaction that it gave up",
        engine: "postgres",
        caught_by: "transactions/commit_of_an_aborted_transaction_is_an_error",
        make: || Arc::new(SaysOkToAnAbortedCommit),
    },
    Mutant {
        name: "commits_each_statement",
        wrong: "it has no transactions: each statement is visible at once",
        engine: "duckdb",
        caught_by: "transactions/others_see_a_transaction_after_its_commit",
        make: || Arc::new(CommitsEachStatement),
    },
    Mutant {
        name: "rollback_commits",
        wrong: "it commits what should be rolled back",
        engine: "duckdb",
        caught_by: "transactions/rollback_leaves_nothing",
        make: || Arc::new(RollbackCommits),
    },
    Mutant {
        name: "commits_on_close",
        wrong: "it commits the transaction that is open when a session ends",
        engine: "duckdb",
        caught_by: "transactions/rollback_leaves_nothing",
        make: || Arc::new(CommitsOnClose),
    },
    Mutant {
        name: "ends_what_was_not_begun",
        wrong: "it answers OK to a commit and a rollback where no transaction is open",
        engine: "postgres",
        caught_by: "transactions/only_an_open_transaction_can_be_ended",
        make: || Arc::new(EndsWhatWasNotBegun),
    },
];

struct SaysOkToAnAbortedCommit;

impl Interpose for SaysOkToAnAbortedCommit {
    fn commit(&self, session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
        // Who asks whether it was committed is told so, as by drivers that do not look at the answer's tag.
        let _ = session.commit(call);
        Ok(())
    }
}

struct CommitsEachStatement;

impl Interpose for CommitsEachStatement {
    fn begin(&self, _session: &mut dyn Session, _call: &Call) -> Result<(), EngineError> {
        Ok(())
    }

    fn commit(&self, _session: &mut dyn Session, _call: &Call) -> Result<(), EngineError> {
        Ok(())
    }

    fn rollback(&self, _session: &mut dyn Session, _call: &Call) -> Result<(), EngineError> {
        Ok(())
    }
}

struct RollbackCommits;

impl Interpose for RollbackCommits {
    fn rollback(&self, session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
        session.commit(call)
    }
}

struct CommitsOnClose;

impl Interpose for CommitsOnClose {
    fn close(&self, session: &mut dyn Session) {
        let _ = session.commit(&Call::default());
    }
}

struct EndsWhatWasNotBegun;

impl Interpose for EndsWhatWasNotBegun {
    fn commit(&self, session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
        in_good_state(session.commit(call))
    }

    fn rollback(&self, session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
        in_good_state(session.rollback(call))
    }
}

fn in_good_state(ended: Result<(), EngineError>) -> Result<(), EngineError> {
    use data_validator_plugin::ErrorClass::InvalidState;
    match ended {
        Err(error) if error.class == InvalidState => Ok(()),
        ended => ended,
    }
}

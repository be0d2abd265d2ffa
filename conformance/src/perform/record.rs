//! What the engine was asked, for the report of a case that does not pass.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use data_validator_plugin::{BatchStream, Call, EngineError, Session};

use crate::interpose::Interpose;

/// So many statements are kept, the newest.
const MOST_STATEMENTS: usize = 20;
/// So much is kept of one of them.
const MOST_CHARACTERS: usize = 10_000;

/// The statements that went to an engine.
#[derive(Clone, Default)]
pub struct Record(Arc<Mutex<VecDeque<String>>>);

impl Record {
    /// The statements since the last time that they were taken, the newest last.
    pub fn take(&self) -> Vec<String> {
        let mut statements = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        statements.drain(..).collect()
    }

    fn note(&self, sql: &str) {
        let mut statements = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if statements.len() == MOST_STATEMENTS {
            statements.pop_front();
        }
        let mut kept: String = sql.chars().take(MOST_CHARACTERS).collect();
        if kept.len() < sql.len() {
            kept.push('…');
        }
        statements.push_back(kept);
    }
}

impl Interpose for Record {
    fn query<'s>(
        &self,
        session: &'s mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        self.note(sql);
        session.query(sql, call)
    }

    fn execute(
        &self,
        session: &mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Option<u64>, EngineError> {
        self.note(sql);
        session.execute(sql, call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_statements_are_kept_and_a_long_one_is_cut() {
        let record = Record::default();
        for n in 0..30 {
            record.note(&format!("SELECT {n}"));
        }
        record.note(&"é".repeat(20_000));
        let kept = record.take();
        assert_eq!(kept.len(), MOST_STATEMENTS);
        assert_eq!(kept[0], "SELECT 11");
        let longest = kept.last().unwrap();
        assert_eq!(longest.chars().count(), MOST_CHARACTERS + 1);
        assert!(record.take().is_empty());
    }
}

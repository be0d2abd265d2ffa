//! Answers that show what the session was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};

use data_validator_plugin::{
    BatchStream, Call, Cancel, Column, ColumnStatistics, EngineError, ErrorClass, Fence,
    LogicalType, Outcome, Part, Publication, Relation, Schema, Session, Source, Statistics,
};

use super::Live;
use super::rows::{formats, values};
use super::stream::{CannedStream, refuse};

pub struct CannedSession {
    live: Live,
    cancelled: Arc<Cancelled>,
    panics_at_the_end: bool,
    published: BTreeMap<String, Outcome>,
}

/// The operation that was cancelled last.
#[derive(Default)]
pub struct Cancelled {
    pub operation: Mutex<Option<u64>>,
    pub changed: Condvar,
}

impl CannedSession {
    pub fn new(live: Live, panics_at_the_end: bool) -> Self {
        Self {
            live,
            cancelled: Arc::default(),
            panics_at_the_end,
            published: BTreeMap::new(),
        }
    }
}

impl Drop for CannedSession {
    fn drop(&mut self) {
        assert!(!self.panics_at_the_end, "the session's end panics");
    }
}

fn panic_if_told(word: &str, call: &str) {
    assert!(word != "panic", "{call} panics");
}

/// Panics in operation 13, and fails in all others but 42.
fn step(call: &Call, name: &str) -> Result<(), EngineError> {
    assert!(call.operation != 13, "{name} panics");
    match call.operation {
        42 => Ok(()),
        _ => Err(EngineError::new(ErrorClass::InvalidState, name)),
    }
}

impl Session for CannedSession {
    fn attach(
        &mut self,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        panic_if_told(name, "attach");
        Ok(Relation {
            sql: format!("{name} {source:?} {call:?}"),
        })
    }

    fn schema(&mut self, relation: &Relation, _: &Call) -> Result<Schema, EngineError> {
        panic_if_told(&relation.sql, "schema");
        if relation.sql == "missing" {
            return Err(EngineError::new(
                ErrorClass::NotFound,
                "there is no 'missing'",
            ));
        }
        let types = [
            LogicalType::Boolean,
            LogicalType::Integer,
            LogicalType::Decimal {
                precision: 18,
                scale: 3,
            },
            LogicalType::TimestampTz,
            LogicalType::Other("integer".into()),
        ];
        let column = |(number, logical_type)| Column {
            name: format!("{} «{number}»", relation.sql),
            logical_type,
        };
        Ok(Schema {
            columns: types.into_iter().enumerate().map(column).collect(),
        })
    }

    fn data_version(
        &mut self,
        relation: &Relation,
        _: &Call,
    ) -> Result<Option<String>, EngineError> {
        panic_if_told(&relation.sql, "data_version");
        Ok((relation.sql == "t").then(String::new))
    }

    fn statistics(
        &mut self,
        relation: &Relation,
        columns: &[&str],
        _: &Call,
    ) -> Result<Option<Statistics>, EngineError> {
        panic_if_told(&relation.sql, "statistics");
        let known = |column: &&str| {
            let statistics = ColumnStatistics {
                nulls: Some(7),
                bounds: Some(("2013-01-01".into(), "2013-01-31".into())),
            };
            ((*column).to_owned(), statistics)
        };
        let part = || Part {
            rows: u64::MAX,
            columns: columns.iter().map(known).collect(),
        };
        Ok((relation.sql == "t").then(|| Statistics {
            parts: vec![part(), Part::default()],
        }))
    }

    fn materialise(
        &mut self,
        name: &str,
        relation: &Relation,
        columns: &[&str],
        _: &Call,
    ) -> Result<Option<Relation>, EngineError> {
        panic_if_told(name, "materialise");
        Ok((name != "in place").then(|| Relation {
            sql: format!("copy of {name} {} {columns:?}", relation.sql),
        }))
    }

    fn ingest(
        &mut self,
        name: &str,
        rows: &mut dyn BatchStream,
        _: &Call,
    ) -> Result<Relation, EngineError> {
        panic_if_told(name, "ingest");
        let mut sql = format!("{:?}", formats(&rows.schema()?));
        while name != "unread"
            && let Some(batch) = rows.next()?
        {
            sql += &format!(" {:?}", values(&batch));
        }
        Ok(Relation { sql })
    }

    fn detach(&mut self, name: &str, _: &Call) -> Result<(), EngineError> {
        panic_if_told(name, "detach");
        refuse(name)
    }

    fn query<'s>(
        &'s mut self,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        panic_if_told(sql, "query");
        refuse(sql)?;
        Ok(Box::new(CannedStream::new(
            sql,
            call,
            self.live.clone(),
            &self.cancelled,
        )))
    }

    fn publish(&mut self, publication: &Publication, _: &Call) -> Result<Outcome, EngineError> {
        panic_if_told(&publication.key, "publish");
        if publication.key == "late" {
            let by = Fence {
                scope: format!("{publication:?}"),
                holder: "another".into(),
                number: 9,
            };
            return Ok(Outcome::Fenced { by });
        }
        self.published
            .insert(publication.key.clone(), Outcome::Published);
        Ok(Outcome::Published)
    }

    fn outcome(&mut self, key: &str, _: &Call) -> Result<Option<Outcome>, EngineError> {
        panic_if_told(key, "outcome");
        Ok(self.published.get(key).cloned())
    }

    fn execute(&mut self, sql: &str, _: &Call) -> Result<Option<u64>, EngineError> {
        panic_if_told(sql, "execute");
        refuse(sql)?;
        Ok(sql
            .strip_prefix("change ")
            .map(|rows| rows.parse().unwrap()))
    }

    fn begin(&mut self, call: &Call) -> Result<(), EngineError> {
        step(call, "begin")
    }

    fn commit(&mut self, call: &Call) -> Result<(), EngineError> {
        step(call, "commit")
    }

    fn rollback(&mut self, call: &Call) -> Result<(), EngineError> {
        step(call, "rollback")
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(Arc::clone(&self.cancelled))
    }
}

impl Cancel for Cancelled {
    fn cancel(&self, operation: u64) {
        assert!(operation != 13, "cancel panics");
        *self.operation.lock().unwrap() = Some(operation);
        self.changed.notify_all();
    }
}

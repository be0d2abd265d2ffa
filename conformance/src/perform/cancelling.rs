//! Queries that are cancelled.

use std::thread;
use std::time::Duration;

use data_validator_harness::table;
use data_validator_plugin::{Call, Cancel as Canceller, EngineError, ErrorClass, Session};

use super::Performance;
use super::sessions::call;
use super::trouble::{Done, fail, unexpected};
use crate::case::step::session::{Cancel, Moment};

/// A query is cancelled within so much time after it began.
const MOMENTS_MICROS: u64 = 60_000;

impl Performance<'_> {
    pub(super) fn cancel(&mut self, cancel: &Cancel) -> Done {
        let placed = self.sessions.placed(&cancel.session, &cancel.sql);
        let sql = placed.map_err(|error| unexpected(&error))?;
        let moment = Duration::from_micros(self.random.u64(..MOMENTS_MICROS));
        let session = self
            .sessions
            .open(&cancel.session)
            .map_err(|error| unexpected(&error))?;
        let canceller = session.canceller();
        let call = call();
        match cancel.when {
            Moment::Before => {
                canceller.cancel(call.operation);
                is_cancelled(read(session, &sql, &call))
            }
            Moment::Running => is_cancelled(thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(moment);
                    canceller.cancel(call.operation);
                });
                read(session, &sql, &call)
            })),
            Moment::Streaming => is_cancelled(cancel_stream(session, &sql, &call, &*canceller)),
            Moment::After => {
                let ended = read(session, &sql, &call);
                ended.map_err(|error| unexpected(&error))?;
                canceller.cancel(call.operation);
                let next = read(session, &sql, &super::sessions::call());
                next.map_err(|error| unexpected(&error).at("the next query"))
            }
        }
    }
}

fn read(session: &mut dyn Session, sql: &str, call: &Call) -> Result<(), EngineError> {
    let mut stream = session.query(sql, call)?;
    table(&mut *stream).map(drop)
}

fn cancel_stream(
    session: &mut dyn Session,
    sql: &str,
    call: &Call,
    canceller: &dyn Canceller,
) -> Result<(), EngineError> {
    let mut stream = session.query(sql, call)?;
    stream.schema()?;
    stream.next()?;
    canceller.cancel(call.operation);
    while stream.next()?.is_some() {}
    Ok(())
}

fn is_cancelled(ended: Result<(), EngineError>) -> Done {
    match ended {
        Err(error) if error.class == ErrorClass::Cancelled => Ok(()),
        Err(error) => Err(unexpected(&error)),
        Ok(()) => fail("it goes on to its end"),
    }
}

//! The entries of the table that are about a session.

use std::mem;
use std::sync::Arc;

use serde::Serialize;

use super::engine::{from_json, give, missing, to_json};
use super::lease::{Exported, Lease};
use super::stream;
use crate::abi::arrow::ArrowArrayStream;
use crate::abi::call::DvCall;
use crate::abi::failure::DvError;
use crate::abi::guard::{answer, quietly};
use crate::abi::import::stream::ImportedStream;
use crate::abi::table::DvSession;
use crate::abi::text::{DvString, DvText};
use crate::engine::{Call, Relation, Session};
use crate::error::EngineError;
use crate::source::Source;

/// What a host gets for a session.
pub(super) fn handle(session: Box<dyn Session>) -> *mut DvSession {
    Box::into_raw(Box::new(Exported::new(session))).cast()
}

pub(super) unsafe extern "C" fn close(session: *mut DvSession) {
    if session.is_null() {
        return;
    }
    // SAFETY: `handle` made the box, and the host closes a session once.
    let exported = unsafe { Box::from_raw(session.cast::<Arc<Exported>>()) };
    // A stream that is still open keeps the session until it is released.
    quietly("session_close", || drop(exported));
}

pub(super) unsafe extern "C" fn cancel(session: *mut DvSession, operation: u64) {
    quietly("cancel", || {
        // SAFETY: the host hands back what `session_open` gave and has not closed it.
        if let Some(exported) = unsafe { exported(session) } {
            exported.canceller.cancel(operation);
        }
    });
}

pub(super) unsafe extern "C" fn query(
    session: *mut DvSession,
    call: *const DvCall,
    sql: DvString,
    out: *mut ArrowArrayStream,
    error: *mut DvError,
) -> u32 {
    let body = || {
        // SAFETY: the host hands back what `session_open` gave and has not closed it.
        let exported = unsafe { exported(session) }.ok_or_else(|| missing("session"))?;
        // SAFETY: the text lives as long as the call.
        let sql = unsafe { sql.read("the statement") }?;
        // SAFETY: the host gives NULL or a call.
        let call = unsafe { DvCall::read(call) };
        if out.is_null() {
            return Err(missing("room for the stream"));
        }
        let stream = stream::open(Lease::of(exported, "query")?, sql, &call)?;
        // SAFETY: the host makes room for what a function gives, which holds nothing yet.
        unsafe { out.write(stream) };
        Ok(())
    };
    // SAFETY: the host gives NULL or room for an error.
    unsafe { answer("query", error, body) }
}

pub(super) unsafe extern "C" fn attach(
    session: *mut DvSession,
    call: *const DvCall,
    name: DvString,
    source: DvString,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let name = unsafe { name.read("the source's name") }?;
        // SAFETY: as above.
        let source = unsafe { source.read("the source") }?;
        let source: Source = from_json(source, "the source")?;
        Ok(Some(session.attach(name, &source, call)?.sql))
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("attach", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn table_schema(
    session: *mut DvSession,
    call: *const DvCall,
    relation: DvString,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let relation = unsafe { read_relation(relation) }?;
        json(Some(session.schema(&relation, call)?))
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("table_schema", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn data_version(
    session: *mut DvSession,
    call: *const DvCall,
    relation: DvString,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let relation = unsafe { read_relation(relation) }?;
        session.data_version(&relation, call)
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("data_version", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn statistics(
    session: *mut DvSession,
    call: *const DvCall,
    relation: DvString,
    columns: DvString,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let relation = unsafe { read_relation(relation) }?;
        // SAFETY: as above.
        let columns = unsafe { read_columns(columns) }?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        json(session.statistics(&relation, &columns, call)?)
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("statistics", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn materialise(
    session: *mut DvSession,
    call: *const DvCall,
    name: DvString,
    relation: DvString,
    columns: DvString,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let name = unsafe { name.read("the source's name") }?;
        // SAFETY: as above.
        let relation = unsafe { read_relation(relation) }?;
        // SAFETY: as above.
        let columns = unsafe { read_columns(columns) }?;
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let copy = session.materialise(name, &relation, &columns, call)?;
        Ok(copy.map(|copy| copy.sql))
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("materialise", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn ingest(
    session: *mut DvSession,
    call: *const DvCall,
    name: DvString,
    rows: *mut ArrowArrayStream,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let name = unsafe { name.read("the source's name") }?;
        // SAFETY: the host gives a live stream, which is moved out of its place.
        let rows = unsafe { rows.as_mut() }.ok_or_else(|| missing("rows"))?;
        let rows = mem::replace(rows, ArrowArrayStream::empty());
        let mut rows = ImportedStream::new(rows, None)?;
        Ok(Some(session.ingest(name, &mut rows, call)?.sql))
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("ingest", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn detach(
    session: *mut DvSession,
    call: *const DvCall,
    name: DvString,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        session.detach(unsafe { name.read("the source's name") }?, call)
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_nothing("detach", session, call, error, ask) }
}

/// Runs a call of a session whose answer is a text or none.
///
/// # Safety
/// The pointers are what the header says for such a function.
pub(super) unsafe fn answer_text(
    entry: &str,
    session: *mut DvSession,
    call: *const DvCall,
    out: *mut DvText,
    error: *mut DvError,
    ask: impl FnOnce(&mut dyn Session, &Call) -> Result<Option<String>, EngineError>,
) -> u32 {
    let answer = |session: &mut dyn Session, call: &Call| match ask(session, call)? {
        // SAFETY: the caller's promise.
        Some(text) => unsafe { give(out, text) },
        None => Ok(()),
    };
    // SAFETY: the caller's promise.
    unsafe { answer_nothing(entry, session, call, error, answer) }
}

/// Runs a call of a session that gives nothing, or that writes what it gives itself.
///
/// # Safety
/// As for [`answer_text`].
pub(super) unsafe fn answer_nothing(
    entry: &str,
    session: *mut DvSession,
    call: *const DvCall,
    error: *mut DvError,
    ask: impl FnOnce(&mut dyn Session, &Call) -> Result<(), EngineError>,
) -> u32 {
    let body = || {
        // SAFETY: the caller's promise.
        let exported = unsafe { exported(session) }.ok_or_else(|| missing("session"))?;
        // SAFETY: as above.
        let call = unsafe { DvCall::read(call) };
        let mut lease = Lease::of(exported, entry)?;
        ask(lease.session(), &call)
    };
    // SAFETY: the caller's promise.
    unsafe { answer(entry, error, body) }
}

/// # Safety
/// `session` is NULL or what `handle` gave, and not closed.
unsafe fn exported<'a>(session: *mut DvSession) -> Option<&'a Arc<Exported>> {
    // SAFETY: the caller's promise.
    unsafe { session.cast::<Arc<Exported>>().as_ref() }
}

/// # Safety
/// As for [`DvString::bytes`].
unsafe fn read_relation(relation: DvString) -> Result<Relation, EngineError> {
    // SAFETY: the caller's promise.
    let sql = unsafe { relation.read("the relation") }?;
    Ok(Relation {
        sql: sql.to_owned(),
    })
}

/// # Safety
/// As for [`DvString::bytes`].
unsafe fn read_columns(columns: DvString) -> Result<Vec<String>, EngineError> {
    // SAFETY: the caller's promise.
    from_json(unsafe { columns.read("the columns") }?, "the columns")
}

pub(super) fn json(answer: Option<impl Serialize>) -> Result<Option<String>, EngineError> {
    answer.map(|answer| to_json(&answer)).transpose()
}

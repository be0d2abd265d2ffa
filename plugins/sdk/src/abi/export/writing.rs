//! The entries of the table that change data.

use super::engine::{from_json, missing};
use super::session::{answer_nothing, answer_text, json};
use crate::abi::call::DvCall;
use crate::abi::failure::DvError;
use crate::abi::table::DvSession;
use crate::abi::text::{DvString, DvText};
use crate::engine::{Call, Session};
use crate::publication::Publication;

pub(super) unsafe extern "C" fn publish(
    session: *mut DvSession,
    call: *const DvCall,
    publication: DvString,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let publication = unsafe { publication.read("the publication") }?;
        let publication: Publication = from_json(publication, "the publication")?;
        json(Some(session.publish(&publication, call)?))
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("publish", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn outcome(
    session: *mut DvSession,
    call: *const DvCall,
    key: DvString,
    out: *mut DvText,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let key = unsafe { key.read("the key") }?;
        json(session.outcome(key, call)?)
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_text("outcome", session, call, out, error, ask) }
}

pub(super) unsafe extern "C" fn execute(
    session: *mut DvSession,
    call: *const DvCall,
    sql: DvString,
    changed: *mut i64,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| {
        // SAFETY: the text lives as long as the call.
        let sql = unsafe { sql.read("the statement") }?;
        // SAFETY: the host makes room for what a function gives.
        let changed = unsafe { changed.as_mut() }.ok_or_else(|| missing("room for the number"))?;
        let rows = session.execute(sql, call)?;
        *changed = rows.and_then(|rows| i64::try_from(rows).ok()).unwrap_or(-1);
        Ok(())
    };
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_nothing("execute", session, call, error, ask) }
}

pub(super) unsafe extern "C" fn begin(
    session: *mut DvSession,
    call: *const DvCall,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| session.begin(call);
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_nothing("begin", session, call, error, ask) }
}

pub(super) unsafe extern "C" fn commit(
    session: *mut DvSession,
    call: *const DvCall,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| session.commit(call);
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_nothing("commit", session, call, error, ask) }
}

pub(super) unsafe extern "C" fn rollback(
    session: *mut DvSession,
    call: *const DvCall,
    error: *mut DvError,
) -> u32 {
    let ask = |session: &mut dyn Session, call: &Call| session.rollback(call);
    // SAFETY: what the host gave, as the header says.
    unsafe { answer_nothing("rollback", session, call, error, ask) }
}

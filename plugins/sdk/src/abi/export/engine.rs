//! The entries of the table that are about an engine as a whole.

use std::ffi::c_void;
use std::sync::Arc;

use super::{session, stream, writing};
use crate::abi::call::DvCall;
use crate::abi::failure::DvError;
use crate::abi::guard::{answer, quietly};
use crate::abi::table::{DvEngine, DvPlugin, DvSession};
use crate::abi::text::{DvString, DvText};
use crate::abi::version::{MAJOR, MINOR};
use crate::engine::{Engine, EngineConfig};
use crate::error::{EngineError, ErrorClass};

/// Makes the engine that a host opens.
pub type Make = Box<dyn Fn() -> Arc<dyn Engine> + Send + Sync>;

/// What a `DvEngine` of ours points to.
type Exported = Arc<dyn Engine>;

/// The table of an engine. It owns `make` until its `shutdown` is called.
pub fn table(make: Make) -> DvPlugin {
    DvPlugin {
        struct_size: size_of::<DvPlugin>(),
        abi_major: MAJOR,
        abi_minor: MINOR,
        context: Box::into_raw(Box::new(make)).cast(),
        engine_open: Some(engine_open),
        engine_close: Some(engine_close),
        describe: Some(describe),
        session_open: Some(session_open),
        session_close: Some(session::close),
        query: Some(session::query),
        stream_error: Some(stream::error),
        cancel: Some(session::cancel),
        attach: Some(session::attach),
        table_schema: Some(session::table_schema),
        data_version: Some(session::data_version),
        statistics: Some(session::statistics),
        materialise: Some(session::materialise),
        ingest: Some(session::ingest),
        detach: Some(session::detach),
        publish: Some(writing::publish),
        outcome: Some(writing::outcome),
        execute: Some(writing::execute),
        begin: Some(writing::begin),
        commit: Some(writing::commit),
        rollback: Some(writing::rollback),
        shutdown: Some(shutdown),
    }
}

unsafe extern "C" fn engine_open(
    context: *mut c_void,
    out: *mut *mut DvEngine,
    error: *mut DvError,
) -> u32 {
    let body = || {
        // SAFETY: the host hands back the context of the table, which lives until `shutdown`.
        let make = unsafe { context.cast::<Make>().as_ref() };
        let make = make.ok_or_else(|| missing("context"))?;
        let engine: Exported = make();
        // SAFETY: the host makes room for what a function gives.
        let out = unsafe { out.as_mut() }.ok_or_else(|| missing("room for the engine"))?;
        *out = Box::into_raw(Box::new(engine)).cast();
        Ok(())
    };
    // SAFETY: the host gives NULL or room for an error.
    unsafe { answer("engine_open", error, body) }
}

unsafe extern "C" fn engine_close(engine: *mut DvEngine) {
    if engine.is_null() {
        return;
    }
    // SAFETY: `engine_open` made the box, and the host closes an engine once.
    let engine = unsafe { Box::from_raw(engine.cast::<Exported>()) };
    quietly("engine_close", || drop(engine));
}

unsafe extern "C" fn describe(engine: *mut DvEngine, out: *mut DvText, error: *mut DvError) -> u32 {
    let body = || {
        // SAFETY: the host hands back what `engine_open` gave and has not closed it.
        let engine = unsafe { engine.cast::<Exported>().as_ref() };
        let description = engine.ok_or_else(|| missing("engine"))?.describe();
        // SAFETY: the host makes room for what a function gives.
        unsafe { give(out, to_json(&description)?) }
    };
    // SAFETY: the host gives NULL or room for an error.
    unsafe { answer("describe", error, body) }
}

unsafe extern "C" fn session_open(
    engine: *mut DvEngine,
    call: *const DvCall,
    config: DvString,
    out: *mut *mut DvSession,
    error: *mut DvError,
) -> u32 {
    let body = || {
        // SAFETY: the host hands back what `engine_open` gave and has not closed it.
        let engine = unsafe { engine.cast::<Exported>().as_ref() };
        let engine = engine.ok_or_else(|| missing("engine"))?;
        // SAFETY: the text lives as long as the call.
        let config = unsafe { config.read("the configuration") }?;
        let config: EngineConfig = from_json(config, "the configuration")?;
        // SAFETY: the host gives NULL or a call.
        let call = unsafe { DvCall::read(call) };
        let session = engine.connect(&config, &call)?;
        // SAFETY: the host makes room for what a function gives.
        let out = unsafe { out.as_mut() }.ok_or_else(|| missing("room for the session"))?;
        *out = session::handle(session);
        Ok(())
    };
    // SAFETY: the host gives NULL or room for an error.
    unsafe { answer("session_open", error, body) }
}

unsafe extern "C" fn shutdown(context: *mut c_void) {
    if context.is_null() {
        return;
    }
    // SAFETY: `table` made the box, and the host shuts a table down once.
    let make = unsafe { Box::from_raw(context.cast::<Make>()) };
    quietly("shutdown", || drop(make));
}

/// Hands a text over to the host.
///
/// # Safety
/// `out` is NULL or points to room for a text.
pub(super) unsafe fn give(out: *mut DvText, text: String) -> Result<(), EngineError> {
    if out.is_null() {
        return Err(missing("room for the answer"));
    }
    // SAFETY: the caller's promise; the room holds nothing that would have to be dropped.
    unsafe { out.write(DvText::of(text)) };
    Ok(())
}

/// The call lacks what the header says it has.
pub(super) fn missing(what: &str) -> EngineError {
    let message = format!("the program called the plugin without {what}; this is a defect in it");
    EngineError::new(ErrorClass::InvalidState, message)
}

pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|error| {
        let message = format!("the plugin's answer cannot be written as JSON: {error}");
        EngineError::new(ErrorClass::Internal, message)
    })
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(
    text: &str,
    what: &str,
) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!(
            "the plugin cannot read {what}, perhaps because the program is newer than the plugin: {error}"
        );
        EngineError::new(ErrorClass::Unsupported, message)
    })
}

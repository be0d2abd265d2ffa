//! Streams over the border: typed errors, and the session that they have to themselves.

use std::ptr;

use data_validator_plugin::abi::table::DvSession;
use data_validator_plugin::abi::{DvError, DvPlugin, DvString, DvText};
use data_validator_plugin::{ArrowArrayStream, BatchStream, Call, Engine, ErrorClass, loopback};

use crate::canned::Canned;
use crate::canned::rows::values;
use crate::conversation::{config, error};
use crate::versions::canned_table;

#[test]
fn a_stream_that_fails_on_the_third_batch_gives_the_class_of_its_error() {
    let engine = loopback(Box::new(Canned::default())).unwrap();
    let mut session = engine.connect(&config("well"), &Call::default()).unwrap();
    let mut stream = session.query("fail at 3", &Call::default()).unwrap();
    for batch in [1, 2] {
        assert_eq!(values(&stream.next().unwrap().unwrap()), [batch, -1]);
    }
    let failed = error(stream.next());
    assert_eq!(failed.class, ErrorClass::Data);
    assert_eq!(failed.sqlstate.as_deref(), Some("22012"));
    assert_eq!(failed.message, "batch 3\0 is bad");
    drop(stream);
    assert!(session.query("rows 1", &Call::default()).is_ok());
}

/// A session by the functions of the table, as a host in C has it.
struct Raw {
    table: DvPlugin,
    engine: *mut data_validator_plugin::abi::table::DvEngine,
    session: *mut DvSession,
}

impl Raw {
    fn open() -> Self {
        let table = canned_table();
        let (mut engine, mut session) = (ptr::null_mut(), ptr::null_mut());
        let (none, config) = (ptr::null_mut(), DvString::of("{}"));
        // SAFETY: there is room for the engine.
        let opened = unsafe { table.engine_open.unwrap()(table.context, &raw mut engine, none) };
        assert_eq!(opened, 0);
        let open = table.session_open.unwrap();
        // SAFETY: there is room for the session, and the engine is open.
        let opened = unsafe { open(engine, ptr::null(), config, &raw mut session, none) };
        assert_eq!(opened, 0);
        Self {
            table,
            engine,
            session,
        }
    }

    fn query(&self, sql: &str) -> Result<ArrowArrayStream, u32> {
        self.query_text(DvString::of(sql))
    }

    fn query_text(&self, sql: DvString) -> Result<ArrowArrayStream, u32> {
        let mut stream = ArrowArrayStream::empty();
        let none = ptr::null_mut();
        let query = self.table.query.unwrap();
        // SAFETY: the session is open, and there is room for the stream.
        match unsafe { query(self.session, ptr::null(), sql, &raw mut stream, none) } {
            0 => Ok(stream),
            class => Err(class),
        }
    }

    fn outcome(&self, error: &mut DvError) -> u32 {
        let mut text = DvText::empty();
        let outcome = self.table.outcome.unwrap();
        // SAFETY: the session is open, and there is room for text and error.
        unsafe {
            outcome(
                self.session,
                ptr::null(),
                DvString::of("key"),
                &raw mut text,
                error,
            )
        }
    }

    fn close_session(&mut self) {
        // SAFETY: the session is open, and NULL afterwards, which is nothing to close.
        unsafe { self.table.session_close.unwrap()(self.session) };
        self.session = ptr::null_mut();
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.close_session();
        // SAFETY: the engine is open and its sessions are closed.
        unsafe { self.table.engine_close.unwrap()(self.engine) };
        // SAFETY: the engine is closed.
        unsafe { self.table.shutdown.unwrap()(self.table.context) };
    }
}

#[test]
fn a_session_with_an_open_stream_refuses_other_calls() {
    let raw = Raw::open();
    let stream = raw.query("rows 1").unwrap();
    assert_eq!(
        raw.query("rows 1").err(),
        Some(ErrorClass::InvalidState as u32)
    );
    let mut error = DvError::empty();
    assert_eq!(raw.outcome(&mut error), ErrorClass::InvalidState as u32);
    assert_eq!(error.error_class, ErrorClass::InvalidState as u32);
    drop(stream);
    assert_eq!(raw.outcome(&mut DvError::empty()), 0);
}

#[test]
fn a_stream_keeps_its_session_when_a_host_closes_that_too_early() {
    let mut raw = Raw::open();
    let mut stream = raw.query("rows 1").unwrap();
    raw.close_session();
    let mut array = data_validator_plugin::ArrowArray::empty();
    // SAFETY: the stream is live, and there is room for the array.
    let code = unsafe { stream.get_next.unwrap()(&raw mut stream, &raw mut array) };
    assert_eq!(code, 0);
    assert_eq!(values(&array), [1, -1]);
}

#[test]
fn a_call_without_what_it_needs_is_refused() {
    let mut raw = Raw::open();
    let session = std::mem::replace(&mut raw.session, ptr::null_mut());
    assert_eq!(
        raw.query("rows 1").err(),
        Some(ErrorClass::InvalidState as u32)
    );
    raw.session = session;
    let query = raw.table.query.unwrap();
    let (sql, none) = (DvString::of("rows 1"), ptr::null_mut());
    // SAFETY: that there is no room for the stream is what the plugin has to find out.
    let status = unsafe { query(raw.session, ptr::null(), sql, ptr::null_mut(), none) };
    assert_eq!(status, ErrorClass::InvalidState as u32);
}

#[test]
fn a_call_that_cannot_be_read_is_refused() {
    let raw = Raw::open();
    let garbage = DvString {
        ptr: c"\xFF".as_ptr(),
        len: 1,
    };
    let refused = raw.query_text(garbage).err();
    assert_eq!(refused, Some(ErrorClass::Internal as u32));
    let mut text = DvText::empty();
    let (name, source) = (DvString::of("t"), DvString::of(r#"{"lake": "t"}"#));
    let (attach, none) = (raw.table.attach.unwrap(), ptr::null_mut());
    // SAFETY: the session is open, and there is room for the text.
    let refused = unsafe { attach(raw.session, ptr::null(), name, source, &raw mut text, none) };
    assert_eq!(refused, ErrorClass::Unsupported as u32);
    assert!(text.ptr.is_null());
}

#[test]
fn a_stream_without_an_error_has_none_to_tell() {
    let raw = Raw::open();
    let mut stream = raw.query("rows 1").unwrap();
    let stream_error = raw.table.stream_error.unwrap();
    // SAFETY: the stream is live.
    assert_eq!(unsafe { stream_error(&raw mut stream, ptr::null_mut()) }, 0);
    // SAFETY: the stream is live.
    let text = unsafe { stream.get_last_error.unwrap()(&raw mut stream) };
    assert!(text.is_null());
}

#[test]
fn a_stream_is_at_its_end_once_and_for_all() {
    let engine = loopback(Box::new(Canned::default())).unwrap();
    let mut session = engine.connect(&config("well"), &Call::default()).unwrap();
    let mut stream: Box<dyn BatchStream> = session.query("rows 1", &Call::default()).unwrap();
    assert!(stream.next().unwrap().is_some());
    assert!(stream.next().unwrap().is_none());
    assert!(stream.next().unwrap().is_none());
}

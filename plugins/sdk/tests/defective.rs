//! Plugins that break the rules in ways the host can see.

use std::ffi::c_char;
use std::path::PathBuf;

use data_validator_plugin::abi::table::{DvEngine, DvSession};
use data_validator_plugin::abi::{DvCall, DvError, DvString, DvText};
use data_validator_plugin::{
    ArrowArray, ArrowArrayStream, ArrowSchema, Call, Effect, Engine, EngineError, ErrorClass,
    FileFormat, Session, SessionState, Source, TransactionState, loopback,
};

use crate::canned::Canned;
use crate::conversation::{config, error, relation};
use crate::versions::import_changed;

const GARBAGE: &[u8] = b"\"\xFF\xFE\"";

fn garbage() -> DvString {
    DvString {
        ptr: GARBAGE.as_ptr().cast(),
        len: GARBAGE.len(),
    }
}

fn session(engine: &dyn Engine) -> Box<dyn Session> {
    engine.connect(&config("well"), &Call::default()).unwrap()
}

unsafe extern "C" fn describe_garbage(_: *mut DvEngine, out: *mut DvText, _: *mut DvError) -> u32 {
    // SAFETY: the host made room.
    let out = unsafe { &mut *out };
    (out.ptr, out.len) = (garbage().ptr, garbage().len);
    0
}

unsafe extern "C" fn describe_nothing(_: *mut DvEngine, _: *mut DvText, _: *mut DvError) -> u32 {
    0
}

unsafe extern "C" fn describe_number(_: *mut DvEngine, out: *mut DvText, _: *mut DvError) -> u32 {
    // SAFETY: the host made room.
    let out = unsafe { &mut *out };
    (out.ptr, out.len) = (c"42".as_ptr(), 2);
    0
}

#[test]
fn a_description_that_cannot_be_read_is_refused() {
    let message = |describe| {
        let refused = error(import_changed(|table| table.describe = Some(describe)));
        assert_eq!(refused.class, ErrorClass::Internal);
        refused.message
    };
    assert_eq!(
        message(describe_garbage),
        "the plugin's answer to 'describe' is not UTF-8 from byte 2 on; whoever sent it is defective"
    );
    assert_eq!(
        message(describe_nothing),
        "the plugin gave no answer to 'describe', but no error either; it is defective"
    );
    assert_eq!(
        message(describe_number),
        "the plugin's answer to 'describe' cannot be read: \
         invalid type: integer `42`, expected struct Description at line 1 column 2"
    );
}

unsafe extern "C" fn answer_garbage(
    _: *mut DvSession,
    _: *const DvCall,
    _: DvString,
    out: *mut DvText,
    _: *mut DvError,
) -> u32 {
    // SAFETY: the host made room.
    let out = unsafe { &mut *out };
    (out.ptr, out.len) = (garbage().ptr, garbage().len);
    0
}

#[test]
fn an_answer_that_is_not_utf8_is_an_error() {
    let engine = import_changed(|table| {
        table.table_schema = Some(answer_garbage);
        table.data_version = Some(answer_garbage);
    });
    let mut session = session(&engine.unwrap());
    let (relation, call) = (relation("t"), Call::default());
    let refused = error(session.schema(&relation, &call));
    assert_eq!(refused.class, ErrorClass::Internal);
    let refused = error(session.data_version(&relation, &call));
    assert_eq!(
        refused.message,
        "the plugin's answer to 'data_version' is not UTF-8 from byte 2 on; whoever sent it is defective"
    );
}

/// An error whose every number is unknown and whose every text is garbage.
unsafe extern "C" fn fail_oddly(
    _: *mut DvSession,
    _: *const DvCall,
    _: DvString,
    _: *mut DvText,
    error: *mut DvError,
) -> u32 {
    // SAFETY: the host made room.
    let error = unsafe { &mut *error };
    error.error_class = 99;
    error.effect = 99;
    error.transaction = 99;
    error.session = 99;
    error.sqlstate = [c_char::MAX; 8];
    error.message = garbage();
    error.details = garbage();
    99
}

unsafe extern "C" fn fail_silently(
    _: *mut DvSession,
    _: *const DvCall,
    _: DvString,
    _: *mut DvText,
    _: *mut DvError,
) -> u32 {
    ErrorClass::Conflict as u32
}

#[test]
fn an_error_with_unknown_numbers_and_garbage_is_still_an_error() {
    let engine = import_changed(|table| {
        table.data_version = Some(fail_oddly);
        table.table_schema = Some(fail_silently);
    });
    let mut session = session(&engine.unwrap());
    let failed = error(session.data_version(&relation("t"), &Call::default()));
    assert_eq!(failed.class, ErrorClass::Internal);
    assert_eq!(
        failed.message,
        "\"\u{FFFD}\u{FFFD}\" (error class 99, which this version does not know)"
    );
    assert_eq!(failed.effect, Effect::Unknown);
    assert_eq!(failed.transaction, TransactionState::Unknown);
    assert_eq!(failed.session, SessionState::Unknown);
    let details = failed.diagnostics.unwrap().details.unwrap();
    assert_eq!(details, "\u{FFFD}\u{FFFD}");

    let failed = error(session.schema(&relation("t"), &Call::default()));
    let said = "the engine failed in 'table_schema' and did not say why";
    assert_eq!(failed, EngineError::new(ErrorClass::Conflict, said));
}

unsafe extern "C" fn query_nothing(
    _: *mut DvSession,
    _: *const DvCall,
    _: DvString,
    _: *mut ArrowArrayStream,
    _: *mut DvError,
) -> u32 {
    0
}

unsafe extern "C" fn no_schema(_: *mut ArrowArrayStream, _: *mut ArrowSchema) -> i32 {
    0
}

unsafe extern "C" fn fails_with_its_size(stream: *mut ArrowArrayStream, _: *mut ArrowArray) -> i32 {
    // SAFETY: the stream is live.
    let stream = unsafe { &*stream };
    i32::try_from(stream.private_data.addr()).unwrap()
}

unsafe extern "C" fn garbage_error(_: *mut ArrowArrayStream) -> *const c_char {
    c"\xFF bad".as_ptr()
}

unsafe extern "C" fn release_nothing(stream: *mut ArrowArrayStream) {
    // SAFETY: the stream is live.
    unsafe { (*stream).release = None };
}

/// A stream that fails with the errno that the statement is.
unsafe extern "C" fn query_failing(
    _: *mut DvSession,
    _: *const DvCall,
    sql: DvString,
    out: *mut ArrowArrayStream,
    _: *mut DvError,
) -> u32 {
    // SAFETY: the text lives as long as the call.
    let sql = unsafe { std::slice::from_raw_parts(sql.ptr.cast::<u8>(), sql.len) };
    let number: usize = std::str::from_utf8(sql).unwrap().parse().unwrap();
    let stream = ArrowArrayStream {
        get_schema: Some(no_schema),
        get_next: Some(fails_with_its_size),
        get_last_error: Some(garbage_error),
        release: Some(release_nothing),
        private_data: std::ptr::without_provenance_mut(number),
    };
    // SAFETY: the host made room.
    unsafe { out.write(stream) };
    0
}

#[test]
fn a_stream_without_its_callbacks_or_a_schema_is_an_error() {
    let engine = import_changed(|table| table.query = Some(query_nothing)).unwrap();
    let refused = error(session(&engine).query("rows 1", &Call::default()));
    assert_eq!(
        refused.message,
        "the plugin gave a stream without its callbacks; it is defective"
    );
    let engine = import_changed(|table| table.query = Some(query_failing)).unwrap();
    let mut session = session(&engine);
    let refused = error(session.query("5", &Call::default()).unwrap().schema());
    assert_eq!(
        refused.message,
        "the plugin gave a stream without a schema; it is defective"
    );
}

#[test]
fn a_stream_without_typed_errors_is_classified_by_errno() {
    let engine = import_changed(|table| {
        table.query = Some(query_failing);
        table.stream_error = None;
    });
    let mut session = session(&engine.unwrap());
    let mut failed = |errno: &str| {
        let failed = error(session.query(errno, &Call::default()).unwrap().next());
        assert_eq!(failed.message, "\u{FFFD} bad");
        failed.class
    };
    // EINTR, EIO, ENOMEM, EINVAL, ENOSPC have these numbers on every Unix.
    assert_eq!(failed("4"), ErrorClass::Cancelled);
    assert_eq!(failed("5"), ErrorClass::Internal);
    assert_eq!(failed("12"), ErrorClass::Resource);
    assert_eq!(failed("22"), ErrorClass::Data);
    assert_eq!(failed("28"), ErrorClass::Resource);
}

#[cfg(unix)]
#[test]
fn a_file_name_that_is_not_utf8_is_refused_before_the_plugin_sees_it() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let engine = loopback(Box::new(Canned::default())).unwrap();
    let source = Source::Files {
        format: FileFormat::Parquet,
        paths: vec![PathBuf::from(OsStr::from_bytes(b"a\xFF.parquet"))],
    };
    let refused = error(session(&engine).attach("t", &source, &Call::default()));
    assert_eq!(refused.class, ErrorClass::Unsupported);
    assert_eq!(
        refused.message,
        "the source 't' cannot be handed to a plugin: path contains invalid UTF-8 characters"
    );
}

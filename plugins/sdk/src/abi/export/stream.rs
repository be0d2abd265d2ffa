//! A stream of ours as the struct of the Arrow C stream interface.
//!
//! That of an Arrow library would not do: it lets panics out, and keeps of an error only its text.

use std::ffi::{CString, c_char, c_int};
use std::{mem, ptr};

use super::engine::missing;
use super::lease::Lease;
use crate::abi::arrow::{ArrowArray, ArrowArrayStream, ArrowSchema};
use crate::abi::failure::DvError;
use crate::abi::guard::{answer, caught, quietly};
use crate::engine::{BatchStream, Call};
use crate::error::EngineError;

/// What the `private_data` of a stream of ours points to. The order of the members is that of their
/// end: the stream goes before the session that it borrows.
struct Exported {
    stream: Box<dyn BatchStream>,
    failure: Option<Failure>,
    /// `None` for a stream that the caller keeps alive.
    _session: Option<Lease>,
}

struct Failure {
    error: EngineError,
    /// The message for those who only know the Arrow interface.
    message: CString,
}

/// `EIO`, which is the same number everywhere; what it was says `stream_error`.
const FAILED: c_int = 5;

/// Begins a statement. The stream has the session until it is released.
pub(super) fn open(
    mut lease: Lease,
    sql: &str,
    call: &Call,
) -> Result<ArrowArrayStream, EngineError> {
    // SAFETY: the stream is dropped before the lease, here on a failure as in `Exported`, and the lease
    // is only kept meanwhile.
    let session = unsafe { lease.session_unbounded() };
    let stream = session.query(sql, call)?;
    Ok(as_struct(Exported {
        stream,
        failure: None,
        _session: Some(lease),
    }))
}

/// Rows of the host as the struct that a plugin reads.
///
/// # Safety
/// The struct is released before the rows are used again or go.
pub(in crate::abi) unsafe fn lend(rows: &mut dyn BatchStream) -> ArrowArrayStream {
    struct Lent(*mut dyn BatchStream);

    impl BatchStream for Lent {
        fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
            // SAFETY: the promise of who called `lend`.
            unsafe { &mut *self.0 }.schema()
        }

        fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
            // SAFETY: as above.
            unsafe { &mut *self.0 }.next()
        }
    }

    // SAFETY: only the lifetime changes, which the caller's promise stands in for.
    let rows = unsafe {
        mem::transmute::<*mut (dyn BatchStream + '_), *mut (dyn BatchStream + 'static)>(rows)
    };
    as_struct(Exported {
        stream: Box::new(Lent(rows)),
        failure: None,
        _session: None,
    })
}

fn as_struct(exported: Exported) -> ArrowArrayStream {
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release),
        private_data: Box::into_raw(Box::new(exported)).cast(),
    }
}

/// The entry `stream_error`.
pub(super) unsafe extern "C" fn error(stream: *mut ArrowArrayStream, room: *mut DvError) -> u32 {
    let body = || {
        // SAFETY: the host gives a stream of ours.
        let exported = unsafe { exported(stream) }.ok_or_else(|| missing("stream"))?;
        match &exported.failure {
            Some(failure) => Err(failure.error.clone()),
            None => Ok(()),
        }
    };
    // SAFETY: the host gives NULL or room for an error.
    unsafe { answer("stream_error", room, body) }
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: the interface has the callback called with the live stream and room for a schema.
    unsafe { give(stream, out, |stream| stream.schema()) }
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    let next = |stream: &mut dyn BatchStream| {
        // A released array is the end.
        Ok(stream.next()?.unwrap_or_else(ArrowArray::empty))
    };
    // SAFETY: the interface has the callback called with the live stream and room for an array.
    unsafe { give(stream, out, next) }
}

unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    // SAFETY: the interface has the callback called with the live stream.
    let exported = unsafe { exported(stream) };
    exported
        .and_then(|exported| exported.failure.as_ref())
        .map_or(ptr::null(), |failure| failure.message.as_ptr())
}

unsafe extern "C" fn release(stream: *mut ArrowArrayStream) {
    // SAFETY: the interface has the callback called with a pointer to the live struct.
    let Some(stream) = (unsafe { stream.as_mut() }) else {
        return;
    };
    // The mark of a released struct.
    stream.release = None;
    let exported = stream.private_data.cast::<Exported>();
    stream.private_data = ptr::null_mut();
    if exported.is_null() {
        return;
    }
    // SAFETY: `open` made the box, and a stream is released once.
    let exported = unsafe { Box::from_raw(exported) };
    quietly("the release of a stream", || drop(exported));
}

/// Asks the stream for something and writes it to `out`, or keeps the error.
///
/// # Safety
/// `stream` is NULL or a stream of ours, and `out` points to room for what is asked.
unsafe fn give<T>(
    stream: *mut ArrowArrayStream,
    out: *mut T,
    ask: impl FnOnce(&mut dyn BatchStream) -> Result<T, EngineError>,
) -> c_int {
    // SAFETY: the caller's promise.
    let Some(exported) = (unsafe { exported(stream) }) else {
        return FAILED;
    };
    match caught("a stream", || ask(&mut *exported.stream)) {
        Ok(answer) => {
            // SAFETY: the caller's promise; the room holds nothing that would have to be dropped.
            unsafe { out.write(answer) };
            0
        }
        Err(error) => {
            let message = error.message.replace('\0', " ");
            exported.failure = Some(Failure {
                error,
                message: CString::new(message).unwrap_or_default(),
            });
            FAILED
        }
    }
}

/// # Safety
/// `stream` is NULL or a stream of ours that nobody else uses meanwhile.
unsafe fn exported<'a>(stream: *mut ArrowArrayStream) -> Option<&'a mut Exported> {
    // SAFETY: the caller's promise.
    let stream = unsafe { stream.as_ref() }?;
    // SAFETY: the pointer is NULL after the release and what `open` made before.
    unsafe { stream.private_data.cast::<Exported>().as_mut() }
}

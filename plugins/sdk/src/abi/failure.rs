//! An error as it crosses the border.

use std::ffi::{c_char, c_void};
use std::mem::{self, offset_of};
use std::time::Duration;
use std::{array, ptr};

use serde_json::Value;

use super::text::DvString;
use crate::aftermath::{Effect, SessionState, TransactionState};
use crate::error::{Diagnostics, EngineError, ErrorClass};

/// [`EngineError`] as it crosses the border: the caller makes room, the callee fills it in.
///
/// Dropping it calls `release`.
#[derive(Debug)]
#[repr(C)]
pub struct DvError {
    pub struct_size: usize,
    pub error_class: u32,
    pub effect: u32,
    pub transaction: u32,
    pub session: u32,
    pub retry_after_ms: u64,
    pub vendor_code: i64,
    pub sql_offset: u64,
    pub sqlstate: [c_char; 8],
    pub message: DvString,
    pub details: DvString,
    pub release: Option<unsafe extern "C" fn(*mut Self)>,
    pub private_data: *mut c_void,
}

/// What a `DvError` of ours points to.
struct Owned {
    message: String,
    details: Option<String>,
}

impl DvError {
    /// No error, to be filled in by a callee.
    pub fn empty() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            error_class: 0,
            effect: 0,
            transaction: 0,
            session: 0,
            retry_after_ms: 0,
            vendor_code: 0,
            sql_offset: 0,
            sqlstate: [0; 8],
            message: DvString::NULL,
            details: DvString::NULL,
            release: None,
            private_data: ptr::null_mut(),
        }
    }

    /// Writes an error to where a caller made room for one, and gives the number of its class.
    ///
    /// # Safety
    /// `room` is NULL or points to an empty `DvError` of its `struct_size`.
    pub(super) unsafe fn write(room: *mut Self, error: EngineError) -> u32 {
        let class = error.class as u32;
        // SAFETY: the caller's promise; `struct_size` is the first member of every version.
        let Some(size) = (unsafe { room.cast::<usize>().as_ref() }).copied() else {
            return class;
        };
        // Without room for its release the error would never be freed.
        if size < offset_of!(Self, private_data) + size_of::<*mut c_void>() {
            return class;
        }
        let mut full = Self::of(error);
        full.struct_size = size;
        let bytes = size.min(size_of::<Self>());
        // SAFETY: both are at least that long, and what a caller made room for is not in `full`.
        unsafe { ptr::copy_nonoverlapping((&raw const full).cast::<u8>(), room.cast(), bytes) };
        // It is the caller's now.
        mem::forget(full);
        class
    }

    fn of(error: EngineError) -> Self {
        let diagnostics = error
            .diagnostics
            .map_or_else(Default::default, |found| *found);
        let owned = Box::new(Owned {
            message: error.message,
            details: diagnostics.details.as_ref().map(Value::to_string),
        });
        Self {
            struct_size: size_of::<Self>(),
            error_class: error.class as u32,
            effect: error.effect as u32,
            transaction: error.transaction as u32,
            session: error.session as u32,
            retry_after_ms: error.retry_after.map_or(0, whole_milliseconds),
            vendor_code: diagnostics.vendor_code.unwrap_or(0),
            sql_offset: diagnostics.sql_offset.unwrap_or(0),
            sqlstate: sqlstate(error.sqlstate.as_deref()),
            message: DvString::of(&owned.message),
            details: owned
                .details
                .as_deref()
                .map_or(DvString::NULL, DvString::of),
            release: Some(release),
            private_data: Box::into_raw(owned).cast(),
        }
    }

    /// The error that a callee wrote. `status` is what it returned, `attempted` what it was called for.
    ///
    /// # Safety
    /// A callee filled the struct in by the rules of the header.
    pub(super) unsafe fn read(&self, status: u32, attempted: &str) -> EngineError {
        // SAFETY: the caller's promise: the texts live until the error is released.
        let message = unsafe { self.message.read_lossy() };
        // SAFETY: as above.
        let details = unsafe { self.details.read_lossy() };
        let message = if message.is_empty() {
            format!("the engine failed in '{attempted}' and did not say why")
        } else {
            message
        };
        let number = match self.error_class {
            0 => status,
            written => written,
        };
        let mut error = match ErrorClass::from_number(number) {
            Some(class) => EngineError::new(class, message),
            None => EngineError::new(
                ErrorClass::Internal,
                format!("{message} (error class {number}, which this version does not know)"),
            ),
        };
        error.effect = Effect::from_number(self.effect);
        error.transaction = TransactionState::from_number(self.transaction);
        error.session = SessionState::from_number(self.session);
        error.retry_after = match self.retry_after_ms {
            0 => None,
            milliseconds => Some(Duration::from_millis(milliseconds)),
        };
        error.sqlstate = text_of(self.sqlstate);
        let diagnostics = Diagnostics {
            vendor_code: Some(self.vendor_code).filter(|code| *code != 0),
            sql_offset: Some(self.sql_offset).filter(|offset| *offset != 0),
            details: read_details(details),
        };
        if diagnostics != Diagnostics::default() {
            error.diagnostics = Some(Box::new(diagnostics));
        }
        error
    }
}

impl Drop for DvError {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: an error with a release callback is live and ours, and it is called once.
            unsafe { release(self) }
        }
    }
}

unsafe extern "C" fn release(error: *mut DvError) {
    // SAFETY: the interface has the callback called with a pointer to the live struct.
    let Some(error) = (unsafe { error.as_mut() }) else {
        return;
    };
    // The mark of a released struct.
    error.release = None;
    error.message = DvString::NULL;
    error.details = DvString::NULL;
    let owned = error.private_data.cast::<Owned>();
    // SAFETY: `DvError::of` made the box and nobody else frees it: an error is released once.
    drop(unsafe { Box::from_raw(owned) });
}

/// Rounded up: a server that wants to be left alone is.
fn whole_milliseconds(time: Duration) -> u64 {
    let rounded = time.as_nanos().div_ceil(1_000_000);
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

fn sqlstate(code: Option<&str>) -> [c_char; 8] {
    let bytes = code.unwrap_or_default().as_bytes();
    // The last place stays 0, so that it is a C string.
    array::from_fn(|place| match bytes.get(place) {
        Some(byte) if place < 7 => byte.cast_signed() as c_char,
        _ => 0,
    })
}

fn text_of(sqlstate: [c_char; 8]) -> Option<String> {
    let bytes: Vec<u8> = sqlstate
        .iter()
        .map(|character| *character as u8)
        .take_while(|byte| *byte != 0)
        .collect();
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Details that are no JSON are kept as text.
fn read_details(text: String) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

//! Text that crosses the border: borrowed for a call, or handed over.

use std::ffi::{c_char, c_void};
use std::{ptr, slice};

use crate::error::{EngineError, ErrorClass};

/// Text in UTF-8 that belongs to someone else; no NUL at its end.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DvString {
    pub ptr: *const c_char,
    pub len: usize,
}

/// Text in UTF-8 that belongs to whoever holds the struct; `ptr` is NULL where there is none.
///
/// Dropping it calls `release`.
#[derive(Debug)]
#[repr(C)]
pub struct DvText {
    pub ptr: *const c_char,
    pub len: usize,
    pub release: Option<unsafe extern "C" fn(*mut Self)>,
    pub private_data: *mut c_void,
}

impl DvString {
    /// No text.
    pub const NULL: Self = Self {
        ptr: ptr::null(),
        len: 0,
    };

    /// The text as long as it is borrowed, which the type does not say.
    pub fn of(text: &str) -> Self {
        Self {
            ptr: text.as_ptr().cast(),
            len: text.len(),
        }
    }

    /// # Safety
    /// `ptr` is NULL or points to `len` bytes that nobody changes or frees for `'a`.
    pub(super) unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.ptr.is_null() {
            return &[];
        }
        // SAFETY: the caller's promise.
        unsafe { slice::from_raw_parts(self.ptr.cast(), self.len) }
    }

    /// The text, which is refused when it is not UTF-8; `what` names it.
    ///
    /// # Safety
    /// As for [`bytes`](Self::bytes).
    pub(super) unsafe fn read<'a>(self, what: &str) -> Result<&'a str, EngineError> {
        // SAFETY: the caller's promise.
        let bytes = unsafe { self.bytes() };
        std::str::from_utf8(bytes).map_err(|error| not_utf8(what, error))
    }

    /// The text with what is not UTF-8 replaced: for messages, which are better damaged than lost.
    ///
    /// # Safety
    /// As for [`bytes`](Self::bytes), for as long as the call takes.
    pub(super) unsafe fn read_lossy(self) -> String {
        // SAFETY: the caller's promise.
        let bytes = unsafe { self.bytes() };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl DvText {
    /// No text, to be filled in by a callee.
    pub fn empty() -> Self {
        Self {
            ptr: ptr::null(),
            len: 0,
            release: None,
            private_data: ptr::null_mut(),
        }
    }

    /// Text that is ours.
    pub(super) fn of(text: String) -> Self {
        let text = Box::new(text);
        Self {
            ptr: text.as_ptr().cast(),
            len: text.len(),
            release: Some(release),
            private_data: Box::into_raw(text).cast(),
        }
    }

    /// A copy of the text; `None` where there is none.
    ///
    /// # Safety
    /// A callee filled the struct in by the rules of the header.
    pub(super) unsafe fn read(&self, what: &str) -> Result<Option<String>, EngineError> {
        if self.ptr.is_null() {
            return Ok(None);
        }
        let borrowed = DvString {
            ptr: self.ptr,
            len: self.len,
        };
        // SAFETY: the text lives until it is released, which happens when this struct is dropped.
        let text = unsafe { borrowed.read(what) }?;
        Ok(Some(text.to_owned()))
    }
}

impl Drop for DvText {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: a text with a release callback is live and ours, and the callback is called once.
            unsafe { release(self) }
        }
    }
}

unsafe extern "C" fn release(text: *mut DvText) {
    // SAFETY: the interface has the callback called with a pointer to the live struct.
    let Some(text) = (unsafe { text.as_mut() }) else {
        return;
    };
    // The mark of a released struct.
    text.release = None;
    text.ptr = ptr::null();
    let owned = text.private_data.cast::<String>();
    // SAFETY: `DvText::of` made the box and nobody else frees it: a struct is released once.
    drop(unsafe { Box::from_raw(owned) });
}

fn not_utf8(what: &str, error: std::str::Utf8Error) -> EngineError {
    let message = format!(
        "{what} is not UTF-8 from byte {} on; whoever sent it is defective",
        error.valid_up_to() + 1
    );
    EngineError::new(ErrorClass::Internal, message)
}

//! What a plugin's function gives, checked.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::abi::failure::DvError;
use crate::abi::text::DvText;
use crate::error::{EngineError, ErrorClass};

/// Calls a function, which gets room for an error.
///
/// # Safety
/// The error is written to, if at all, by the rules of the header.
pub(super) unsafe fn done(
    entry: &str,
    function: impl FnOnce(*mut DvError) -> u32,
) -> Result<(), EngineError> {
    let mut error = DvError::empty();
    match function(&raw mut error) {
        0 => Ok(()),
        // SAFETY: the caller's promise.
        status => Err(unsafe { error.read(status, entry) }),
    }
}

/// Calls a function that gives a text, for which it gets room too.
///
/// # Safety
/// Error and text are written to, if at all, by the rules of the header.
pub(super) unsafe fn text(
    entry: &str,
    function: impl FnOnce(*mut DvText, *mut DvError) -> u32,
) -> Result<Option<String>, EngineError> {
    let mut text = DvText::empty();
    // SAFETY: the caller's promise.
    unsafe { done(entry, |error| function(&raw mut text, error)) }?;
    // SAFETY: as above.
    unsafe { text.read(&format!("the plugin's answer to '{entry}'")) }
}

/// The value of a JSON text.
pub(super) fn read<T: DeserializeOwned>(entry: &str, text: &str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("the plugin's answer to '{entry}' cannot be read: {error}");
        EngineError::new(ErrorClass::Internal, message)
    })
}

/// An answer that has to be there.
pub(super) fn some<T>(entry: &str, answer: Option<T>) -> Result<T, EngineError> {
    answer.ok_or_else(|| {
        let message =
            format!("the plugin gave no answer to '{entry}', but no error either; it is defective");
        EngineError::new(ErrorClass::Internal, message)
    })
}

/// A value as JSON for a plugin.
pub(super) fn json(what: &str, value: &impl Serialize) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|error| {
        let message = format!("{what} cannot be handed to a plugin: {error}");
        EngineError::new(ErrorClass::Unsupported, message)
    })
}

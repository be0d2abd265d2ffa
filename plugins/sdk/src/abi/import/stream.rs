//! A stream behind the border.

use std::ffi::{CStr, c_int};
use std::io;
use std::marker::PhantomData;

use super::answer;
use crate::abi::arrow::{ArrowArray, ArrowArrayStream, ArrowSchema};
use crate::abi::table::StreamError;
use crate::engine::BatchStream;
use crate::error::{EngineError, ErrorClass};

/// What `query` gave, released when it is dropped.
pub(in crate::abi) struct ImportedStream<'s> {
    stream: ArrowArrayStream,
    stream_error: Option<StreamError>,
    /// The session, which nobody else uses meanwhile.
    session: PhantomData<&'s mut ()>,
}

impl ImportedStream<'_> {
    pub(in crate::abi) fn new(
        stream: ArrowArrayStream,
        stream_error: Option<StreamError>,
    ) -> Result<Self, EngineError> {
        let whole = stream.release.is_some()
            && stream.get_schema.is_some()
            && stream.get_next.is_some()
            && stream.get_last_error.is_some();
        if !whole {
            return Err(defective("gave a stream without its callbacks"));
        }
        Ok(Self {
            stream,
            stream_error,
            session: PhantomData,
        })
    }

    /// The error of the callback that failed last, with the number that it returned.
    fn failure(&mut self, number: c_int) -> EngineError {
        if let Some(stream_error) = self.stream_error {
            // SAFETY: the stream is live and the plugin's own.
            let told = |error| unsafe { stream_error(&raw mut self.stream, error) };
            // SAFETY: the error is written as the header says.
            if let Err(error) = unsafe { answer::done("stream_error", told) } {
                return error;
            }
        }
        EngineError::new(class_of(number), self.last_error(number))
    }

    fn last_error(&mut self, number: c_int) -> String {
        let message = self.stream.get_last_error.map(|get_last_error| {
            // SAFETY: the stream is live.
            unsafe { get_last_error(&raw mut self.stream) }
        });
        match message {
            Some(text) if !text.is_null() => {
                // SAFETY: the interface has it a C string that lives until the next call of the stream.
                let text = unsafe { CStr::from_ptr(text) };
                text.to_string_lossy().into_owned()
            }
            _ => format!(
                "the stream failed and did not say why: {}",
                io::Error::from_raw_os_error(number)
            ),
        }
    }
}

impl BatchStream for ImportedStream<'_> {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        let mut schema = ArrowSchema::empty();
        let Some(get_schema) = self.stream.get_schema else {
            return Err(defective("gave a stream without its callbacks"));
        };
        // SAFETY: the stream is live and the schema is empty.
        match unsafe { get_schema(&raw mut self.stream, &raw mut schema) } {
            0 if schema.release.is_some() => Ok(schema),
            0 => Err(defective("gave a stream without a schema")),
            number => Err(self.failure(number)),
        }
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let mut array = ArrowArray::empty();
        let Some(get_next) = self.stream.get_next else {
            return Err(defective("gave a stream without its callbacks"));
        };
        // SAFETY: the stream is live and the array is empty.
        match unsafe { get_next(&raw mut self.stream, &raw mut array) } {
            0 => Ok(array.release.is_some().then_some(array)),
            number => Err(self.failure(number)),
        }
    }
}

/// The class of a plugin's stream without `stream_error`.
fn class_of(number: c_int) -> ErrorClass {
    match io::Error::from_raw_os_error(number).kind() {
        io::ErrorKind::OutOfMemory | io::ErrorKind::StorageFull => ErrorClass::Resource,
        io::ErrorKind::Interrupted => ErrorClass::Cancelled,
        io::ErrorKind::TimedOut => ErrorClass::Timeout,
        io::ErrorKind::InvalidInput => ErrorClass::Data,
        _ => ErrorClass::Internal,
    }
}

fn defective(what: &str) -> EngineError {
    EngineError::new(
        ErrorClass::Internal,
        format!("the plugin {what}; it is defective"),
    )
}

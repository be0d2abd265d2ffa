//! What every call carries, as a C struct.

use crate::engine::Call;

/// [`Call`] as it crosses the border.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DvCall {
    pub struct_size: usize,
    pub operation: u64,
}

impl From<&Call> for DvCall {
    fn from(call: &Call) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            operation: call.operation,
        }
    }
}

impl DvCall {
    /// The call; that of a NULL pointer has the number 0.
    ///
    /// # Safety
    /// `call` is NULL or points to a value that the rules of the header hold for.
    pub(super) unsafe fn read(call: *const Self) -> Call {
        // SAFETY: the caller's promise; the members of version 1.0 are in every `DvCall`.
        let call = unsafe { call.as_ref() };
        Call {
            operation: call.map_or(0, |call| call.operation),
        }
    }
}

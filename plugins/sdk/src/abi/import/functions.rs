//! The functions of a table, once it is known to be whole.

use std::ffi::c_void;

use crate::abi::table::{
    Describe, DvPlugin, EngineClose, EngineOpen, Query, SessionClose, SessionOpen,
};
use crate::abi::version::{MAJOR, refuse_plugin};
use crate::error::{EngineError, ErrorClass};

/// A plugin's functions; dropping it shuts the plugin down.
pub(super) struct Functions {
    pub engine_open: EngineOpen,
    pub engine_close: EngineClose,
    pub describe: Describe,
    pub session_open: SessionOpen,
    pub session_close: SessionClose,
    pub query: Query,
    /// The functions that may be missing, and all others.
    pub table: DvPlugin,
}

// SAFETY: by the header all functions of a plugin may be called from any thread; its context is only
// handed back to it.
unsafe impl Send for Functions {}
// SAFETY: as above.
unsafe impl Sync for Functions {}

impl Functions {
    /// Refuses a table of another major, and one without what every plugin has.
    pub(super) fn of(table: &DvPlugin) -> Result<Self, EngineError> {
        let table = table.within_its_size();
        let mut missing = Vec::new();
        if table.abi_major == 0 && table.engine_open.is_none() {
            return Err(defective("left its table empty"));
        }
        if table.abi_major != MAJOR {
            return Err(refuse_plugin(table.abi_major));
        }
        macro_rules! required {
            ($($name:ident),*) => {
                match ($(table.$name),*) {
                    ($(Some($name)),*) => Ok(Self { $($name,)* table }),
                    _ => {
                        $(if table.$name.is_none() { missing.push(stringify!($name)); })*
                        Err(defective(&format!("has no {}", missing.join(", "))))
                    }
                }
            };
        }
        required!(
            engine_open,
            engine_close,
            describe,
            session_open,
            session_close,
            query
        )
    }

    pub(super) fn context(&self) -> *mut c_void {
        self.table.context
    }
}

impl Drop for Functions {
    fn drop(&mut self) {
        if let Some(shutdown) = self.table.shutdown {
            // SAFETY: all engines and sessions hold the functions, so they are closed, and no other call
            // can come.
            unsafe { shutdown(self.table.context) };
        }
    }
}

fn defective(what: &str) -> EngineError {
    let message = format!("the plugin {what}, which every plugin needs; it is defective");
    EngineError::new(ErrorClass::Internal, message)
}

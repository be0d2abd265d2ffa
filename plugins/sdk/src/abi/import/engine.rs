//! A plugin as an engine.

use std::ptr;
use std::sync::Arc;

use super::answer;
use super::functions::Functions;
use super::session::ImportedSession;
use crate::abi::call::DvCall;
use crate::abi::host::this_program;
use crate::abi::table::{DvEngine, DvPlugin, Init};
use crate::abi::text::DvString;
use crate::description::{Description, Transactions};
use crate::engine::{Call, Engine, EngineConfig, Session};
use crate::error::EngineError;

/// An engine on the other side of the border. Copies share it; the last one shuts the plugin down, once
/// its sessions are closed too.
#[derive(Clone)]
pub struct ImportedEngine {
    pub(super) open: Arc<OpenEngine>,
    pub(super) description: Arc<Description>,
}

/// What `engine_open` gave, until it is dropped.
pub(super) struct OpenEngine {
    pub functions: Functions,
    engine: *mut DvEngine,
}

// SAFETY: by the header an engine may be used from any thread, by several at a time.
unsafe impl Send for OpenEngine {}
// SAFETY: as above.
unsafe impl Sync for OpenEngine {}

/// The engine of a plugin whose entry is `init`.
///
/// # Errors
/// `unsupported` for another major of the interface, `internal` for a defective plugin, or what the
/// plugin says.
///
/// # Safety
/// `init` follows the header `data_validator_plugin.h`, and stays loaded as long as the process lives.
pub unsafe fn import(init: Init) -> Result<ImportedEngine, EngineError> {
    let mut table = DvPlugin::empty();
    // SAFETY: the caller's promise; the host lives as long as the process and the table is empty.
    let filled_in = |error| unsafe { init(this_program(), &raw mut table, error) };
    // SAFETY: the caller's promise: an error is written as the header says.
    unsafe { answer::done("dv_plugin_init_v1", filled_in) }?;
    // SAFETY: the caller's promise.
    unsafe { import_table(table) }
}

/// The engine of a plugin whose table is filled in already.
///
/// # Errors
/// As for [`import`].
///
/// # Safety
/// The table's functions follow the header, and stay loaded as long as the process lives.
pub unsafe fn import_table(table: DvPlugin) -> Result<ImportedEngine, EngineError> {
    let functions = Functions::of(&table)?;
    let mut engine = ptr::null_mut();
    let engine_open = functions.engine_open;
    // SAFETY: the context is the table's own.
    let opened = |error| unsafe { engine_open(functions.context(), &raw mut engine, error) };
    // SAFETY: an error is written as the header says.
    unsafe { answer::done("engine_open", opened) }?;
    let open = OpenEngine { functions, engine };
    let description = Arc::new(open.describe()?);
    Ok(ImportedEngine {
        open: Arc::new(open),
        description,
    })
}

impl OpenEngine {
    fn describe(&self) -> Result<Description, EngineError> {
        let describe = self.functions.describe;
        // SAFETY: the engine is open.
        let described = |out, error| unsafe { describe(self.engine, out, error) };
        // SAFETY: text and error are written as the header says.
        let text = unsafe { answer::text("describe", described) }?;
        let text = answer::some("describe", text)?;
        let mut description: Description = answer::read("describe", &text)?;
        let table = &self.functions.table;
        // A capability without its functions is none.
        let capabilities = &mut description.capabilities;
        if table.attach.is_none() {
            capabilities.file_formats.clear();
        }
        capabilities.publish &= table.publish.is_some() && table.outcome.is_some();
        capabilities.ingest &= table.ingest.is_some();
        let is_whole = table.execute.is_some()
            && table.begin.is_some()
            && table.commit.is_some()
            && table.rollback.is_some();
        if !is_whole {
            capabilities.transactions = Transactions::None;
        }
        Ok(description)
    }
}

impl Drop for OpenEngine {
    fn drop(&mut self) {
        // SAFETY: the engine is open, its sessions hold it and so are closed, and this happens once.
        unsafe { (self.functions.engine_close)(self.engine) }
    }
}

impl Engine for ImportedEngine {
    fn describe(&self) -> Description {
        (*self.description).clone()
    }

    fn connect(&self, config: &EngineConfig, call: &Call) -> Result<Box<dyn Session>, EngineError> {
        let config = answer::json("the configuration", config)?;
        let call = DvCall::from(call);
        let mut session = ptr::null_mut();
        let session_open = self.open.functions.session_open;
        // SAFETY: the engine is open; call and configuration live as long as the call.
        let opened = |error| unsafe {
            session_open(
                self.open.engine,
                &raw const call,
                DvString::of(&config),
                &raw mut session,
                error,
            )
        };
        // SAFETY: an error is written as the header says.
        unsafe { answer::done("session_open", opened) }?;
        Ok(Box::new(ImportedSession::new(self.clone(), session)))
    }
}

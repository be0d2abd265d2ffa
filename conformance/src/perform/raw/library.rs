//! The table of functions of the engine under test, and calls of them.

use std::ffi::CStr;
use std::ptr;
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use data_validator::engines::kind::EngineKind;
use data_validator_plugin::abi::table::{DvEngine, DvSession, Init};
use data_validator_plugin::abi::version::{MAJOR, MINOR};
use data_validator_plugin::abi::{DvCall, DvError, DvHost, DvPlugin, DvString, DvText, export};
use data_validator_plugin::{
    ArrowArray, ArrowArrayStream, ArrowSchema, BatchStream, Engine, EngineError, ErrorClass,
};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::perform::trouble::{Done, Trouble, fail};
use crate::suite::job::Job;

/// The entry of the plugin; of an engine that is linked in, what its library would export.
pub fn entry(job: &Job) -> anyhow::Result<Init> {
    let Some(path) = &job.engine.plugin else {
        let _ = LINKED_IN.set(job.engine.load()?);
        return Ok(init_linked_in);
    };
    // SAFETY: the user asked for this plugin to be loaded, and it is loaded already.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
    let library = library.with_context(|| format!("loading {}", path.display()))?;
    // SAFETY: the symbol is the entry of a plugin, which has this type.
    let entry = unsafe { library.get::<Init>(b"dv_plugin_init_v1") };
    let entry = *entry.with_context(|| format!("loading {}", path.display()))?;
    // Never unloaded: threads of the plugin may still run.
    std::mem::forget(library);
    Ok(entry)
}

static LINKED_IN: OnceLock<Arc<EngineKind>> = OnceLock::new();

unsafe extern "C" fn init_linked_in(
    host: *const DvHost,
    plugin: *mut DvPlugin,
    error: *mut DvError,
) -> u32 {
    fn make() -> Arc<dyn Engine> {
        match LINKED_IN.get().map(|kind| kind.engine()) {
            Some(Ok(engine)) => engine,
            _ => unreachable!("it was made before"),
        }
    }
    // SAFETY: the caller's promise.
    unsafe { export::init(host, plugin, error, make) }
}

/// This program as a host of these versions.
pub fn host(major: u32, minor: u32) -> DvHost {
    DvHost {
        struct_size: size_of::<DvHost>(),
        abi_major: major,
        abi_minor: minor,
        context: ptr::null_mut(),
        log: None,
        log_level: 0,
        reserved: 0,
    }
}

/// A table that the entry filled in.
pub fn table(entry: Init) -> Done<DvPlugin> {
    // It lives as long as the process.
    let host: &'static DvHost = Box::leak(Box::new(host(MAJOR, MINOR)));
    let mut table = DvPlugin::empty();
    let mut error = DvError::empty();
    // SAFETY: the host is of this version and stays, and both rooms are as long as they say.
    let status = unsafe { entry(host, &raw mut table, &raw mut error) };
    is_ok("dv_plugin_init_v1", status, &error)?;
    Ok(table)
}

/// A call with a number of its own.
pub fn call() -> DvCall {
    DvCall::from(&crate::perform::sessions::call())
}

/// An engine with its table; closed with this value.
pub struct RawEngine {
    pub table: DvPlugin,
    engine: *mut DvEngine,
}

/// A session; closed with this value, which the engine's outlives.
pub struct RawSession<'e> {
    engine: &'e RawEngine,
    pub session: *mut DvSession,
}

// SAFETY: the interface has a session used by any thread, one at a time.
unsafe impl Send for RawSession<'_> {}
// SAFETY: the functions of an engine are called from any thread, several at a time.
unsafe impl Sync for RawEngine {}

macro_rules! required {
    ($table:expr, $function:ident) => {
        match $table.$function {
            Some(function) => function,
            None => return fail(concat!("the table lacks '", stringify!($function), "'")),
        }
    };
}
pub(super) use required;

impl RawEngine {
    pub fn open(table: DvPlugin) -> Done<Self> {
        let open = required!(table, engine_open);
        let mut engine = ptr::null_mut();
        let mut error = DvError::empty();
        // SAFETY: the table is the plugin's, and the room is there.
        let status = unsafe { open(table.context, &raw mut engine, &raw mut error) };
        is_ok("engine_open", status, &error)?;
        Ok(Self { table, engine })
    }

    pub fn engine(&self) -> *mut DvEngine {
        self.engine
    }

    pub fn describe(&self) -> Done<String> {
        let describe = required!(self.table, describe);
        let mut text = DvText::empty();
        let mut error = DvError::empty();
        // SAFETY: the engine is open, and the room is there.
        let status = unsafe { describe(self.engine, &raw mut text, &raw mut error) };
        is_ok("describe", status, &error)?;
        Ok(read(DvString {
            ptr: text.ptr,
            len: text.len,
        }))
    }

    /// Opens a session, or gives the status and the error.
    pub fn connect(&self, config: DvString, call: *const DvCall) -> Done<RawSession<'_>> {
        let (session, status, error) = self.try_connect(config, call)?;
        is_ok("session_open", status, &error)?;
        session.ok_or_else(|| Trouble::Error("there is no session".into()))
    }

    pub fn try_connect(
        &self,
        config: DvString,
        call: *const DvCall,
    ) -> Done<(Option<RawSession<'_>>, u32, DvError)> {
        let open = required!(self.table, session_open);
        let mut session = ptr::null_mut();
        let mut error = DvError::empty();
        let (engine, room) = (self.engine, &raw mut session);
        // SAFETY: the engine is open, and what is passed lives longer than the call.
        let status = unsafe { open(engine, call, config, room, &raw mut error) };
        // After a failure there is none to close.
        let opened = (status == 0).then(|| RawSession {
            engine: self,
            session,
        });
        Ok((opened, status, error))
    }

    /// Opens a session without room for an error; whether it was opened.
    pub fn connect_without_room(&self, config: DvString) -> Done<u32> {
        let open = required!(self.table, session_open);
        let mut session = ptr::null_mut();
        let (call, room) = (call(), &raw mut session);
        // SAFETY: as above; the interface lets the error's pointer be NULL.
        let status = unsafe { open(self.engine, &raw const call, config, room, ptr::null_mut()) };
        if status == 0 {
            drop(RawSession {
                engine: self,
                session,
            });
        }
        Ok(status)
    }
}

impl Drop for RawEngine {
    fn drop(&mut self) {
        if let Some(close) = self.table.engine_close {
            // SAFETY: its sessions borrow it, so they are closed.
            unsafe { close(self.engine) }
        }
    }
}

impl RawSession<'_> {
    /// Runs a query, or gives the status and the error.
    pub fn try_query(&self, sql: DvString) -> Done<Result<RawStream, (u32, DvError)>> {
        let call = call();
        self.try_query_with(sql, &raw const call)
    }

    pub fn try_query_with(
        &self,
        sql: DvString,
        call: *const DvCall,
    ) -> Done<Result<RawStream, (u32, DvError)>> {
        let query = required!(self.engine.table, query);
        let mut stream = ArrowArrayStream::empty();
        let mut error = DvError::empty();
        let (session, room) = (self.session, &raw mut stream);
        // SAFETY: the session is open and not used elsewhere, and what is passed lives longer than the call.
        let status = unsafe { query(session, call, sql, room, &raw mut error) };
        Ok(match status {
            0 => Ok(RawStream(stream)),
            status => Err((status, error)),
        })
    }

    pub fn query(&self, sql: &str) -> Done<RawStream> {
        let begun = self.try_query(DvString::of(sql))?;
        begun.or_else(|(status, error)| fail(told("query", status, &error)))
    }

    /// Runs a query without room for an error.
    pub fn query_without_room(&self, sql: &str) -> Done<u32> {
        let query = required!(self.engine.table, query);
        let mut stream = ArrowArrayStream::empty();
        let (call, room) = (call(), &raw mut stream);
        let (session, sql) = (self.session, DvString::of(sql));
        // SAFETY: as above; the interface lets the error's pointer be NULL.
        let status = unsafe { query(session, &raw const call, sql, room, ptr::null_mut()) };
        Ok(status)
    }
}

impl Drop for RawSession<'_> {
    fn drop(&mut self) {
        if let Some(close) = self.engine.table.session_close {
            // SAFETY: it is open, and its streams were released before by whoever had them.
            unsafe { close(self.session) }
        }
    }
}

/// A stream of the plugin's; released with this value.
pub struct RawStream(pub ArrowArrayStream);

impl RawStream {
    fn failed(&mut self, code: i32) -> EngineError {
        let message = self.0.get_last_error.map(|get| {
            // SAFETY: the stream is live and a callback of it failed.
            let text = unsafe { get(&raw mut self.0) };
            match text.is_null() {
                true => String::new(),
                // SAFETY: the interface gives a C string that lives until the next call.
                false => unsafe { CStr::from_ptr(text) }
                    .to_string_lossy()
                    .into_owned(),
            }
        });
        let message = message.unwrap_or_default();
        EngineError::new(ErrorClass::Internal, format!("errno {code}: {message}"))
    }
}

impl BatchStream for RawStream {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        let mut schema = ArrowSchema::empty();
        let get = self.0.get_schema;
        let get = get.ok_or_else(|| EngineError::new(ErrorClass::Internal, "no get_schema"))?;
        // SAFETY: the stream is live, and the room is there.
        match unsafe { get(&raw mut self.0, &raw mut schema) } {
            0 => Ok(schema),
            code => Err(self.failed(code)),
        }
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let mut array = ArrowArray::empty();
        let get = self.0.get_next;
        let get = get.ok_or_else(|| EngineError::new(ErrorClass::Internal, "no get_next"))?;
        // SAFETY: as above.
        match unsafe { get(&raw mut self.0, &raw mut array) } {
            0 => Ok(array.release.is_some().then_some(array)),
            code => Err(self.failed(code)),
        }
    }
}

/// Borrowed text as ours.
pub fn read(text: DvString) -> String {
    if text.ptr.is_null() {
        return String::new();
    }
    // SAFETY: the plugin gave the text, which lives while what holds it is not released.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr.cast::<u8>(), text.len) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// A call that should have gone well.
pub fn is_ok(function: &str, status: u32, error: &DvError) -> Done {
    match status {
        0 => Ok(()),
        status => fail(told(function, status, error)),
    }
}

pub fn told(function: &str, status: u32, error: &DvError) -> String {
    let class = ErrorClass::from_number(status);
    let class = class.map_or("no class", ErrorClass::as_str);
    format!(
        "{function} fails with {status} ({class}): {}",
        read(error.message)
    )
}

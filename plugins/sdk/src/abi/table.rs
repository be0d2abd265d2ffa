//! The table of functions that a plugin fills in.

use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr;

use super::arrow::ArrowArrayStream;
use super::call::DvCall;
use super::failure::DvError;
use super::host::DvHost;
use super::text::{DvString, DvText};

/// An engine of a plugin; only the plugin knows what is in it.
#[repr(C)]
pub struct DvEngine {
    _opaque: [u8; 0],
}

/// A session of a plugin; only the plugin knows what is in it.
#[repr(C)]
pub struct DvSession {
    _opaque: [u8; 0],
}

/// What the symbol `dv_plugin_init_v1` is.
pub type Init =
    unsafe extern "C" fn(host: *const DvHost, plugin: *mut DvPlugin, error: *mut DvError) -> u32;

pub(super) type EngineOpen =
    unsafe extern "C" fn(*mut c_void, *mut *mut DvEngine, *mut DvError) -> u32;
pub(super) type EngineClose = unsafe extern "C" fn(*mut DvEngine);
pub(super) type Describe = unsafe extern "C" fn(*mut DvEngine, *mut DvText, *mut DvError) -> u32;
pub(super) type SessionOpen = unsafe extern "C" fn(
    *mut DvEngine,
    *const DvCall,
    DvString,
    *mut *mut DvSession,
    *mut DvError,
) -> u32;
pub(super) type SessionClose = unsafe extern "C" fn(*mut DvSession);
pub(super) type Query = unsafe extern "C" fn(
    *mut DvSession,
    *const DvCall,
    DvString,
    *mut ArrowArrayStream,
    *mut DvError,
) -> u32;
pub(super) type StreamError = unsafe extern "C" fn(*mut ArrowArrayStream, *mut DvError) -> u32;
pub(super) type Cancel = unsafe extern "C" fn(*mut DvSession, u64);
pub(super) type Shutdown = unsafe extern "C" fn(*mut c_void);

/// Takes a text and gives a text.
pub(super) type Ask =
    unsafe extern "C" fn(*mut DvSession, *const DvCall, DvString, *mut DvText, *mut DvError) -> u32;

/// Takes two texts and gives a text.
pub(super) type AskTwo = unsafe extern "C" fn(
    *mut DvSession,
    *const DvCall,
    DvString,
    DvString,
    *mut DvText,
    *mut DvError,
) -> u32;

/// Takes three texts and gives a text.
pub(super) type AskThree = unsafe extern "C" fn(
    *mut DvSession,
    *const DvCall,
    DvString,
    DvString,
    DvString,
    *mut DvText,
    *mut DvError,
) -> u32;

/// Takes a text and gives nothing.
pub(super) type Tell =
    unsafe extern "C" fn(*mut DvSession, *const DvCall, DvString, *mut DvError) -> u32;

/// Takes and gives nothing.
pub(super) type Step = unsafe extern "C" fn(*mut DvSession, *const DvCall, *mut DvError) -> u32;

pub(super) type Ingest = unsafe extern "C" fn(
    *mut DvSession,
    *const DvCall,
    DvString,
    *mut ArrowArrayStream,
    *mut DvText,
    *mut DvError,
) -> u32;
pub(super) type Execute =
    unsafe extern "C" fn(*mut DvSession, *const DvCall, DvString, *mut i64, *mut DvError) -> u32;

/// The table. The host makes room for it, zeroed but for `struct_size`; the plugin fills it in.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DvPlugin {
    pub struct_size: usize,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub context: *mut c_void,
    // What every plugin has.
    pub engine_open: Option<EngineOpen>,
    pub engine_close: Option<EngineClose>,
    pub describe: Option<Describe>,
    pub session_open: Option<SessionOpen>,
    pub session_close: Option<SessionClose>,
    pub query: Option<Query>,
    // What may be NULL or lie behind the end.
    pub stream_error: Option<StreamError>,
    pub cancel: Option<Cancel>,
    pub attach: Option<AskTwo>,
    pub table_schema: Option<Ask>,
    pub data_version: Option<Ask>,
    pub statistics: Option<AskTwo>,
    pub materialise: Option<AskThree>,
    pub ingest: Option<Ingest>,
    pub detach: Option<Tell>,
    pub publish: Option<Ask>,
    pub outcome: Option<Ask>,
    pub execute: Option<Execute>,
    pub begin: Option<Step>,
    pub commit: Option<Step>,
    pub rollback: Option<Step>,
    pub shutdown: Option<Shutdown>,
}

impl DvPlugin {
    /// A table that is still to be filled in.
    pub fn empty() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            abi_major: 0,
            abi_minor: 0,
            context: ptr::null_mut(),
            engine_open: None,
            engine_close: None,
            describe: None,
            session_open: None,
            session_close: None,
            query: None,
            stream_error: None,
            cancel: None,
            attach: None,
            table_schema: None,
            data_version: None,
            statistics: None,
            materialise: None,
            ingest: None,
            detach: None,
            publish: None,
            outcome: None,
            execute: None,
            begin: None,
            commit: None,
            rollback: None,
            shutdown: None,
        }
    }

    /// Writes this table to where a host made room: as much as fits, and how long it is in full.
    ///
    /// # Safety
    /// `room` points to a `DvPlugin` of the host's version, as long as its `struct_size` says.
    pub(super) unsafe fn write(&self, room: *mut Self) {
        // SAFETY: the caller's promise; `struct_size` is the first member of every version.
        let size = unsafe { room.cast::<usize>().read() };
        let bytes = whole_members(size.min(size_of::<Self>()));
        // SAFETY: both are at least that long, and the host's room is not ours.
        unsafe { ptr::copy_nonoverlapping(ptr::from_ref(self).cast::<u8>(), room.cast(), bytes) };
    }

    /// The table without what lies behind its end, which is then NULL.
    pub(super) fn within_its_size(&self) -> Self {
        let mut known = Self::empty();
        let bytes = whole_members(self.struct_size.min(size_of::<Self>()));
        // SAFETY: both are `DvPlugin`s and so at least that long. Every member is valid whether its
        // bytes are all taken over or all zero, and no member is cut.
        unsafe {
            ptr::copy_nonoverlapping(
                ptr::from_ref(self).cast::<u8>(),
                (&raw mut known).cast::<u8>(),
                bytes,
            );
        }
        known
    }
}

/// No more than `bytes`, without a part of a member: behind the version numbers all are pointers.
fn whole_members(bytes: usize) -> usize {
    let head = offset_of!(DvPlugin, context);
    match bytes.checked_sub(head) {
        None => 0,
        Some(rest) => head + rest / size_of::<*mut c_void>() * size_of::<*mut c_void>(),
    }
}

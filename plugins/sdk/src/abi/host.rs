//! What a plugin is given by the program that loads it.

use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;

use log::Level;

use super::guard;
use super::text::DvString;
use super::version::{MAJOR, MINOR};

/// The program's side of the border; it lives as long as the process.
#[derive(Debug)]
#[repr(C)]
pub struct DvHost {
    pub struct_size: usize,
    pub abi_major: u32,
    pub abi_minor: u32,
    /// Handed back with each call of `log`.
    pub context: *mut c_void,
    pub log: Option<
        unsafe extern "C" fn(context: *mut c_void, level: u32, target: DvString, message: DvString),
    >,
    pub log_level: u32,
    /// 0: without it a later member would lie in a gap that is inside the size of this version.
    pub reserved: u32,
}

// SAFETY: nothing changes after the value is made, and the header has `log` called from any thread.
unsafe impl Send for DvHost {}
// SAFETY: as above.
unsafe impl Sync for DvHost {}

/// This program as a host: log lines of plugins go on to the crate `log`, at the level that is set
/// when the first plugin is loaded.
pub(super) fn this_program() -> &'static DvHost {
    static HOST: OnceLock<DvHost> = OnceLock::new();
    HOST.get_or_init(|| DvHost {
        struct_size: size_of::<DvHost>(),
        abi_major: MAJOR,
        abi_minor: MINOR,
        context: ptr::null_mut(),
        log: Some(log_line),
        log_level: log::max_level() as u32,
        reserved: 0,
    })
}

unsafe extern "C" fn log_line(
    _context: *mut c_void,
    level: u32,
    target: DvString,
    message: DvString,
) {
    guard::quietly("log", || {
        // SAFETY: the header has both texts live until the call returns.
        let target = unsafe { target.read_lossy() };
        // SAFETY: as above.
        let message = unsafe { message.read_lossy() };
        log::log!(target: &target, level_of(level), "{message}");
    });
}

/// An unknown number is a level more detailed than those known here.
pub(super) fn level_of(number: u32) -> Level {
    match number {
        1 => Level::Error,
        2 => Level::Warn,
        3 => Level::Info,
        4 => Level::Debug,
        _ => Level::Trace,
    }
}

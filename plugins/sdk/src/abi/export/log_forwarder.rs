//! Log lines and panics of a shared library, sent to the program that loaded it.
//!
//! The library has copies of the standard library and of the crate `log` that the program does not
//! see, so without this they would be lost, or written into the middle of the program's output.

use std::panic;
use std::ptr;
use std::sync::OnceLock;

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::abi::host::{DvHost, level_of, this_program};
use crate::abi::text::DvString;

/// The first host that loaded this library; it lives as long as the process.
static HOST: OnceLock<&'static DvHost> = OnceLock::new();

/// Sends log lines and panics to the host from now on.
pub(super) fn install(host: &'static DvHost) {
    // Linked into the host there is only one copy of everything, and lines would go in a circle.
    if ptr::eq(host, this_program()) || host.log.is_none() || HOST.set(host).is_err() {
        return;
    }
    if log::set_logger(&Forwarder).is_ok() {
        log::set_max_level(match host.log_level {
            0 => LevelFilter::Off,
            level => level_of(level).to_level_filter(),
        });
    }
    panic::set_hook(Box::new(|panic| {
        send(Level::Error, "panic", &panic.to_string());
    }));
}

struct Forwarder;

impl Log for Forwarder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            send(record.level(), record.target(), &record.args().to_string());
        }
    }

    fn flush(&self) {}
}

fn send(level: Level, target: &str, message: &str) {
    if let Some(host) = HOST.get()
        && let Some(log) = host.log
    {
        let (target, message) = (DvString::of(target), DvString::of(message));
        // SAFETY: the host lives as long as the process and takes the call from any thread; both texts
        // live until it returns.
        unsafe { log(host.context, level as u32, target, message) };
    }
}

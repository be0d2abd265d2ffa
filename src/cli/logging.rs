//! What engines log, on stderr.

use log::{LevelFilter, Log, Metadata, Record};

/// Lines of this importance are shown.
struct Stderr(LevelFilter);

impl Log for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= self.0
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let level = record.level().as_str().to_lowercase();
            anstream::eprintln!("{level}: {}: {}", record.target(), record.args());
        }
    }

    fn flush(&self) {}
}

/// Shows warnings and errors, and with each `-v` more.
pub fn show(verbosity: u8) {
    let level = match verbosity {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        2 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    };
    // A program that uses this library may have a logger of its own, and keeps it.
    if log::set_boxed_logger(Box::new(Stderr(level))).is_ok() {
        log::set_max_level(level);
    }
}

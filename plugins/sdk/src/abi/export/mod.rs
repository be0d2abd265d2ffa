//! A Rust engine as a table of C functions.

mod engine;
mod entry;
mod lease;
mod log_forwarder;
mod session;
pub(super) mod stream;
mod writing;

pub use engine::{Make, table};
pub use entry::init;

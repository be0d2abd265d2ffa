//! The engine of the tests as a plugin: all it takes is the last line.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "what the tests use, and panics on purpose"
)]

#[path = "../tests/canned/mod.rs"]
mod canned;

data_validator_plugin::export_engine!(canned::Canned);

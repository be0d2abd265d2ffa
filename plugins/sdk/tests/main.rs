//! The border between host and plugin, in Rust and in C.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod c_compiler;
mod c_host;
mod c_plugin;
mod c_types;
mod cancel;
mod canned;
mod conversation;
mod defective;
mod description;
mod frozen;
mod header;
mod json_forms;
mod layout;
mod panics;
mod streams;
mod versions;

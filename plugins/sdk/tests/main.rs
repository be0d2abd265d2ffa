//! The border between host and plugin, in Rust and in C.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cancel;
mod canned;
mod conversation;
mod defective;
mod panics;
mod streams;
mod versions;

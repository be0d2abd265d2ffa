//! The engine through its trait, on a real server that lives as long as this program, in each way that a
//! program has the engine: linked in, behind its C table, and from a shared library.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cancel;
mod connecting;
mod data_version;
mod estimates;
mod faults;
mod ingest;
mod lost_commits;
mod publish;
mod reading;
mod sources;
mod support;
mod tls;
mod transactions;
mod types;

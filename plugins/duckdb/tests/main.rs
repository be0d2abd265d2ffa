//! The engine's behaviour on real files and databases: linked in, behind its C table, and from its shared
//! library.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cancelling;
mod publishing;
mod reading;
mod rounds;
mod sessions;
mod transactions;

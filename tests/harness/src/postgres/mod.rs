//! A PostgreSQL server that lives as long as a test.

mod account;
mod binaries;
mod process;
mod server;

pub use server::{Server, ServerSettings};

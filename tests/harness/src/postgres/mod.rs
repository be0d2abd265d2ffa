//! A PostgreSQL server that lives as long as a test.

mod account;
mod binaries;
mod download;
mod login;
mod process;
mod server;
mod set_up;

pub use server::Server;
pub use set_up::ServerSettings;

//! The DuckDB engine of Data Validator.

mod cancel;
mod config;
mod dialect;
mod engine;
mod error;
mod instance;
mod session;
mod source;
mod statistics;
mod stream;
mod types;

pub use engine::DuckDb;

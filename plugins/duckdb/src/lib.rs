//! The DuckDB engine of Data Validator.

mod cancel;
mod config;
mod dialect;
mod engine;
mod error;
mod instance;
mod publish;
mod relations;
mod session;
mod source;
mod statement_count;
mod statistics;
mod stream;
mod transaction;
mod types;

pub use engine::DuckDb;

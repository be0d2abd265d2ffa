//! The DataFusion engine of Data Validator.

mod bitmap;
mod bytes;
mod cancel;
mod column_type;
mod config;
mod content_hash;
mod copies;
mod dialect;
mod engine;
mod environment;
mod error;
mod json_text;
mod matches;
mod memory_pool;
mod publish;
mod runtime;
mod session;
mod source;
mod statement;
mod statistics;
mod stream;
mod web;

pub use engine::DataFusion;

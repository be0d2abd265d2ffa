//! Engines as the host sees them: found by name, reached through the plugin traits.

mod carry;
pub mod catalog;
pub mod connection;
pub mod connections;
pub mod decode;
pub mod discover;
pub mod json_value;
pub mod kind;
mod library;
pub mod library_file;
pub mod parquet_file;
pub mod registry;
pub mod retry;

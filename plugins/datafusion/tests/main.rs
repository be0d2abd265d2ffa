//! The engine through its trait, on real files and folders, natively and through its C table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod arrow_files;
mod cancelling;
mod csv_files;
mod json_files;
mod limits;
mod meaning;
mod parquet_files;
mod patterns;
mod published_tables;
mod publishing_and_dying;
mod statements;
mod support;
mod web_files;

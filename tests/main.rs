//! Black-box tests: the built program on real files and databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bad_config;
mod bad_data;
mod command_line;
mod config_schema;
mod content_hash;
mod crash;
mod data_versions;
mod documentation;
mod engines;
mod every_key;
mod failing_rows;
mod failing_rows_random;
mod filter;
mod filter_kills;
mod flights;
mod forms;
mod generated;
mod meaning;
mod plugins;
mod postgres_tables;
mod random;
mod reconcile_random;
mod reports;
mod restarts;
mod retry;
mod reuse;
mod rule_reference;
mod rules;
mod samples;
mod server_faults;
mod soundness;
mod sqlite;
mod staleness;
mod state;
mod state_documents;
mod state_faults;
mod state_garbage;
mod state_in_engine;
mod support;
mod tidy;
mod two_sides;
mod two_sides_faults;
mod untrusted;
mod web_tables;

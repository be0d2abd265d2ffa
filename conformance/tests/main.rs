//! The suite itself, as an author of an engine runs it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod badges;
mod certified;
mod engines;
mod mutants;
mod report_page;
mod results_schema;
mod services;
mod support;
mod wrong_engines;

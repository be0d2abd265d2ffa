//! The PostgreSQL server of a comparison.

use data_validator_harness::{Server, ServerSettings};

/// What an administrator sets on a machine like this one; both sides of a pair ask the same server. All
/// else is as PostgreSQL comes, also that it compiles costly queries and has two workers for each.
const CONFIGURATION: &[(&str, &str)] = &[
    ("shared_buffers", "1GB"),
    ("effective_cache_size", "4GB"),
    ("work_mem", "64MB"),
    ("maintenance_work_mem", "256MB"),
    ("max_wal_size", "8GB"),
];

/// Starts a server, which ends with the value.
///
/// # Panics
/// When the machine has no PostgreSQL, saying what to install.
pub fn start() -> Server {
    let configuration = CONFIGURATION
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    Server::start_own(&ServerSettings {
        configuration: configuration.collect(),
        ..ServerSettings::default()
    })
}

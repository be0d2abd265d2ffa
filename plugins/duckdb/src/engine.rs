//! DuckDB inside this process.

use std::ffi::CStr;

use data_validator_plugin::{
    Call, Capabilities, Description, Engine, EngineConfig, EngineError, Session, Transactions,
};

use crate::config::Settings;
use crate::instance::Instances;
use crate::session::DuckDbSession;
use crate::{config, dialect, publish};

/// DuckDB, linked into this library; each session has its own connection to a database that they share.
#[derive(Debug, Default)]
pub struct DuckDb {
    instances: Instances,
}

impl Engine for DuckDb {
    fn describe(&self) -> Description {
        Description {
            name: "duckdb".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            engine_version: library_version(),
            semantics: 1,
            dialect: dialect::dialect(),
            capabilities: Capabilities {
                embedded: true,
                file_formats: ["csv", "json", "parquet"].map(String::from).into(),
                read_only_sessions: true,
                publish: true,
                ingest: false,
                // See `stream`: its results are whole.
                streams: false,
                transactions: Transactions::Ddl,
            },
            publication_setup: Some(publish::setup()),
            harmless_options: config::harmless_options(),
            safe_options: config::safe_options(),
            connection: config::keys(),
        }
    }

    fn connect(
        &self,
        config: &EngineConfig,
        _call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        let settings = Settings::read(config)?;
        let instance = self.instances.open(&settings)?;
        Ok(Box::new(DuckDbSession::open(instance, &settings)?))
    }
}

fn library_version() -> String {
    // SAFETY: the function only needs the library to be there, and it is linked in.
    let version = unsafe { duckdb::ffi::duckdb_library_version() };
    // SAFETY: what it gives is a static, NUL-terminated string.
    let version = unsafe { CStr::from_ptr(version) };
    version.to_string_lossy().trim_start_matches('v').to_owned()
}

//! DataFusion inside this process.

use std::sync::{Arc, Mutex, PoisonError};

use data_validator_plugin::{
    Call, Capabilities, Description, Engine, EngineConfig, EngineError, Session, Transactions,
};

use crate::config::Settings;
use crate::environment::Environments;
use crate::runtime::Runtime;
use crate::session::DataFusionSession;
use crate::{config, dialect};

/// DataFusion, linked into this library. Sessions share its threads, and those of equal limits their memory.
#[derive(Debug, Default)]
pub struct DataFusion {
    environments: Environments,
    /// Started with the first session.
    runtime: Mutex<Option<Arc<Runtime>>>,
}

impl DataFusion {
    fn runtime(&self) -> Result<Arc<Runtime>, EngineError> {
        let mut runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*runtime {
            return Ok(Arc::clone(runtime));
        }
        Ok(Arc::clone(runtime.insert(Runtime::start()?)))
    }
}

impl Engine for DataFusion {
    fn describe(&self) -> Description {
        Description {
            name: "datafusion".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            engine_version: datafusion::DATAFUSION_VERSION.into(),
            semantics: 1,
            dialect: dialect::dialect(),
            capabilities: Capabilities {
                embedded: true,
                file_formats: ["arrow", "csv", "json", "parquet"].map(String::from).into(),
                read_only_sessions: true,
                publish: true,
                ingest: false,
                streams: true,
                transactions: Transactions::None,
            },
            publication_setup: None,
            harmless_options: config::harmless_options(),
            safe_options: config::safe_options(),
            connection: config::keys(),
        }
    }

    fn connect(&self, config: &EngineConfig, call: &Call) -> Result<Box<dyn Session>, EngineError> {
        let settings = Settings::read(config)?;
        let environment = self.environments.open(&settings.resources)?;
        let session = DataFusionSession::open(settings, environment, self.runtime()?, call)?;
        Ok(Box::new(session))
    }
}

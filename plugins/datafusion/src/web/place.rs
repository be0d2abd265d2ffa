//! Where plans find a file of a web server.

use std::sync::Arc;

use data_validator_plugin::{EngineError, ErrorClass};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use object_store::ObjectStore;

use super::file::WebFile;
use crate::source::ParquetFiles;

/// A store of DataFusion's with one file, which is there as long as its table; a plan that runs keeps its tables.
#[derive(Debug)]
pub struct Place {
    file: Arc<WebFile>,
    url: ObjectStoreUrl,
    runtime: Arc<RuntimeEnv>,
}

impl Place {
    pub fn of(file: Arc<WebFile>, runtime: &Arc<RuntimeEnv>) -> Result<Self, EngineError> {
        let url = ObjectStoreUrl::parse(format!("data-validator-web://{}", file.number()))
            .map_err(|error| EngineError::new(ErrorClass::Internal, error.to_string()))?;
        runtime.register_object_store(url.as_ref(), Arc::clone(&file) as Arc<dyn ObjectStore>);
        Ok(Self {
            file,
            url,
            runtime: Arc::clone(runtime),
        })
    }
}

impl ParquetFiles for Place {
    fn store(&self) -> ObjectStoreUrl {
        self.url.clone()
    }

    /// The store itself refuses a file that has changed.
    fn unchanged(&self) -> Result<Vec<PartitionedFile>, EngineError> {
        Ok(vec![PartitionedFile::new_from_meta(self.file.meta())])
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.runtime.deregister_object_store(self.url.as_ref());
    }
}

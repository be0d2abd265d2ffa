//! A Parquet file on a web server as a table.

use std::sync::Arc;

use async_trait::async_trait;
use data_validator_plugin::{EngineError, ErrorClass};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use object_store::ObjectStore;

use super::file::WebFile;
use crate::error::engine_error;
use crate::source::{ParquetScan, with_null};

/// A file of which the footer was read.
#[derive(Debug)]
pub struct WebTable {
    file: Arc<WebFile>,
    place: Place,
    schema: SchemaRef,
    format: Arc<ParquetFormat>,
}

impl WebTable {
    pub async fn open(
        state: &dyn Session,
        file: Arc<WebFile>,
    ) -> std::result::Result<Self, EngineError> {
        let place = Place::of(&file, state.runtime_env())?;
        let options = state.default_table_options().parquet;
        let format = Arc::new(ParquetFormat::default().with_options(options));
        let store = Arc::clone(&file) as Arc<dyn ObjectStore>;
        let schema = format.infer_schema(state, &store, &[file.meta()]).await;
        let schema = schema.map_err(|error| {
            engine_error(&error).context(format_args!("reading {}", file.url()))
        })?;
        Ok(Self {
            file,
            place,
            schema: Arc::new(with_null(&schema)),
            format,
        })
    }
}

#[async_trait]
impl TableProvider for WebTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let scan = ParquetScan {
            format: &self.format,
            store: self.place.url.clone(),
            files: vec![PartitionedFile::new_from_meta(self.file.meta())],
            schema: Arc::clone(&self.schema),
        };
        scan.plan(state, projection, limit).await
    }
}

/// Where plans find the file, as long as the table is there; a plan that runs keeps its tables.
#[derive(Debug)]
struct Place {
    url: ObjectStoreUrl,
    runtime: Arc<RuntimeEnv>,
}

impl Place {
    fn of(
        file: &Arc<WebFile>,
        runtime: &Arc<RuntimeEnv>,
    ) -> std::result::Result<Self, EngineError> {
        let url = ObjectStoreUrl::parse(format!("data-validator-web://{}", file.number()))
            .map_err(|error| EngineError::new(ErrorClass::Internal, error.to_string()))?;
        runtime.register_object_store(url.as_ref(), Arc::clone(file) as Arc<dyn ObjectStore>);
        Ok(Self {
            url,
            runtime: Arc::clone(runtime),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.runtime.deregister_object_store(self.url.as_ref());
    }
}

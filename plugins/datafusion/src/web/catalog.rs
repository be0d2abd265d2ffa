//! The files of a web server by name, as DataFusion looks them up when it plans a query.

use std::sync::Arc;

use async_trait::async_trait;
use data_validator_plugin::TableName;
use datafusion::catalog::{CatalogProvider, SchemaProvider, TableProvider};
use datafusion::common::{DataFusionError, Result};

use super::Server;
use crate::session::DEFAULT_SCHEMA;

/// It has every schema that a query names; which tables are in it, the server says.
#[derive(Debug)]
pub struct WebCatalog(pub Arc<Server>);

impl CatalogProvider for WebCatalog {
    fn schema_names(&self) -> Vec<String> {
        vec![DEFAULT_SCHEMA.to_owned()]
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        Some(Arc::new(WebSchema {
            server: Arc::clone(&self.0),
            name: name.to_owned(),
        }))
    }
}

#[derive(Debug)]
struct WebSchema {
    server: Arc<Server>,
    name: String,
}

#[async_trait]
impl SchemaProvider for WebSchema {
    /// HTTP has no list.
    fn table_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// That there is none is an error of ours, which names the URL.
    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let name = TableName {
            catalog: None,
            schema: Some(self.name.clone()),
            table: name.to_owned(),
        };
        let opened = async { self.server.table(self.server.file(&name).await?).await };
        match opened.await {
            Ok(table) => Ok(Some(table)),
            Err(error) => Err(DataFusionError::External(Box::new(error))),
        }
    }

    /// Planning does not ask this; it looks the table up.
    fn table_exist(&self, _: &str) -> bool {
        true
    }
}

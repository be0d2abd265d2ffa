//! Published tables by name, as DataFusion looks them up when it plans a query.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use data_validator_plugin::EngineError;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{CatalogProvider, SchemaProvider, Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::layout::{name_of, table_key};
use super::manifest::Manifest;
use super::{Store, lock, tables};
use crate::session::DEFAULT_SCHEMA;
use crate::source::parquet_table;

/// The schemas of a folder of tables, as one session sees them.
#[derive(Clone, Debug)]
pub struct PublishedCatalog {
    store: Arc<Store>,
    moment: Arc<Mutex<Option<Arc<Moment>>>>,
}

/// What all tables held when a statement was planned.
#[derive(Debug)]
struct Moment {
    manifest: Manifest,
    /// While it is locked, no part is removed.
    _lease: File,
}

impl PublishedCatalog {
    pub fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            moment: Arc::default(),
        }
    }

    /// To be called before and after a statement is planned: all its tables are of one moment, and other
    /// statements see later ones.
    pub fn pass(&self) {
        *self.lock() = None;
    }

    fn moment(&self) -> std::result::Result<Arc<Moment>, EngineError> {
        let mut moment = self.lock();
        if let Some(moment) = &*moment {
            return Ok(Arc::clone(moment));
        }
        // First the lock, then the manifest: its parts stay.
        let lease = lock::readers(&self.store.layout, self.store.patience)?;
        let manifest = Manifest::newest(&self.store.layout)?;
        Ok(Arc::clone(moment.insert(Arc::new(Moment {
            manifest,
            _lease: lease,
        }))))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Moment>>> {
        self.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CatalogProvider for PublishedCatalog {
    fn schema_names(&self) -> Vec<String> {
        let layout = &self.store.layout;
        names(&layout.root, |path| *path != layout.own())
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let is_there = name == DEFAULT_SCHEMA || self.store.layout.schema(name).is_dir();
        is_there.then(|| {
            Arc::new(PublishedSchema {
                catalog: self.clone(),
                name: name.to_owned(),
            }) as Arc<dyn SchemaProvider>
        })
    }
}

#[derive(Debug)]
struct PublishedSchema {
    catalog: PublishedCatalog,
    name: String,
}

#[async_trait]
impl SchemaProvider for PublishedSchema {
    fn table_names(&self) -> Vec<String> {
        names(&self.catalog.store.layout.schema(&self.name), |_| true)
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let catalog = self.catalog.clone();
        let (schema, table) = (self.name.clone(), name.to_owned());
        // The lock of readers may have to be waited for, though never long.
        let opened =
            tokio::task::spawn_blocking(move || PublishedTable::open(&catalog, &schema, &table));
        let opened = opened
            .await
            .map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))?;
        match opened {
            Ok(table) => Ok(table.map(|table| Arc::new(table) as Arc<dyn TableProvider>)),
            Err(error) => Err(DataFusionError::External(Box::new(error))),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.catalog
            .store
            .has_table(&self.name, name)
            .unwrap_or(false)
    }
}

/// The rows that a table has at one moment.
#[derive(Debug)]
struct PublishedTable {
    columns: SchemaRef,
    parts: Vec<PathBuf>,
    _moment: Arc<Moment>,
}

impl PublishedTable {
    /// `None` where there is no such table.
    fn open(
        catalog: &PublishedCatalog,
        schema: &str,
        table: &str,
    ) -> std::result::Result<Option<Self>, EngineError> {
        let layout = &catalog.store.layout;
        if !tables::exists(layout, schema, table)? {
            return Ok(None);
        }
        let moment = catalog.moment()?;
        let columns = tables::columns(layout, schema, table)?;
        let folder = layout.table(schema, table);
        let parts = moment.manifest.tables.get(&table_key(schema, table));
        let parts = parts
            .into_iter()
            .flatten()
            .map(|part| folder.join(&part.file));
        Ok(Some(Self {
            columns,
            parts: parts.collect(),
            _moment: moment,
        }))
    }
}

#[async_trait]
impl TableProvider for PublishedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.columns)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let table = parquet_table(state, &self.parts, Some(Arc::clone(&self.columns)))
            .await
            .map_err(|error| DataFusionError::External(Box::new(error)))?;
        table.scan(state, projection, filters, limit).await
    }
}

/// The names that the folders in a folder stand for; none where it cannot be read.
fn names(folder: &std::path::Path, wanted: impl Fn(&PathBuf) -> bool) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && wanted(path))
        .filter_map(|path| name_of(path.file_name()?.to_str()?))
        .collect()
}

//! Parquet files as one table.

use std::fmt::{Debug, Display};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use data_validator_plugin::{EngineError, ErrorClass};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::object_store::{ObjectMeta, ObjectStore, path::Path as StorePath};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use super::same_columns::check_fit;
use super::{bad_file, open_file};
use crate::error::{engine_error, io_error};

/// Parquet files as rows of the columns that they have in common.
#[derive(Debug)]
pub struct ParquetTable {
    schema: SchemaRef,
    format: Arc<ParquetFormat>,
    files: Box<dyn ParquetFiles>,
}

/// The files of a table, wherever they lie.
pub trait ParquetFiles: Debug + Send + Sync {
    /// The store that has them.
    fn store(&self) -> ObjectStoreUrl;

    /// The files, if they are still those whose footers were read: DataFusion answers from a footer that it
    /// has in memory.
    fn unchanged(&self) -> std::result::Result<Vec<PartitionedFile>, EngineError>;
}

/// Reads footers with the settings of a session.
pub struct FooterReader<'s> {
    state: &'s dyn Session,
    format: Arc<ParquetFormat>,
}

impl<'s> FooterReader<'s> {
    pub fn new(state: &'s dyn Session) -> Self {
        let options = state.default_table_options().parquet;
        Self {
            state,
            format: Arc::new(ParquetFormat::default().with_options(options)),
        }
    }

    /// The columns of a file in a store, which a user knows by this name.
    pub async fn columns(
        &self,
        store: &Arc<dyn ObjectStore>,
        file: &ObjectMeta,
        name: impl Display,
    ) -> std::result::Result<SchemaRef, EngineError> {
        let files = std::slice::from_ref(file);
        let found = self.format.infer_schema(self.state, store, files).await;
        found.map_err(|error| engine_error(&error).context(format_args!("reading {name}")))
    }

    /// The table of these files.
    pub fn table(self, columns: &Schema, files: impl ParquetFiles + 'static) -> ParquetTable {
        ParquetTable {
            schema: Arc::new(with_null(columns)),
            format: self.format,
            files: Box::new(files),
        }
    }
}

/// The files as one table of these columns, or of those of the first file. Columns belong together by name;
/// each other file has those of the first, in types that the first one's hold. Reads footers alone.
pub async fn parquet_table(
    state: &dyn Session,
    paths: &[PathBuf],
    schema: Option<SchemaRef>,
) -> std::result::Result<ParquetTable, EngineError> {
    let reader = FooterReader::new(state);
    let store = state
        .runtime_env()
        .object_store(ObjectStoreUrl::local_filesystem())
        .map_err(|error| engine_error(&error))?;
    let mut table: Option<(SchemaRef, &Path)> = None;
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let meta = object_meta(path)?;
        // The footers of files that this engine wrote need no second look.
        if schema.is_none() {
            let found = reader.columns(&store, &meta, path.display()).await?;
            match &table {
                None => table = Some((found, path)),
                Some((expected, first)) => check_fit(path, &found, expected, first)?,
            }
        }
        files.push((path.clone(), meta));
    }
    let schema = schema.or(table.map(|(schema, _)| schema));
    let schema = schema.unwrap_or_else(|| Arc::new(Schema::empty()));
    Ok(reader.table(&schema, LocalFiles(files)))
}

/// Files that are known by name and size.
///
/// DataFusion's own listing table takes a file that vanished for an empty folder, and so for no rows.
#[derive(Debug)]
struct LocalFiles(Vec<(PathBuf, ObjectMeta)>);

impl ParquetFiles for LocalFiles {
    fn store(&self) -> ObjectStoreUrl {
        ObjectStoreUrl::local_filesystem()
    }

    fn unchanged(&self) -> std::result::Result<Vec<PartitionedFile>, EngineError> {
        let unchanged = self.0.iter().map(|(path, meta)| {
            let now = object_meta(path)?;
            if now != *meta {
                let message = "the file has changed since it was attached; attach it again";
                return Err(bad_file(path, message));
            }
            Ok(PartitionedFile::new_from_meta(now))
        });
        unchanged.collect()
    }
}

/// A file as DataFusion's reader of local files knows it.
fn object_meta(path: &Path) -> std::result::Result<ObjectMeta, EngineError> {
    let metadata = open_file(path)?
        .metadata()
        .map_err(|error| io_error(&error, format_args!("reading {}", path.display())))?;
    let modified = metadata
        .modified()
        .map_err(|error| io_error(&error, format_args!("reading {}", path.display())))?;
    let absolute = std::path::absolute(path)
        .map_err(|error| io_error(&error, format_args!("finding {}", path.display())))?;
    let location = StorePath::from_absolute_path(absolute).map_err(|error| {
        let message = format!(
            "the file name {} cannot be used: {error}; rename the file",
            path.display()
        );
        EngineError::new(ErrorClass::Unsupported, message)
    })?;
    Ok(ObjectMeta {
        location,
        last_modified: modified.into(),
        size: metadata.len(),
        e_tag: None,
        version: None,
    })
}

/// Every column may hold NULL: one file's promise that it has none says nothing of the others.
fn with_null(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().map(|field| {
        let field: &Field = field;
        field.clone().with_nullable(true)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

#[async_trait]
impl TableProvider for ParquetTable {
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
        let files = self.files.unchanged();
        let files = files.map_err(|error| DataFusionError::External(Box::new(error)))?;
        if files.is_empty() {
            let schema = match projection {
                Some(projection) => Arc::new(self.schema.project(projection)?),
                None => Arc::clone(&self.schema),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let source = self
            .format
            .file_source(TableSchema::from(Arc::clone(&self.schema)));
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
        let scan = FileScanConfigBuilder::new(self.files.store(), source)
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        self.format.create_physical_plan(state, scan).await
    }
}

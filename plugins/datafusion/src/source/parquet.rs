//! Parquet files as one table.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use data_validator_plugin::{EngineError, ErrorClass};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::object_store::{ObjectMeta, path::Path as StorePath};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use super::{bad_file, open_file};
use crate::column_type::logical_type;
use crate::error::{engine_error, io_error};

/// Files that are known by name and size.
///
/// DataFusion's own listing table takes a file that vanished for an empty folder, and so for no rows.
#[derive(Debug)]
pub struct ParquetTable {
    schema: SchemaRef,
    format: Arc<ParquetFormat>,
    files: Vec<(PathBuf, ObjectMeta)>,
}

/// The files as one table of these columns, or of those of the first file. Columns belong together by name;
/// each other file has those of the first, in types that the first one's hold. Reads footers alone.
pub async fn parquet_table(
    state: &dyn Session,
    paths: &[PathBuf],
    schema: Option<SchemaRef>,
) -> std::result::Result<ParquetTable, EngineError> {
    let options = state.default_table_options().parquet;
    let format = Arc::new(ParquetFormat::default().with_options(options));
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
            let found = format
                .infer_schema(state, &store, std::slice::from_ref(&meta))
                .await;
            let found = found.map_err(|error| {
                engine_error(&error).context(format_args!("reading {}", path.display()))
            })?;
            match &table {
                None => table = Some((found, path)),
                Some((expected, first)) => fits(&found, expected)
                    .map_err(|difference| differs(path, first, &difference))?,
            }
        }
        files.push((path.clone(), meta));
    }
    let schema = schema.or(table.map(|(schema, _)| schema));
    let schema = schema.unwrap_or_else(|| Arc::new(Schema::empty()));
    Ok(ParquetTable {
        schema: Arc::new(with_null(&schema)),
        format,
        files,
    })
}

impl ParquetTable {
    /// The files, if they are still those whose footers were read: DataFusion answers from a footer that it
    /// has in memory.
    fn unchanged_files(&self) -> Result<Vec<PartitionedFile>> {
        let unchanged = self.files.iter().map(|(path, meta)| {
            let now = object_meta(path)?;
            if now != *meta {
                let message = "the file has changed since it was attached; attach it again";
                return Err(bad_file(path, message));
            }
            Ok(PartitionedFile::new_from_meta(now))
        });
        let files: std::result::Result<_, EngineError> = unchanged.collect();
        files.map_err(|error| DataFusionError::External(Box::new(error)))
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

/// Whether a file's columns can be read as those of the first file, and the difference if not.
fn fits(found: &Schema, expected: &Schema) -> std::result::Result<(), String> {
    for column in expected.fields() {
        let name = column.name();
        let Ok(other) = found.field_with_name(name) else {
            return Err(format!("there is no column '{name}'"));
        };
        if !holds(column.data_type(), other.data_type()) {
            return Err(format!(
                "column '{name}' is {} and not {}",
                logical_type(other.data_type()),
                logical_type(column.data_type())
            ));
        }
    }
    Ok(())
}

/// Whether a column of the first type keeps all values of the other, or says of a value that it does not.
fn holds(column: &DataType, other: &DataType) -> bool {
    use DataType::{
        Decimal128, Float32, Float64, Int8, Int16, Int32, Timestamp, UInt8, UInt16, UInt32,
    };
    match (column, other) {
        (column, other) if column == other => true,
        (Float64, Float32 | Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32) => true,
        (Float32, Float64) => false,
        (Decimal128(digits, scale), Decimal128(other_digits, other_scale)) => {
            let whole = i16::from(*digits) - i16::from(*scale);
            let other_whole = i16::from(*other_digits) - i16::from(*other_scale);
            scale >= other_scale && whole >= other_whole
        }
        // `TimeUnit` is ordered from seconds to nanoseconds.
        (Timestamp(unit, zone), Timestamp(other_unit, other_zone)) => {
            unit >= other_unit && zone.is_some() == other_zone.is_some()
        }
        (column, other) if is_plain(column) && is_plain(other) => {
            logical_type(column) == logical_type(other)
        }
        _ => false,
    }
}

/// Whether DataFusion casts the type to another one of its kind without losing anything unsaid.
fn is_plain(data_type: &DataType) -> bool {
    use data_validator_plugin::LogicalType::{Binary, Integer, Text};
    matches!(logical_type(data_type), Integer | Text | Binary)
}

fn differs(path: &Path, first: &Path, difference: &str) -> EngineError {
    bad_file(
        path,
        format_args!(
            "{difference} as in {}; read files of other columns as a table of their own",
            first.display()
        ),
    )
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
        if self.files.is_empty() {
            let schema = match projection {
                Some(projection) => Arc::new(self.schema.project(projection)?),
                None => Arc::clone(&self.schema),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let source = self
            .format
            .file_source(TableSchema::from(Arc::clone(&self.schema)));
        let groups =
            FileGroup::new(self.unchanged_files()?).split_files(state.config().target_partitions());
        let scan = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        self.format.create_physical_plan(state, scan).await
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::TimeUnit;

    use super::*;

    #[test]
    fn a_type_holds_another_where_no_value_changes() {
        use DataType::{Decimal128, Float32, Float64, Int32, Int64, Timestamp, Utf8, Utf8View};
        assert!(holds(&Int32, &Int64), "what is too large is an error");
        assert!(holds(&Utf8View, &Utf8));
        assert!(holds(&Float64, &Float32));
        assert!(!holds(&Float32, &Float64));
        assert!(!holds(&Int64, &Float64), "a fraction would be cut off");
        assert!(!holds(&Int64, &Utf8));
        assert!(holds(&Decimal128(10, 2), &Decimal128(8, 2)));
        assert!(!holds(&Decimal128(10, 2), &Decimal128(10, 3)));
        let timestamp = |unit| Timestamp(unit, None);
        assert!(holds(
            &timestamp(TimeUnit::Nanosecond),
            &timestamp(TimeUnit::Second)
        ));
        assert!(!holds(
            &timestamp(TimeUnit::Second),
            &timestamp(TimeUnit::Nanosecond)
        ));
    }
}

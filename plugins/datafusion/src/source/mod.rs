//! Files and queries as tables that DataFusion can select from.

mod arrow_ipc;
mod canonical;
pub mod column_text;
mod csv;
mod json;
mod parquet;
mod same_columns;
mod sequential;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_plugin::{EngineError, ErrorClass, FileFormat};
use datafusion::catalog::{Session, TableProvider};

pub use canonical::with_canonical_values;
pub use parquet::{FooterReader, ParquetFiles, parquet_table};

/// The files of a format as one table; reads metadata at most, except of JSON, which has no other.
pub async fn file_table(
    state: &dyn Session,
    format: &FileFormat,
    paths: &[PathBuf],
) -> Result<Arc<dyn TableProvider>, EngineError> {
    let table: Arc<dyn TableProvider> = match format {
        FileFormat::Parquet => Arc::new(parquet_table(state, paths, None).await?),
        FileFormat::Json => Arc::new(json::table(paths)?),
        FileFormat::Arrow => Arc::new(arrow_ipc::table(paths)?),
        FileFormat::Csv(csv) => Arc::new(csv::table(csv, paths)?),
    };
    with_canonical_values(table)
}

/// Opens a file for reading; what is missing is `not_found`, a folder is `data`.
fn open_file(path: &Path) -> Result<std::fs::File, EngineError> {
    let attempted = || format!("opening {}", path.display());
    let file =
        std::fs::File::open(path).map_err(|error| crate::error::io_error(&error, attempted()))?;
    let metadata = file
        .metadata()
        .map_err(|error| crate::error::io_error(&error, attempted()))?;
    if metadata.is_dir() {
        return Err(bad_file(path, "it is a folder; name the files in it"));
    }
    Ok(file)
}

/// An error about what stands in a file.
fn bad_file(path: &Path, message: impl std::fmt::Display) -> EngineError {
    EngineError::new(ErrorClass::Data, format!("{}: {message}", path.display()))
}

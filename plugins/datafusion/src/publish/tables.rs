//! Tables and their columns.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use data_validator_plugin::{Column, EngineError, ErrorClass, NewTable, TableName};
use datafusion::arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use serde::{Deserialize, Serialize};

use super::durable::{sync_folder, write_new};
use super::layout::Layout;
use crate::column_type::stored_type;
use crate::error::io_error;
use crate::session::DEFAULT_SCHEMA;

/// What `schema.json` in a table's folder says: `{"format": 1, "columns": [{"name": …, "type": …}]}`, with
/// types as in the interface's [`Schema`].
#[derive(Debug, Serialize, Deserialize)]
struct TableFile {
    format: u32,
    columns: Vec<Column>,
}

const FORMAT: u32 = 1;

/// Makes the place where manifests, keys and staged files lie, unless it is there.
pub fn create_store(layout: &Layout) -> Result<(), EngineError> {
    for folder in [layout.manifests(), layout.keys(), layout.staging()] {
        create_folder(&folder)?;
    }
    for file in [layout.writers_lock(), layout.readers_lock()] {
        File::options()
            .create(true)
            .append(true)
            .open(&file)
            .map_err(|error| io_error(&error, format_args!("making {}", file.display())))?;
    }
    sync_folder(&layout.own())
}

/// Makes an empty table, unless there is one of its name; whoever calls it is the one writer.
///
/// A name without schema is in the schema `public`. Columns are boolean, integer (64 bits), float, double,
/// decimal of at most 38 digits, text, date, timestamp or timestamp with time zone, and may all hold NULL.
///
/// # Errors
/// `unsupported` for another type or a catalog, and what the file system says.
pub fn create(layout: &Layout, new: &NewTable) -> Result<(), EngineError> {
    let (schema_name, table_name) = parts(&new.table)?;
    arrow_columns(&new.schema.columns)?;
    let content = serde_json::to_vec_pretty(&TableFile {
        format: FORMAT,
        columns: new.schema.columns.clone(),
    });
    let content = content.map_err(|error| {
        EngineError::new(ErrorClass::Internal, format!("writing a schema: {error}"))
    })?;
    create_folder(&layout.table(schema_name, table_name))?;
    let file = layout.table_schema(schema_name, table_name);
    write_new(layout, &file, &content).map(drop)
}

/// Makes a folder and its parents durable.
fn create_folder(folder: &Path) -> Result<(), EngineError> {
    fs::create_dir_all(folder)
        .map_err(|error| io_error(&error, format_args!("making {}", folder.display())))?;
    for above in folder
        .ancestors()
        .skip(1)
        .take(3)
        .filter(|above| above.is_dir())
    {
        sync_folder(above)?;
    }
    Ok(())
}

/// Schema and name of a table.
pub fn parts(table: &TableName) -> Result<(&str, &str), EngineError> {
    if let Some(catalog) = &table.catalog {
        let message =
            format!("there is no catalog '{catalog}' in a folder of tables; name schema and table");
        return Err(EngineError::new(ErrorClass::Unsupported, message));
    }
    Ok((
        table.schema.as_deref().unwrap_or(DEFAULT_SCHEMA),
        &table.table,
    ))
}

pub fn exists(layout: &Layout, schema: &str, table: &str) -> Result<bool, EngineError> {
    let file = layout.table_schema(schema, table);
    file.try_exists()
        .map_err(|error| io_error(&error, format_args!("looking for {}", file.display())))
}

/// The columns of a table; `not_found` where there is none.
pub fn columns(layout: &Layout, schema: &str, table: &str) -> Result<SchemaRef, EngineError> {
    let file = layout.table_schema(schema, table);
    let content = fs::read(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let message = format!(
                "there is no table '{schema}.{table}' in {}; make it first",
                layout.root.display()
            );
            EngineError::new(ErrorClass::NotFound, message)
        }
        _ => io_error(&error, format_args!("reading {}", file.display())),
    })?;
    let table: TableFile = serde_json::from_slice(&content).map_err(|error| {
        EngineError::new(
            ErrorClass::Data,
            format!("{} is damaged: {error}", file.display()),
        )
    })?;
    if table.format > FORMAT {
        let message = format!(
            "a newer version of this engine made {}; update this one",
            file.display()
        );
        return Err(EngineError::new(ErrorClass::Unsupported, message));
    }
    arrow_columns(&table.columns)
}

fn arrow_columns(columns: &[Column]) -> Result<SchemaRef, EngineError> {
    let fields = columns.iter().map(|column| {
        let data_type = stored_type(&column.logical_type).ok_or_else(|| {
            let message = format!(
                "column '{}': a table has no values of type {}",
                column.name, column.logical_type
            );
            EngineError::new(ErrorClass::Unsupported, message)
        })?;
        Ok(Field::new(&column.name, data_type, true))
    });
    let fields = fields.collect::<Result<Vec<_>, EngineError>>()?;
    Ok(Arc::new(ArrowSchema::new(fields)))
}

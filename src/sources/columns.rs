//! The columns of CSV files: declared in the config, else inferred from all rows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use data_validator_plugin::{Column, LogicalType, Schema};

use super::SourceError;
use super::csv::{ColumnType, CsvFormat, infer_columns};
use crate::similar::did_you_mean;

/// The columns of files that are read as one table, from the config's `schema` where it has them.
///
/// The files are read to their end even when all types are declared: what a reader should refuse,
/// such as a ragged line, engines let pass.
pub(super) fn columns(
    paths: &[PathBuf],
    format: CsvFormat,
    declared: &BTreeMap<String, LogicalType>,
) -> Result<Schema, SourceError> {
    let inferred = infer_columns(paths, format)?;
    let file = paths[0].display();
    if let Some(unknown) = declared
        .keys()
        .find(|name| inferred.iter().all(|column| column.name != **name))
    {
        let near = did_you_mean(unknown, inferred.iter().map(|column| column.name.as_str()));
        let advice = near.unwrap_or_else(|| "check the header".into());
        return Err(SourceError::Files(format!(
            "the schema has a column '{unknown}' that {file} lacks; {advice}"
        )));
    }
    let columns = inferred.into_iter().map(|column| {
        let declared = declared.get(&column.name);
        if declared == Some(&LogicalType::Integer) && column.column_type == ColumnType::Double {
            // An engine would round the values without a word.
            let message = format!(
                "column '{}' of {file} is declared integer, but has decimals; declare double",
                column.name
            );
            return Err(SourceError::Files(message));
        }
        let logical_type = declared
            .cloned()
            .unwrap_or_else(|| logical_type(column.column_type));
        Ok(Column {
            name: column.name,
            logical_type,
        })
    });
    Ok(Schema {
        columns: columns.collect::<Result<_, _>>()?,
    })
}

fn logical_type(column_type: ColumnType) -> LogicalType {
    match column_type {
        ColumnType::Boolean => LogicalType::Boolean,
        ColumnType::Integer => LogicalType::Integer,
        ColumnType::Double => LogicalType::Double,
        ColumnType::Date => LogicalType::Date,
        ColumnType::Timestamp => LogicalType::Timestamp,
        ColumnType::TimestampTz => LogicalType::TimestampTz,
        ColumnType::Text => LogicalType::Text,
    }
}

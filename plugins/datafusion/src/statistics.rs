//! What the footers of Parquet files prove of their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use data_validator_plugin::{ColumnStatistics, EngineError, Part, Statistics};
use datafusion::arrow::array::temporal_conversions::date32_to_datetime;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::parquet::arrow::parquet_to_arrow_schema;
use datafusion::parquet::basic::ColumnOrder;
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader,
};
use datafusion::parquet::file::statistics::Statistics as ChunkStatistics;
use datafusion::parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use crate::cancel::Running;
use crate::error::{engine_error, io_error};

/// The row groups of the files, each as a part; `None` where files differ in their columns or types, or
/// where names differ in case alone: then what one footer says of a column may not be what is read.
pub fn of_parquet(
    paths: &[PathBuf],
    columns: &[&str],
    running: &Running,
) -> Result<Option<Statistics>, EngineError> {
    let mut parts = Vec::new();
    let mut first: Option<Vec<Shape>> = None;
    for path in paths {
        running.go_on()?;
        let footer = footer(path)?;
        let shape = shape(footer.file_metadata().schema_descr());
        if names_collide(&shape) || first.get_or_insert_with(|| shape.clone()) != &shape {
            return Ok(None);
        }
        let read = parts_of(&footer, columns).map_err(|error| unreadable(path, error))?;
        parts.extend(read);
    }
    Ok(Some(Statistics { parts }))
}

fn footer(path: &Path) -> Result<ParquetMetaData, EngineError> {
    let file = File::open(path)
        .map_err(|error| io_error(&error, format_args!("reading {}", path.display())))?;
    ParquetMetaDataReader::new()
        .parse_and_finish(&file)
        .map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: ParquetError) -> EngineError {
    engine_error(&error.into()).context(format_args!("reading {}", path.display()))
}

/// A column of a file: its path and all that says how its values are to be read.
type Shape = (Vec<String>, String);

fn shape(schema: &SchemaDescriptor) -> Vec<Shape> {
    let mut columns: Vec<Shape> = schema
        .columns()
        .iter()
        .map(|column| {
            let kind = format!(
                "{:?} {} {} {:?} {:?} {} {} {}",
                column.physical_type(),
                column.type_precision(),
                column.type_scale(),
                column.logical_type_ref(),
                column.converted_type(),
                column.type_length(),
                column.max_def_level() > 1,
                column.max_rep_level(),
            );
            (column.path().parts().to_vec(), kind)
        })
        .collect();
    columns.sort();
    columns
}

fn names_collide(columns: &[Shape]) -> bool {
    let names = || columns.iter().filter_map(|(path, _)| path.first());
    let different: BTreeSet<&String> = names().collect();
    let folded: BTreeSet<String> = names().map(|name| name.to_lowercase()).collect();
    folded.len() < different.len()
}

fn parts_of(footer: &ParquetMetaData, wanted: &[&str]) -> Result<Vec<Part>, ParquetError> {
    let file = footer.file_metadata();
    let schema = file.schema_descr();
    let types = parquet_to_arrow_schema(schema, file.key_value_metadata())?;
    let plain: Vec<(usize, &str)> = (0..schema.num_columns())
        .filter_map(|index| {
            let name = plain_name(&schema.columns()[index])?;
            wanted.contains(&name).then_some((index, name))
        })
        .collect();
    let parts = footer.row_groups().iter().map(|group| Part {
        rows: u64::try_from(group.num_rows()).unwrap_or_default(),
        columns: plain
            .iter()
            .map(|(index, name)| {
                let ordered = !matches!(file.column_order(*index), ColumnOrder::UNDEFINED);
                let known = of_chunk(group.column(*index), data_type(&types, name), ordered);
                ((*name).to_owned(), known)
            })
            .collect::<BTreeMap<_, _>>(),
    });
    Ok(parts.collect())
}

/// The name of a column that holds one value a row; of nested ones nothing is known.
fn plain_name(column: &ColumnDescriptor) -> Option<&str> {
    match column.path().parts() {
        [name] if column.max_rep_level() == 0 => Some(name),
        _ => None,
    }
}

fn data_type<'s>(types: &'s Schema, name: &str) -> Option<&'s DataType> {
    types.field_with_name(name).ok().map(Field::data_type)
}

/// What is known of a column in a row group. Bounds count where the file says how they are ordered, or where
/// they are of an old kind that orders signed numbers rightly.
fn of_chunk(
    chunk: &ColumnChunkMetaData,
    data_type: Option<&DataType>,
    ordered: bool,
) -> ColumnStatistics {
    let Some(statistics) = chunk.statistics() else {
        return ColumnStatistics::default();
    };
    let nulls = statistics.null_count_opt();
    let deprecated = statistics.is_min_max_deprecated();
    let signed = !data_type.is_some_and(DataType::is_unsigned_integer);
    let usable = if deprecated { signed } else { ordered };
    let bounds = data_type
        .filter(|_| usable)
        .and_then(|data_type| bounds(statistics, data_type));
    ColumnStatistics { nulls, bounds }
}

fn bounds(statistics: &ChunkStatistics, data_type: &DataType) -> Option<(String, String)> {
    let (min, max) = match statistics {
        ChunkStatistics::Int32(values) => {
            (i64::from(*values.min_opt()?), i64::from(*values.max_opt()?))
        }
        ChunkStatistics::Int64(values) => (*values.min_opt()?, *values.max_opt()?),
        _ => return None,
    };
    if min > max && !data_type.is_unsigned_integer() {
        return None;
    }
    match data_type {
        DataType::Date32 => Some((date(min)?, date(max)?)),
        // Parquet stores them as signed numbers of the same bits.
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            let unsigned = |value: i64| Some(u32::try_from(value & 0xFFFF_FFFF).ok()?.to_string());
            Some((unsigned(min)?, unsigned(max)?))
        }
        DataType::UInt64 => Some((
            min.cast_unsigned().to_string(),
            max.cast_unsigned().to_string(),
        )),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            Some((min.to_string(), max.to_string()))
        }
        _ => None,
    }
}

/// A day, counted from 1970, as `YYYY-MM-DD`; `None` for years that have other than four digits.
fn date(days: i64) -> Option<String> {
    let date = date32_to_datetime(i32::try_from(days).ok()?)?
        .date()
        .to_string();
    (date.len() == "2013-01-31".len() && *date > *"0001").then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates_of_four_digit_years() {
        assert_eq!(date(0).as_deref(), Some("1970-01-01"));
        assert_eq!(date(-1).as_deref(), Some("1969-12-31"));
        assert_eq!(date(2_932_896).as_deref(), Some("9999-12-31"));
        assert_eq!(date(2_932_897), None);
        assert_eq!(date(i64::from(i32::MIN)), None);
        assert_eq!(date(-719_163), None, "the last day before the year 1");
    }
}

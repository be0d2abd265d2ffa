//! What DuckDB knows of its sources without reading rows.

use std::collections::BTreeMap;

use data_validator_plugin::{ColumnStatistics, Dialect, EngineError, Part, Statistics};
use duckdb::{Connection, Row};

use crate::error::engine_error;

/// The row groups of Parquet files, from their footers; `None` where a footer does not tell what DuckDB
/// reads: it casts columns of another type to that of the first file, and renames those whose names differ
/// in case alone.
///
/// Bounds are taken of columns that are stored as integers; DuckDB writes them as text by the column's own
/// type, so a decimal or a timestamp is none that the host could take for an integer or a date.
pub fn of_parquet(
    connection: &Connection,
    dialect: &Dialect,
    files: &str,
    columns: &[&str],
) -> Result<Option<Statistics>, EngineError> {
    if !is_uniform(connection, files)? {
        return Ok(None);
    }
    let wanted: Vec<String> = columns.iter().map(|name| dialect.string(name)).collect();
    let wanted = match wanted.is_empty() {
        true => "NULL".to_owned(),
        false => wanted.join(", "),
    };
    let sql = format!(
        "WITH chunks AS (
             SELECT *, row_number() OVER (PARTITION BY file_name, row_group_id ORDER BY column_id) = 1 AS is_first,
                    path_in_schema IN ({wanted}) AS is_wanted, type IN ('INT32', 'INT64') AS is_integer
             FROM parquet_metadata([{files}])
         )
         SELECT file_name, row_group_id, row_group_num_rows, CASE WHEN is_wanted THEN path_in_schema END,
                stats_null_count,
                CASE WHEN is_integer THEN stats_min_value END, CASE WHEN is_integer THEN stats_max_value END
         FROM chunks
         WHERE is_wanted OR is_first
         ORDER BY file_name, row_group_id"
    );
    let mut statement = connection
        .prepare(&sql)
        .map_err(|error| engine_error(&error))?;
    let chunks = statement
        .query_map([], chunk)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| engine_error(&error))?;
    let mut parts: BTreeMap<(String, i64), Part> = BTreeMap::new();
    for chunk in chunks {
        let part = parts.entry(chunk.group).or_default();
        part.rows = chunk.rows;
        if let Some(column) = chunk.column {
            // Two of one name are fields of a nested column: nothing is known of either.
            let known = part.columns.contains_key(&column);
            let statistics = if known {
                ColumnStatistics::default()
            } else {
                chunk.statistics
            };
            part.columns.insert(column, statistics);
        }
    }
    let parts = parts.into_values().collect();
    Ok(Some(Statistics { parts }))
}

/// Whether all files have the same columns of the same types, and no two that differ in case alone.
fn is_uniform(connection: &Connection, files: &str) -> Result<bool, EngineError> {
    let sql = format!(
        "SELECT (SELECT count(DISTINCT columns) <= 1 FROM (
                    SELECT list_sort(list(concat_ws('|', name, type, num_children, coalesce(converted_type, ''),
                                                    coalesce(scale, -1), coalesce(precision, -1),
                                                    coalesce(logical_type, '')))) AS columns
                    FROM parquet_schema([{files}]) GROUP BY file_name))
            AND (SELECT count(DISTINCT lower(name)) = count(DISTINCT name) FROM (
                    SELECT split_part(path_in_schema, ', ', 1) AS name FROM parquet_metadata([{files}])))"
    );
    let uniform = connection.query_row(&sql, [], |row| row.get(0));
    uniform.map_err(|error| engine_error(&error))
}

/// The number of a table's rows, which DuckDB keeps.
pub fn of_table(connection: &Connection, relation: &str) -> Result<Statistics, EngineError> {
    let rows: i64 = connection
        .query_row(&format!("SELECT count(*) FROM {relation}"), [], |row| {
            row.get(0)
        })
        .map_err(|error| engine_error(&error))?;
    let part = Part {
        rows: rows.unsigned_abs(),
        columns: BTreeMap::new(),
    };
    Ok(Statistics { parts: vec![part] })
}

/// A column of a row group; of the first one the rows are wanted in any case.
struct Chunk {
    group: (String, i64),
    rows: u64,
    column: Option<String>,
    statistics: ColumnStatistics,
}

fn chunk(row: &Row<'_>) -> duckdb::Result<Chunk> {
    let bounds: (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    let nulls: Option<i64> = row.get(4)?;
    Ok(Chunk {
        group: (row.get(0)?, row.get(1)?),
        rows: row.get::<_, i64>(2)?.unsigned_abs(),
        column: row.get(3)?,
        statistics: ColumnStatistics {
            nulls: nulls.and_then(|nulls| u64::try_from(nulls).ok()),
            bounds: bounds.0.zip(bounds.1),
        },
    })
}

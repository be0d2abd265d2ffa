//! DuckDB in this process: its texts, and the counts that a query gives.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use duckdb::Connection;

/// A text as an SQL literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A Parquet file as something to select from.
pub fn parquet(path: &Path) -> anyhow::Result<String> {
    let path = path
        .to_str()
        .with_context(|| format!("the file name {} is not UTF-8", path.display()))?;
    Ok(format!("read_parquet({})", literal(path)))
}

/// A connection in which `table` names the Parquet file.
pub fn open(table: &str, path: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open_in_memory().context("opening DuckDB")?;
    let view = format!("CREATE VIEW {table} AS SELECT * FROM {}", parquet(path)?);
    connection
        .execute_batch(&view)
        .with_context(|| format!("reading {}", path.display()))?;
    Ok(connection)
}

/// A connection to make tables with: it holds its memory within bounds and writes nothing but the
/// tables. One thread keeps the rows in order without holding back those that come too early.
pub fn open_to_make() -> anyhow::Result<Connection> {
    let connection = Connection::open_in_memory().context("opening DuckDB")?;
    connection
        .execute_batch("SET threads = 1; SET memory_limit = '4GB'; SET temp_directory = ''")
        .context("bounding the memory of DuckDB")?;
    Ok(connection)
}

/// The cells of a query's first row.
pub fn counts(connection: &Connection, query: &str) -> duckdb::Result<Vec<i64>> {
    let mut statement = connection.prepare(query)?;
    statement.query_row([], |row| {
        (0..row.as_ref().column_count())
            .map(|column| row.get(column))
            .collect()
    })
}

/// Writes what `select` gives to a Parquet file, which is there whole or not at all.
pub fn write_parquet(connection: &Connection, select: &str, path: &Path) -> anyhow::Result<()> {
    let partial = partial(path);
    let text = partial
        .to_str()
        .with_context(|| format!("the file name {} is not UTF-8", partial.display()))?;
    let copy = format!(
        "COPY ({select}) TO {} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)",
        literal(text)
    );
    connection
        .execute_batch(&copy)
        .with_context(|| format!("making {}", path.display()))?;
    fs::rename(&partial, path).with_context(|| format!("moving a table to {}", path.display()))
}

/// The name that something has until it is complete.
pub fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

//! `load`: the table of a case in a PostgreSQL database.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, bail};
use duckdb::Connection;

use crate::arguments::Case;
use crate::engine::Engine;
use crate::engine::duckdb::{literal, open};
use crate::engine::postgres::Postgres;
use crate::work;

/// Copies a Parquet file into a table of the case's name, and leaves it as a server has it that is up and
/// running: with statistics, with nothing left to clean up or to write.
pub fn load(case: Case, path: &Path, url: &str) -> anyhow::Result<()> {
    Engine::Postgres.ensure_can_take(case)?;
    let (table, _) = work::only_table(case)?;
    let connection = open(table, path)?;
    let columns = columns(&connection, table)
        .with_context(|| format!("finding the columns of {}", path.display()))?;
    let file = tempfile::Builder::new().suffix(".csv").tempfile();
    let file = file.context("making a temporary file")?;
    // Without a value a field is empty, and an empty text is in quotes, as PostgreSQL reads it.
    let write = format!(
        "COPY {table} TO {} (FORMAT csv, HEADER false)",
        literal(&file.path().to_string_lossy())
    );
    connection
        .execute_batch(&write)
        .with_context(|| format!("writing the rows of {} as CSV", path.display()))?;
    let rows = File::open(file.path()).context("reading the temporary file")?;

    let postgres = Postgres::connect(url)?;
    postgres.run(&format!("DROP TABLE IF EXISTS {table}"))?;
    postgres.run(&format!("CREATE TABLE {table} ({columns})"))?;
    let rows = postgres.copy_in(&format!("COPY {table} FROM STDIN (FORMAT csv)"), rows)?;
    postgres.run(&format!("VACUUM (ANALYZE) {table}"))?;
    postgres.run("CHECKPOINT")?;
    println!("{table}: {rows} rows in PostgreSQL");
    Ok(())
}

/// The columns with their types, as `CREATE TABLE` has them.
fn columns(connection: &Connection, table: &str) -> anyhow::Result<String> {
    let mut statement = connection.prepare(&format!("DESCRIBE {table}"))?;
    let described = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let described: Vec<(String, String)> = described.collect::<Result<_, _>>()?;
    let columns = described
        .iter()
        .map(|(name, duckdb_type)| Ok(format!("{name} {}", type_in_postgres(duckdb_type)?)));
    Ok(columns.collect::<anyhow::Result<Vec<_>>>()?.join(", "))
}

fn type_in_postgres(duckdb_type: &str) -> anyhow::Result<&str> {
    Ok(match duckdb_type {
        "BOOLEAN" | "SMALLINT" | "INTEGER" | "BIGINT" | "DATE" | "TIMESTAMP" => duckdb_type,
        "FLOAT" => "REAL",
        "DOUBLE" => "DOUBLE PRECISION",
        "VARCHAR" => "TEXT",
        decimal if decimal.starts_with("DECIMAL(") => decimal,
        other => bail!("no type of PostgreSQL is known that holds a {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_gets_the_type_that_holds_its_values() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (a BIGINT, b DOUBLE, c VARCHAR, d DECIMAL(12, 2), e TIMESTAMP)",
            )
            .unwrap();
        assert_eq!(
            columns(&connection, "t").unwrap(),
            "a BIGINT, b DOUBLE PRECISION, c TEXT, d DECIMAL(12,2), e TIMESTAMP"
        );
    }

    #[test]
    fn a_type_that_postgres_lacks_is_refused() {
        let error = type_in_postgres("HUGEINT").unwrap_err().to_string();
        assert_eq!(error, "no type of PostgreSQL is known that holds a HUGEINT");
    }
}

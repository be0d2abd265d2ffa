//! The tables and views that a database has.

use data_validator_plugin::{EngineError, ErrorClass, TableName};
use duckdb::Connection;

use crate::error::engine_error;

/// Whether there is a table or view of that name. DuckDB takes a name that it does not know for a file's,
/// its parts with dots between them, and would read that.
pub fn is_known(connection: &Connection, name: &TableName) -> Result<bool, EngineError> {
    // A schema without a database can also be one. Names that differ in case alone are one.
    let sql = "SELECT count(*) FROM (
            SELECT database_name, schema_name, table_name FROM duckdb_tables()
            UNION ALL SELECT database_name, schema_name, view_name FROM duckdb_views()
        ) AS relations
        WHERE lower(table_name) = lower($1)
            AND lower($2) IN (lower(schema_name), CASE WHEN $3 = '' THEN lower(database_name) END)
            AND lower($3) IN ('', lower(database_name))";
    let schema = name.schema.as_deref().unwrap_or("main");
    let catalog = name.catalog.as_deref().unwrap_or("");
    connection
        .query_row(sql, [&name.table, schema, catalog], |row| {
            row.get::<_, i64>(0)
        })
        .map(|found| found > 0)
        .map_err(|error| engine_error(&error))
}

/// The error about a name that the database does not know.
pub fn missing(name: &TableName) -> EngineError {
    let shown = name.parts().collect::<Vec<_>>().join(".");
    let message = format!(
        "Table with name {shown} does not exist; check its name, and 'database' in connection_params"
    );
    EngineError::new(ErrorClass::NotFound, message)
}

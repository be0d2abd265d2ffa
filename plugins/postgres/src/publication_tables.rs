//! Where publications are noted: two tables in a schema of their own.

use data_validator_plugin::{EngineError, ErrorClass, TableName};

use crate::dialect::dialect;

/// The schema where publications are noted unless `publication_schema` says another one.
pub const DEFAULT_SCHEMA: &str = "data_validator";

/// The table of the keys that were published.
const KEYS: &str = "data_validator_publications";
/// The table of the rights to write.
const FENCES: &str = "data_validator_fences";

/// The statements that make the tables in a schema; repeating them changes nothing.
///
/// A publication that makes tables runs them; others say `not_found` where these tables are missing. A role
/// that publishes needs USAGE on the schema, SELECT and INSERT on both tables, and UPDATE on
/// `data_validator_fences`.
pub fn publication_tables(schema: &str) -> String {
    format!(
        "CREATE SCHEMA IF NOT EXISTS {};\n\
         CREATE TABLE IF NOT EXISTS {} (\n    \
             key text PRIMARY KEY,\n    \
             published_at timestamptz NOT NULL DEFAULT now()\n);\n\
         CREATE TABLE IF NOT EXISTS {} (\n    \
             scope text PRIMARY KEY,\n    \
             number numeric(20) NOT NULL,\n    \
             holder text NOT NULL\n);\n",
        dialect().identifier(schema),
        keys(schema),
        fences(schema)
    )
}

/// The error of making a table that another session made just now: the next attempt finds it.
pub fn made_meanwhile(error: EngineError) -> EngineError {
    let class = match error.class {
        ErrorClass::Integrity | ErrorClass::AlreadyExists => ErrorClass::Conflict,
        class => class,
    };
    EngineError { class, ..error }
}

/// The quoted name of the table of keys.
pub fn keys(schema: &str) -> String {
    quoted(schema, KEYS)
}

/// The quoted name of the table of fences.
pub fn fences(schema: &str) -> String {
    quoted(schema, FENCES)
}

fn quoted(schema: &str, table: &str) -> String {
    dialect().table(&TableName {
        catalog: None,
        schema: Some(schema.into()),
        table: table.into(),
    })
}

//! How many statements a text has.
//!
//! The crate's `prepare` runs all statements of a text but the last, so a text is looked at first, by
//! DuckDB's own parser.

use std::ffi::CString;
use std::ptr;

use data_validator_plugin::{EngineError, ErrorClass};
use duckdb::ffi;

/// A database of nothing, which knows how to parse.
struct Parser {
    database: ffi::duckdb_database,
    connection: ffi::duckdb_connection,
}

/// Refuses a text that is not exactly one statement; nothing of it runs.
pub fn require_one(sql: &str) -> Result<(), EngineError> {
    let text = CString::new(sql).map_err(|_| invalid("a statement with a NUL character"))?;
    match Parser::open()?.count(&text) {
        // What is wrong with it says the error of the statement itself.
        0 | 1 => Ok(()),
        count => Err(invalid(&format!("{count} statements where one is wanted"))),
    }
}

fn invalid(what: &str) -> EngineError {
    EngineError::new(ErrorClass::InvalidSql, format!("{what}; none was run"))
}

impl Parser {
    fn open() -> Result<Self, EngineError> {
        let mut parser = Self {
            database: ptr::null_mut(),
            connection: ptr::null_mut(),
        };
        // SAFETY: a NULL path is a database in memory, and there is room for its handle.
        let opened = unsafe { ffi::duckdb_open(ptr::null(), &raw mut parser.database) };
        let connected = opened == ffi::duckdb_state_DuckDBSuccess && {
            // SAFETY: the database is open, and there is room for the handle.
            let state = unsafe { ffi::duckdb_connect(parser.database, &raw mut parser.connection) };
            state == ffi::duckdb_state_DuckDBSuccess
        };
        if connected {
            return Ok(parser);
        }
        Err(EngineError::new(
            ErrorClass::Resource,
            "parsing a statement: DuckDB opens no database in memory; free memory",
        ))
    }

    fn count(&self, sql: &CString) -> u64 {
        let mut extracted = ptr::null_mut();
        // SAFETY: the connection is open, the text ends with a NUL, and there is room for the handle.
        let count = unsafe {
            ffi::duckdb_extract_statements(self.connection, sql.as_ptr(), &raw mut extracted)
        };
        // SAFETY: the handle is what the call above gave, also where it failed.
        unsafe { ffi::duckdb_destroy_extracted(&raw mut extracted) };
        count
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        // SAFETY: the handle is NULL or open, and closed once.
        unsafe { ffi::duckdb_disconnect(&raw mut self.connection) };
        // SAFETY: as above; its one connection is closed.
        unsafe { ffi::duckdb_close(&raw mut self.database) };
    }
}

//! The wide table: a million orders with 80 columns, and 226 rules.
//!
//! Every value is computed from the row's number, so that each making gives the same table. About one
//! value in a thousand is missing or implausible, in columns that say so.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::engine::duckdb::{open_to_make, write_parquet};
use crate::rule::{Config, Table};

mod columns;
mod rules;

pub use rules::rules;

/// The name of the table in the config and in the fused query.
pub const TABLE: &str = "orders";

const ROWS: u32 = 1_000_000;

/// Where the config of the table is: beside it.
pub fn config(path: &Path) -> PathBuf {
    path.with_extension("yaml")
}

/// Makes the table, and writes its config beside it.
pub fn make(path: &Path) -> anyhow::Result<()> {
    let rules = rules();
    let source = path.file_name().with_context(|| {
        format!(
            "making {}: it is a folder, not a file's name",
            path.display()
        )
    })?;
    let table = Table {
        name: TABLE.into(),
        source: Some(source.to_string_lossy().into_owned()),
        rules: rules.clone(),
    };
    Config::new(vec![table]).write(&config(path))?;
    let connection = open_to_make()?;
    write_parquet(&connection, &columns::select(ROWS), path)?;
    let (columns, rules) = (columns::columns().len(), rules.len());
    println!(
        "{}: {ROWS} rows, {columns} columns, {rules} rules",
        path.display()
    );
    Ok(())
}

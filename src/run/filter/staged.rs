//! Rows split by the engine, in one transaction: tables change together, and what a file gets is of the same
//! moment.

use std::cell::Cell;
use std::slice;

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Call, Dialect, EngineError, ErrorClass, Session, TableName};
use serde_json::Value;

use super::part::{Part, PartTarget, Rows};
use super::streamed;
use super::tally::Tally;
use crate::engines::decode::Batches;
use crate::engines::json_value::json_values;

/// Where the split rows stand until they are written; a session has tables of its own under such names.
const STAGE: &str = "data_validator_filter";

/// What is split, and how it is checked.
pub struct Split<'a> {
    /// All rows in scope, with the names of the rules that they fail in the column `names`.
    pub sql: &'a str,
    /// The columns of the table, as a select list.
    pub columns: &'a str,
    /// The quoted name of the last column.
    pub names: &'a str,
    /// Failed records by rule.
    pub counted: &'a [(&'a str, u64)],
    /// Whether what fails is the writing, and not the judging of the rows.
    pub is_writing: &'a Cell<bool>,
}

/// Writes the parts, all of them or none, except that files still have to take their places.
///
/// # Errors
/// After one nothing is changed, unless it says that nobody knows.
pub fn write(
    session: &mut dyn Session,
    call: &Call,
    dialect: &Dialect,
    split: &Split<'_>,
    parts: &[Part<'_>],
) -> Result<Tally, EngineError> {
    if parts
        .iter()
        .any(|part| matches!(part.target, PartTarget::Table(_)))
    {
        refuse_what_is_not_kept(session, call)?;
    }
    split.is_writing.set(false);
    session.begin(call)?;
    match write_in_transaction(session, call, dialect, split, parts) {
        Ok(tally) => session.commit(call).map(|()| tally),
        Err(error) => {
            // It is over with the session at the latest.
            let _ = session.rollback(call);
            Err(error)
        }
    }
}

/// A database that is in memory, or open for reading only, says so when it is asked for a publication.
fn refuse_what_is_not_kept(session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
    match session.outcome("filter", call) {
        Err(error) if error.class == ErrorClass::Config => Err(error.context("writing tables")),
        _ => Ok(()),
    }
}

fn write_in_transaction(
    session: &mut dyn Session,
    call: &Call,
    dialect: &Dialect,
    split: &Split<'_>,
    parts: &[Part<'_>],
) -> Result<Tally, EngineError> {
    let stage = dialect.identifier(STAGE);
    let make = format!("CREATE TEMPORARY TABLE {stage} AS {}", split.sql);
    session.execute(&make, call)?;
    let tally = tally(session, call, split, &stage)?;
    tally
        .check(split.counted)
        .map_err(|why| EngineError::new(ErrorClass::Data, why))?;
    split.is_writing.set(true);
    for part in parts {
        let names = split.names;
        let (columns, condition) = match part.rows {
            Rows::Clean => (split.columns.to_owned(), format!("{names} IS NULL")),
            Rows::Quarantined => (
                format!("{}, {names}", split.columns),
                format!("{names} IS NOT NULL"),
            ),
        };
        let rows = format!("SELECT {columns} FROM {stage} WHERE {condition}");
        let written = match (part.target, &dialect.write_parquet) {
            (PartTarget::Table(name), _) => {
                replace_table(session, call, dialect, name, &columns, &rows)
            }
            (PartTarget::File(file), Some(template)) => {
                let path = dialect.string(&file.path().to_string_lossy());
                let statement = fill(template, &[("query", &rows), ("path", &path)]);
                session.execute(&statement, call).map(drop)
            }
            (PartTarget::File(_), None) => {
                let all = format!(
                    "SELECT {}, {names} FROM {stage} WHERE {condition}",
                    split.columns
                );
                let mut stream = session.query(&all, call)?;
                streamed::write(&mut *stream, slice::from_ref(part), &mut |_, _| ())
            }
        };
        written.map_err(|error| error.context(format_args!("writing {part}")))?;
    }
    session.execute(&format!("DROP TABLE {stage}"), call)?;
    Ok(tally)
}

/// Makes the table if it is missing, and puts the rows in the place of those it has.
fn replace_table(
    session: &mut dyn Session,
    call: &Call,
    dialect: &Dialect,
    name: &TableName,
    columns: &str,
    rows: &str,
) -> Result<(), EngineError> {
    let table = dialect.table(name);
    if let Some(replace) = &dialect.replace_table {
        let statement = fill(replace, &[("table", &table), ("query", rows)]);
        return session.execute(&statement, call).map(drop);
    }
    let make =
        format!("CREATE TABLE IF NOT EXISTS {table} AS SELECT * FROM ({rows}) AS part WHERE 1 = 0");
    session.execute(&make, call)?;
    if let Some(lock) = &dialect.lock_table {
        session.execute(&fill(lock, &[("table", &table)]), call)?;
    }
    // Rows are deleted, and the table is not emptied, so that who reads an older state goes on reading it.
    session.execute(&format!("DELETE FROM {table}"), call)?;
    session.execute(&format!("INSERT INTO {table} ({columns}) {rows}"), call)?;
    Ok(())
}

fn tally(
    session: &mut dyn Session,
    call: &Call,
    split: &Split<'_>,
    stage: &str,
) -> Result<Tally, EngineError> {
    let names = split.names;
    let sql = format!("SELECT {names}, count(*) AS n FROM {stage} GROUP BY {names}");
    let mut tally = Tally::default();
    let mut stream = session.query(&sql, call)?;
    let mut batches = Batches::of(&mut *stream)?;
    while let Some(batch) = batches.next_batch()? {
        let columns: Vec<Vec<Value>> = batch.columns().iter().map(json_values).collect();
        if let [names, counts] = &*columns {
            for (names, count) in names.iter().zip(counts) {
                tally.add(names.as_str(), count.as_u64().unwrap_or_default());
            }
        }
    }
    Ok(tally)
}

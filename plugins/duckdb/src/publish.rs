//! Rows that become visible together, in one transaction of DuckDB.
//!
//! The key and the fence are noted in two tables of the database, in the same transaction as the rows, so
//! a key that is found proves that its rows are there. DuckDB gives a database file to one process at a
//! time, and the sessions of this one publish one after another, so nothing is ever under way elsewhere.

use data_validator_plugin::{
    Dialect, Effect, EngineError, ErrorClass, Fence, Outcome, Publication, Replacement, Rows,
    Scalar, SessionState, TransactionState,
};
use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};

use crate::error::engine_error;

/// Where keys are noted.
const KEYS: &str = "main.data_validator_publications";
/// Where the highest fence of each scope is noted.
const FENCES: &str = "main.data_validator_fences";

/// So many rows are inserted by one statement.
const ROWS_OF_A_STATEMENT: usize = 128;

/// The statements that make the tables of keys and fences; repeating them changes nothing.
pub fn setup() -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {KEYS} (key VARCHAR PRIMARY KEY);\n\
         CREATE TABLE IF NOT EXISTS {FENCES} (scope VARCHAR PRIMARY KEY, holder VARCHAR NOT NULL, number UBIGINT NOT NULL);\n"
    )
}

/// Publishes, unless the key was published before or the right to write is another's.
pub fn publish(
    connection: &Connection,
    dialect: &Dialect,
    publication: &Publication,
) -> Result<Outcome, EngineError> {
    run(connection, "BEGIN TRANSACTION").map_err(nothing_done)?;
    let written = write(connection, dialect, publication);
    match written {
        Ok(Written::Now) => commit(connection),
        Ok(Written::Before) => {
            roll_back(connection);
            Ok(Outcome::Published)
        }
        Ok(Written::NotAllowed(by)) => {
            roll_back(connection);
            Ok(Outcome::Fenced { by })
        }
        Err(error) => {
            roll_back(connection);
            Err(nothing_done(error).context(format_args!("publishing '{}'", publication.key)))
        }
    }
}

/// What became of the publication of that key.
pub fn outcome(connection: &Connection, key: &str) -> Result<Option<Outcome>, EngineError> {
    let known = is_noted(connection, key)
        .map_err(|error| error.context(format_args!("looking the publication '{key}' up")))?;
    Ok(known.then_some(Outcome::Published))
}

enum Written {
    Now,
    Before,
    NotAllowed(Fence),
}

fn write(
    connection: &Connection,
    dialect: &Dialect,
    publication: &Publication,
) -> Result<Written, EngineError> {
    if !publication.create.is_empty() {
        run(connection, &setup())?;
    }
    if is_noted(connection, &publication.key)? {
        return Ok(Written::Before);
    }
    if let Some(fence) = &publication.fence
        && let Some(other) = pass(connection, fence)?
    {
        return Ok(Written::NotAllowed(other));
    }
    for table in &publication.create {
        run(connection, &dialect.create_table(table)?)?;
    }
    for table in &publication.tables {
        replace(connection, dialect, table)?;
    }
    let note = format!("INSERT INTO {KEYS} VALUES (?)");
    execute(connection, &note, [Value::from(publication.key.clone())])?;
    Ok(Written::Now)
}

fn is_noted(connection: &Connection, key: &str) -> Result<bool, EngineError> {
    let sql = format!("SELECT count(*) FROM {KEYS} WHERE key = ?");
    connection
        .query_row(&sql, [key], |row| row.get::<_, i64>(0))
        .map(|found| found > 0)
        .map_err(|error| engine_error(&error))
}

/// Notes the fence if it passes, or gives the one that is in its way.
fn pass(connection: &Connection, fence: &Fence) -> Result<Option<Fence>, EngineError> {
    let sql = format!("SELECT holder, number FROM {FENCES} WHERE scope = ?");
    let noted = connection.query_row(&sql, [&fence.scope], |row| {
        Ok(Fence {
            scope: fence.scope.clone(),
            holder: row.get(0)?,
            number: row.get(1)?,
        })
    });
    let change = match noted {
        Ok(noted) if noted == *fence => return Ok(None),
        Ok(noted) if noted.number >= fence.number => return Ok(Some(noted)),
        Ok(_) => format!("UPDATE {FENCES} SET holder = ?, number = ? WHERE scope = ?"),
        Err(duckdb::Error::QueryReturnedNoRows) => {
            format!("INSERT INTO {FENCES} (holder, number, scope) VALUES (?, ?, ?)")
        }
        Err(error) => return Err(engine_error(&error)),
    };
    let values = [
        Value::from(fence.holder.clone()),
        Value::from(fence.number),
        Value::from(fence.scope.clone()),
    ];
    execute(connection, &change, values)?;
    Ok(None)
}

fn replace(
    connection: &Connection,
    dialect: &Dialect,
    replacement: &Replacement,
) -> Result<(), EngineError> {
    let table = dialect.table(&replacement.table);
    let Replacement { delete, insert, .. } = replacement;
    let same: Vec<String> = (delete.columns.iter())
        .map(|column| format!("{} IS NOT DISTINCT FROM ?", dialect.identifier(column)))
        .collect();
    let sql = format!("DELETE FROM {table} WHERE {}", same.join(" AND "));
    for row in &delete.rows {
        execute(connection, &sql, values(delete, row)?)?;
    }
    let columns: Vec<String> = (insert.columns.iter())
        .map(|column| dialect.identifier(column))
        .collect();
    let row_of_marks = format!("({})", vec!["?"; columns.len()].join(", "));
    for rows in insert.rows.chunks(ROWS_OF_A_STATEMENT) {
        let marks = vec![row_of_marks.as_str(); rows.len()].join(", ");
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES {marks}",
            columns.join(", ")
        );
        let mut all = Vec::with_capacity(rows.len() * columns.len());
        for row in rows {
            all.extend(values(insert, row)?);
        }
        execute(connection, &sql, all)?;
    }
    Ok(())
}

/// The values of a row, one for each column.
fn values(of: &Rows, row: &[Scalar]) -> Result<Vec<Value>, EngineError> {
    if row.is_empty() || row.len() != of.columns.len() {
        let message = format!(
            "a row has {} values for {} columns",
            row.len(),
            of.columns.len()
        );
        return Err(EngineError::new(ErrorClass::InvalidState, message));
    }
    row.iter().map(value).collect()
}

fn value(scalar: &Scalar) -> Result<Value, EngineError> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Boolean(*value),
        Scalar::Text(text) => Value::Text(text.clone()),
        Scalar::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Value::BigInt(number),
            (None, Some(number), _) => Value::UBigInt(number),
            (None, None, Some(number)) => Value::Double(number),
            _ => {
                let message = format!("the number {number} is out of range");
                return Err(EngineError::new(ErrorClass::Data, message));
            }
        },
    })
}

/// A commit that fails because of another session changed nothing; one that breaks the database may have
/// been written before, and only the key tells.
fn commit(connection: &Connection) -> Result<Outcome, EngineError> {
    match run(connection, "COMMIT") {
        Ok(()) => Ok(Outcome::Published),
        Err(error) => {
            let is_known = matches!(error.class, ErrorClass::Conflict | ErrorClass::Integrity);
            if is_known {
                roll_back(connection);
                return Err(nothing_done(error));
            }
            Err(EngineError {
                effect: Effect::Unknown,
                session: SessionState::Broken,
                ..error
            })
        }
    }
}

fn nothing_done(error: EngineError) -> EngineError {
    // Another session noted the key first: the next attempt finds it.
    let class = match error.class {
        ErrorClass::Integrity if error.message.contains("data_validator_") => ErrorClass::Conflict,
        class => class,
    };
    EngineError {
        class,
        effect: Effect::None,
        transaction: TransactionState::None,
        ..error
    }
}

/// A failed transaction is over, whatever the answer is.
fn roll_back(connection: &Connection) {
    let _ = connection.execute_batch("ROLLBACK");
}

fn run(connection: &Connection, sql: &str) -> Result<(), EngineError> {
    connection
        .execute_batch(sql)
        .map_err(|error| engine_error(&error))
}

fn execute(
    connection: &Connection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<(), EngineError> {
    connection
        .execute(sql, params_from_iter(values))
        .map(drop)
        .map_err(|error| engine_error(&error))
}

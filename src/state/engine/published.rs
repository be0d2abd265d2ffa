//! Keys of publications: what was published is noted by them, and no run asks for those of earlier ones.
//!
//! Where an engine with SQL notes them is its own affair, so the table is looked for by its name. The keys of a
//! state are known by what they begin with: its schema, its id, and the id of who held it.

use data_validator_plugin::{
    Call, Description, Dialect, EngineError, Session, TableName, Transactions,
};
use uuid::Uuid;

use super::lease::Lease;
use super::read::texts_of;
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};

/// The table of keys; a schema of each server may have one.
const KEYS: &str = "data_validator_publications";

/// So many holders are named in one statement.
const HOLDERS_OF_A_STATEMENT: usize = 500;

/// The length of a holder's id in a key.
const ID_LENGTH: usize = 36;

/// Keys of one holder of a state.
pub(super) struct HolderKeys {
    table: TableName,
    /// What they begin with, up to the holder's id.
    prefix: String,
    holder: String,
    pub count: u64,
}

impl HolderKeys {
    /// The size of what they begin with.
    pub(super) fn bytes(&self) -> u64 {
        self.count * self.prefix.len() as u64
    }

    pub(super) fn is_of(&self, lease: Option<&Lease>) -> bool {
        lease.is_some_and(|lease| lease.id == self.holder)
    }
}

/// The keys of a state, by holder; none where no table of keys can be seen, or there is no SQL for it.
///
/// # Errors
/// When the engine refuses.
pub(super) fn published(
    connection: &mut Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
) -> Result<Vec<HolderKeys>, EngineError> {
    let description = connection.description().clone();
    if !has_sql_for_keys(&description) {
        return Ok(Vec::new());
    }
    let dialect = &description.dialect;
    let found = connection.call(limits, |session, call| {
        let mut found = Vec::new();
        for table in tables_of_keys(session, call, dialect)? {
            found.extend(in_table(session, call, dialect, &table, place)?);
        }
        Ok(found)
    });
    found.result
}

/// How many publications of a state are noted; `None` where that cannot be read.
pub(super) fn count_keys(
    connection: &mut Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
) -> Option<u64> {
    let keys = published(connection, place, limits).ok()?;
    // Each holder of a state has published.
    let counts = keys.iter().map(|keys| keys.count);
    (!keys.is_empty()).then(|| counts.sum())
}

fn has_sql_for_keys(description: &Description) -> bool {
    description.capabilities.transactions == Transactions::Ddl
}

fn tables_of_keys(
    session: &mut dyn Session,
    call: &Call,
    dialect: &Dialect,
) -> Result<Vec<TableName>, EngineError> {
    let sql = format!(
        "SELECT table_schema FROM information_schema.tables WHERE table_name = {} ORDER BY 1",
        dialect.string(KEYS)
    );
    let schemas = texts_of(session, call, &sql)?.into_iter();
    let table = |[schema]: [String; 1]| TableName {
        catalog: None,
        schema: Some(schema),
        table: KEYS.to_owned(),
    };
    Ok(schemas.map(table).collect())
}

fn in_table(
    session: &mut dyn Session,
    call: &Call,
    dialect: &Dialect,
    table: &TableName,
    place: &StateInEngine,
) -> Result<Vec<HolderKeys>, EngineError> {
    let scope = format!("{}.{} ", place.schema, place.id);
    let length = scope.chars().count();
    let key = dialect.identifier("key");
    let prefix = format!("substr({key}, 1, {})", length + ID_LENGTH);
    let sql = format!(
        "SELECT {prefix}, CAST(count(*) AS BIGINT) FROM {} WHERE substr({key}, 1, {length}) = {} GROUP BY {prefix}",
        dialect.table(table),
        dialect.string(&scope)
    );
    let keys_of = |[prefix, count]: [String; 2]| {
        let holder = prefix.strip_prefix(&scope)?.to_owned();
        // The id of another state may begin like this one and go on with other words.
        Uuid::parse_str(&holder).ok()?;
        Some(HolderKeys {
            table: table.clone(),
            count: count.parse().ok()?,
            prefix,
            holder,
        })
    };
    let rows = texts_of(session, call, &sql)?;
    Ok(rows.into_iter().filter_map(keys_of).collect())
}

/// Removes keys. Their holders are named, so that a run that begins now loses none, whoever is slow.
///
/// # Errors
/// When the engine refuses; some may be removed by then.
pub(super) fn remove(
    connection: &mut Connection,
    keys: &[HolderKeys],
    limits: Limits<'_>,
) -> Result<(), EngineError> {
    let dialect = connection.description().dialect.clone();
    let of_one_table = keys.chunk_by(|one, other| one.table == other.table);
    for some in of_one_table.flat_map(|keys| keys.chunks(HOLDERS_OF_A_STATEMENT)) {
        let [first, ..] = some else { continue };
        let prefixes: Vec<String> = (some.iter())
            .map(|keys| dialect.string(&keys.prefix))
            .collect();
        let sql = format!(
            "DELETE FROM {} WHERE substr({}, 1, {}) IN ({})",
            dialect.table(&first.table),
            dialect.identifier("key"),
            first.prefix.chars().count(),
            prefixes.join(", ")
        );
        let done = connection.call(limits, |session, call| session.execute(&sql, call));
        done.result?;
    }
    Ok(())
}

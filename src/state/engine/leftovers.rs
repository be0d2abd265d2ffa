//! Failing rows whose result is gone, and keys of publications that no run asks for any more.

use std::collections::HashSet;

use data_validator_plugin::{
    Call, Dialect, EngineError, Replacement, Scalar, Session, TableName, Transactions,
};
use uuid::Uuid;

use super::error::failed;
use super::lease::Lease;
use super::read::{Reader, texts_of};
use super::rows::no_rows;
use super::tables::{QUARANTINE, RESULTS, named};
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::gc::Garbage;

/// The table in which engines with SQL note what was published; a schema of each server may have one.
const KEYS: &str = "data_validator_publications";

/// So many holders are named in one statement.
const HOLDERS_OF_A_STATEMENT: usize = 500;

/// The length of a holder's id in a key.
const ID_LENGTH: usize = 36;

/// What stands beside the entries of a state and belongs to none of them.
#[derive(Default)]
pub(super) struct Leftovers {
    /// Keys of results that are gone, with their failing rows.
    results: Vec<String>,
    keys: Vec<Keys>,
    pub garbage: Garbage,
}

/// Keys of publications in one table.
struct Keys {
    table: TableName,
    /// What the keys of one holder that is gone begin with.
    prefixes: Vec<String>,
}

/// Finds what no entry of these needs, and no holder but the present one of the lease.
///
/// # Errors
/// When the tables of the state cannot be read. Keys that cannot be read are a warning.
pub(super) fn find(
    connection: &mut Connection,
    place: &StateInEngine,
    staying: &Entries,
    lease: Option<&Lease>,
    limits: Limits<'_>,
) -> Result<Leftovers, StateError> {
    let description = connection.description().clone();
    let dialect = &description.dialect;
    let mut found = Leftovers::default();
    let rows = connection.call(limits, |session, call| {
        let mut reader = Reader {
            session,
            call,
            dialect,
            place,
        };
        let rows = quarantined(&mut reader);
        reader.leave(&[RESULTS, QUARANTINE]).and(rows)
    });
    let (results, rows) = rows
        .result
        .map_err(|error| failed(place, "reading", &error))?;
    found.add_rows(&results, rows, staying);
    if description.capabilities.transactions == Transactions::Ddl {
        let keys = connection.call(limits, |session, call| {
            published(session, call, dialect, place)
        });
        match keys.result {
            Ok(keys) => found.add_keys(keys, place, lease),
            Err(error) => {
                let why = format!("the keys of publications stay, they cannot be read: {error}");
                found.garbage.warnings.push(why);
            }
        }
    }
    Ok(found)
}

/// How many failing rows are kept with the results of a state; `None` where they cannot be read.
pub(super) fn count_quarantined(
    connection: &mut Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
) -> Option<u64> {
    let dialect = &connection.description().dialect.clone();
    let rows = connection.call(limits, |session, call| {
        let mut reader = Reader {
            session,
            call,
            dialect,
            place,
        };
        let quarantine = reader.attach(QUARANTINE)?;
        let sql = format!(
            "SELECT CAST(count(*) AS BIGINT) FROM {quarantine} WHERE {} = {}",
            dialect.identifier("state"),
            dialect.string(&place.id)
        );
        let rows: Result<Vec<[String; 1]>, _> = texts_of(reader.session, call, &sql);
        reader.leave(&[QUARANTINE]).and(rows)
    });
    let [[rows]] = &rows.result.ok()?[..] else {
        return None;
    };
    rows.parse().ok()
}

/// How many publications of a state are noted, where SQL can ask for that.
pub(super) fn count_keys(
    connection: &mut Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
) -> Option<u64> {
    let description = connection.description().clone();
    if description.capabilities.transactions != Transactions::Ddl {
        return None;
    }
    let keys = connection.call(limits, |session, call| {
        published(session, call, &description.dialect, place)
    });
    // Tables of which a role may see nothing are not there for it.
    let tables = keys.result.ok().filter(|tables| !tables.is_empty())?;
    let holders = tables.into_iter().flat_map(|(_, keys)| keys);
    holders.map(|[_, keys]| keys.parse::<u64>().ok()).sum()
}

/// Table, rule and key of each result.
type Results = Vec<[String; 3]>;

/// The key of a result, how many failing rows it has, and their size.
type Rows = Vec<[String; 3]>;

fn quarantined(reader: &mut Reader<'_>) -> Result<(Results, Rows), EngineError> {
    let [results, quarantine] = [reader.attach(RESULTS)?, reader.attach(QUARANTINE)?];
    let quoted = |name: &str| reader.dialect.identifier(name);
    let this_state = format!(
        "{} = {}",
        quoted("state"),
        reader.dialect.string(&reader.place.id)
    );
    let of_results = format!(
        "SELECT {}, {}, {} FROM {results} WHERE {this_state}",
        quoted("table_name"),
        quoted("rule_name"),
        quoted("key")
    );
    let of_rows = format!(
        "SELECT {key}, CAST(count(*) AS BIGINT), CAST(sum(length({})) AS BIGINT) \
         FROM {quarantine} WHERE {this_state} GROUP BY {key}",
        quoted("row"),
        key = quoted("result_key")
    );
    let results = texts_of(reader.session, reader.call, &of_results)?;
    Ok((results, texts_of(reader.session, reader.call, &of_rows)?))
}

/// The table of keys in each schema: what keys of this state begin with, up to the holder, and how many do.
fn published(
    session: &mut dyn Session,
    call: &Call,
    dialect: &Dialect,
    place: &StateInEngine,
) -> Result<Vec<(TableName, Vec<[String; 2]>)>, EngineError> {
    let schemas = format!(
        "SELECT table_schema FROM information_schema.tables WHERE table_name = {} ORDER BY 1",
        dialect.string(KEYS)
    );
    let mut found = Vec::new();
    for [schema] in texts_of(session, call, &schemas)? {
        let table = TableName {
            catalog: None,
            schema: Some(schema),
            table: KEYS.to_owned(),
        };
        let (key, scope) = (dialect.identifier("key"), scope(place));
        let length = scope.chars().count();
        let begin = format!("substr({key}, 1, {})", length + ID_LENGTH);
        let sql = format!(
            "SELECT {begin}, CAST(count(*) AS BIGINT) FROM {} WHERE substr({key}, 1, {length}) = {} GROUP BY {begin}",
            dialect.table(&table),
            dialect.string(&scope)
        );
        found.push((table, texts_of(session, call, &sql)?));
    }
    Ok(found)
}

/// What all keys of a state begin with; the id of a holder follows.
fn scope(place: &StateInEngine) -> String {
    format!("{}.{} ", place.schema, place.id)
}

impl Leftovers {
    fn add_rows(&mut self, results: &Results, rows: Rows, staying: &Entries) {
        let stays: HashSet<&str> = (results.iter())
            .filter(|[table, rule, _]| staying.rule(table, rule).is_some())
            .map(|[_, _, key]| key.as_str())
            .collect();
        let (mut count, mut size) = (0, 0);
        for [key, rows, length] in rows {
            if !stays.contains(key.as_str()) {
                count += rows.parse().unwrap_or(0);
                size += length.parse().unwrap_or(0);
                self.results.push(key);
            }
        }
        let what = "failing rows of results that are gone";
        self.garbage.add(what, count, size);
    }

    fn add_keys(
        &mut self,
        tables: Vec<(TableName, Vec<[String; 2]>)>,
        place: &StateInEngine,
        lease: Option<&Lease>,
    ) {
        let scope = scope(place);
        let (mut count, mut size) = (0, 0);
        for (table, holders) in tables {
            let mut prefixes = Vec::new();
            for [prefix, keys] in holders {
                // Another state's id may begin like this one and go on with other words.
                let holder = prefix.strip_prefix(&scope).unwrap_or_default();
                let is_present = lease.is_some_and(|lease| lease.id == holder);
                if Uuid::parse_str(holder).is_ok() && !is_present {
                    let keys: u64 = keys.parse().unwrap_or(0);
                    count += keys;
                    size += keys * prefix.len() as u64;
                    prefixes.push(prefix);
                }
            }
            if !prefixes.is_empty() {
                self.keys.push(Keys { table, prefixes });
            }
        }
        let what = "keys of publications of earlier runs";
        self.garbage.add(what, count, size);
    }

    /// What removes the failing rows.
    pub(super) fn replacements(&self, place: &StateInEngine) -> Vec<Replacement> {
        let mut rows = Replacement {
            table: named(place, QUARANTINE),
            delete: no_rows(["result_key"]),
            insert: no_rows([]),
        };
        let keys = self.results.iter();
        rows.delete.rows = keys.map(|key| vec![Scalar::from(key.as_str())]).collect();
        match rows.delete.rows.is_empty() {
            true => Vec::new(),
            false => vec![rows],
        }
    }

    /// Removes the keys. Holders are named, so that a run that begins now loses none, whoever is slow.
    pub(super) fn remove_keys(
        &mut self,
        connection: &mut Connection,
        limits: Limits<'_>,
    ) -> Result<(), EngineError> {
        let dialect = connection.description().dialect.clone();
        for Keys { table, prefixes } in self.keys.drain(..) {
            for some in prefixes.chunks(HOLDERS_OF_A_STATEMENT) {
                let length = some.first().map_or(0, |prefix| prefix.chars().count());
                let holders: Vec<String> =
                    some.iter().map(|prefix| dialect.string(prefix)).collect();
                let sql = format!(
                    "DELETE FROM {} WHERE substr({}, 1, {length}) IN ({})",
                    dialect.table(&table),
                    dialect.identifier("key"),
                    holders.join(", ")
                );
                let done = connection.call(limits, |session, call| session.execute(&sql, call));
                done.result?;
            }
        }
        Ok(())
    }
}

//! What stands beside the entries of a state and belongs to none: failing rows whose result is gone, and keys of
//! publications of earlier runs.

use std::collections::HashSet;

use data_validator_plugin::{EngineError, Replacement, Scalar};

use super::error::failed;
use super::lease::Lease;
use super::published::{HolderKeys, published};
use super::read::{Reader, texts_of};
use super::rows::no_rows;
use super::tables::{QUARANTINE, RESULTS, named};
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::state::entries::Entries;
use crate::state::error::StateError;
use crate::state::gc::Garbage;

/// What is to go.
#[derive(Default)]
pub(super) struct Leftovers {
    /// Keys of results that are gone, with their failing rows.
    results: Vec<String>,
    pub keys: Vec<HolderKeys>,
    pub garbage: Garbage,
}

/// Finds what no entry of these needs, and no holder of a lease but this one.
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
    let mut found = Leftovers::default();
    let rows = of_tables(
        connection,
        place,
        limits,
        &[RESULTS, QUARANTINE],
        quarantined,
    );
    let (results, rows) = rows.map_err(|error| failed(place, "reading", &error))?;
    found.add_rows(&results, rows, staying);
    match published(connection, place, limits) {
        Ok(keys) => found.add_keys(keys, lease),
        Err(error) => {
            let why = format!("the keys of publications stay, they cannot be read: {error}");
            found.garbage.warnings.push(why);
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
    let count = |reader: &mut Reader<'_>| {
        let sql = format!(
            "SELECT CAST(count(*) AS BIGINT) FROM {} WHERE {}",
            reader.attach(QUARANTINE)?,
            of_this_state(reader)
        );
        texts_of(reader.session, reader.call, &sql)
    };
    let rows: Vec<[String; 1]> = of_tables(connection, place, limits, &[QUARANTINE], count).ok()?;
    rows.first().and_then(|[count]| count.parse().ok())
}

/// Reads some tables, and lets go of them.
fn of_tables<T>(
    connection: &mut Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
    tables: &[&str],
    read: impl Fn(&mut Reader<'_>) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let dialect = &connection.description().dialect.clone();
    let outcome = connection.call(limits, |session, call| {
        let mut reader = Reader {
            session,
            call,
            dialect,
            place,
        };
        let rows = read(&mut reader);
        reader.leave(tables).and(rows)
    });
    outcome.result
}

/// Table, rule and key of each result.
type Results = Vec<[String; 3]>;

/// The key of a result, how many failing rows it has, and their size.
type Rows = Vec<[String; 3]>;

fn quarantined(reader: &mut Reader<'_>) -> Result<(Results, Rows), EngineError> {
    let [results, quarantine] = [reader.attach(RESULTS)?, reader.attach(QUARANTINE)?];
    let quoted = |name: &str| reader.dialect.identifier(name);
    let of_results = format!(
        "SELECT {}, {}, {} FROM {results} WHERE {}",
        quoted("table_name"),
        quoted("rule_name"),
        quoted("key"),
        of_this_state(reader)
    );
    let of_rows = format!(
        "SELECT {key}, CAST(count(*) AS BIGINT), CAST(sum(length({})) AS BIGINT) \
         FROM {quarantine} WHERE {} GROUP BY {key}",
        quoted("row"),
        of_this_state(reader),
        key = quoted("result_key")
    );
    let results = texts_of(reader.session, reader.call, &of_results)?;
    Ok((results, texts_of(reader.session, reader.call, &of_rows)?))
}

fn of_this_state(reader: &Reader<'_>) -> String {
    let (column, id) = (
        reader.dialect.identifier("state"),
        reader.dialect.string(&reader.place.id),
    );
    format!("{column} = {id}")
}

impl Leftovers {
    fn add_rows(&mut self, results: &Results, rows: Rows, staying: &Entries) {
        let stays: HashSet<&str> = (results.iter())
            .filter(|[table, rule, _]| staying.rule(table, rule).is_some())
            .map(|[_, _, key]| key.as_str())
            .collect();
        let (mut count, mut bytes) = (0, 0);
        for [key, rows, length] in rows {
            if !stays.contains(key.as_str()) {
                count += rows.parse().unwrap_or(0);
                bytes += length.parse().unwrap_or(0);
                self.results.push(key);
            }
        }
        let what = "failing rows of results that are gone";
        self.garbage.add(what, count, bytes);
    }

    fn add_keys(&mut self, mut keys: Vec<HolderKeys>, lease: Option<&Lease>) {
        keys.retain(|keys| !keys.is_of(lease));
        let count = keys.iter().map(|keys| keys.count).sum();
        let bytes = keys.iter().map(HolderKeys::bytes).sum();
        let what = "keys of publications of earlier runs";
        self.garbage.add(what, count, bytes);
        self.keys = keys;
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
}

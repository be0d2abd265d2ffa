//! Rows → what a state says.

use data_validator_plugin::{Call, Dialect, EngineError, ErrorClass, Session, Source};

use super::error::{failed, newer, not_set_up};
use super::lease::Lease;
use super::tables::{RESULTS, STATE, VERSION, kind, named};

use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::engines::decode::{Cell, first_rows};
use crate::state::entries::Entries;
use crate::state::entry::{RuleEntry, TableEntry};
use crate::state::error::StateError;

/// What the tables say of a state.
#[derive(Default)]
pub(super) struct Stored {
    pub entries: Entries,
    /// Who holds it, or did last.
    pub lease: Option<Lease>,
    version: Option<u64>,
}

/// Which rows are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Those of the table of states.
    Head,
    All,
}

/// Reads a state, as it is at one moment where the engine knows such a thing.
///
/// # Errors
/// When the tables are missing, cannot be read, or are of a newer version.
pub(super) fn read(
    connection: &mut Connection,
    place: &StateInEngine,
    part: Part,
    limits: Limits<'_>,
) -> Result<Stored, StateError> {
    let dialect = connection.description().dialect.clone();
    let stored = connection.call(limits, |session, call| {
        let mut reader = Reader {
            session,
            call,
            dialect: &dialect,
            place,
        };
        let stored = reader.read(part);
        reader.leave(&[STATE, RESULTS]).and(stored)
    });
    let stored = stored
        .result
        .map_err(|error| failed(place, "reading", &error))?;
    match stored.version {
        Some(version) if version > VERSION => Err(newer(place, version)),
        Some(_) => Ok(stored),
        None => Err(not_set_up(place)),
    }
}

/// Reads the tables in one session.
pub(super) struct Reader<'s> {
    pub session: &'s mut dyn Session,
    pub call: &'s Call,
    pub dialect: &'s Dialect,
    pub place: &'s StateInEngine,
}

impl Reader<'_> {
    fn read(&mut self, part: Part) -> Result<Stored, EngineError> {
        let said = self.attach(STATE)?;
        let results = match part {
            Part::Head => None,
            Part::All => Some(self.attach(RESULTS)?),
        };
        let mut stored = Stored::default();
        let id = self.dialect.string(&self.place.id);
        let columns = ["kind", "name", "value"];
        for [kind, name, value] in self.rows(&said, columns, &format!("IN ('', {id})"))? {
            stored.add(&kind, name, &value);
        }
        if let Some(results) = results {
            let columns = ["table_name", "rule_name", "entry"];
            for [table, rule, entry] in self.rows(&results, columns, &format!("= {id}"))? {
                let table = stored.entries.tables.entry(table).or_default();
                table.put(rule, rule_entry(&entry));
            }
        }
        Ok(stored)
    }

    /// What stands for a table behind `FROM`.
    pub(super) fn attach(&mut self, table: &str) -> Result<String, EngineError> {
        let source = Source::Table(named(self.place, table));
        let relation = self.session.attach(table, &source, self.call)?;
        Ok(relation.sql)
    }

    /// Lets go of the moment that was read.
    pub(super) fn leave(&mut self, tables: &[&str]) -> Result<(), EngineError> {
        let mut left = Ok(());
        for table in tables {
            left = left.and(self.session.detach(table, self.call));
        }
        left
    }

    /// Text columns of the rows of this state, in their order.
    fn rows<const N: usize>(
        &mut self,
        from: &str,
        columns: [&str; N],
        states: &str,
    ) -> Result<Vec<[String; N]>, EngineError> {
        let quoted = columns.map(|column| self.dialect.identifier(column));
        let sql = format!(
            "SELECT {} FROM {from} WHERE {} {states} ORDER BY {}, {}",
            quoted.join(", "),
            self.dialect.identifier("state"),
            quoted[0],
            quoted[1],
        );
        texts_of(self.session, self.call, &sql)
    }
}

/// The rows of a query, as texts.
pub(super) fn texts_of<const N: usize>(
    session: &mut dyn Session,
    call: &Call,
    sql: &str,
) -> Result<Vec<[String; N]>, EngineError> {
    let mut stream = session.query(sql, call)?;
    let rows = first_rows(&mut *stream, usize::MAX)?;
    rows.into_iter().map(texts).collect()
}

impl Stored {
    fn add(&mut self, what: &str, name: String, value: &str) {
        match what {
            kind::VERSION => self.version = value.parse().ok(),
            kind::LEASE => self.lease = serde_json::from_str(value).ok(),
            kind::RUN => self.entries.run = serde_json::from_str(value).ok(),
            kind::TABLE => {
                let entry: TableEntry = serde_json::from_str(value).unwrap_or_default();
                self.entries.tables.insert(name, entry);
            }
            // A newer version may say more.
            _ => {}
        }
    }
}

/// An entry that cannot be read is there, and damaged.
fn rule_entry(text: &str) -> RuleEntry {
    serde_json::from_str(text).unwrap_or_else(|_| RuleEntry::damaged())
}

fn texts<const N: usize>(row: Vec<Cell>) -> Result<[String; N], EngineError> {
    let text = |cell: Cell| match cell {
        Cell::Text(text) => text,
        Cell::Integer(number) => number.to_string(),
        Cell::Null | Cell::Double(_) | Cell::Other(_) => String::new(),
    };
    let texts: Vec<String> = row.into_iter().map(text).collect();
    texts.try_into().map_err(|_| {
        let message = "a row has another number of columns than was asked for";
        EngineError::new(ErrorClass::Internal, message)
    })
}

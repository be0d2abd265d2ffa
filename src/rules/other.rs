//! Another relation that a rule reads.

use crate::config::{Config, DataVersionMode, SourceSpec, Table};
use crate::plan::custom_sql::SqlExpression;

/// Another relation that a rule reads, as it was named.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// What messages call it.
    pub name: String,
    /// Whether a table of the config that has the name is meant, if there is one: with all its rows, whatever
    /// its own `where` says.
    pub can_be_table: bool,
    /// The engine that reads it, by its name in the config; none for the table's own.
    pub engine: Option<String>,
    pub source: SourceSpec,
    /// Only rows for which this is TRUE are looked at.
    pub scope: Option<SqlExpression>,
    /// Whether one query reads it beside the table, so that it has to be on the table's engine.
    pub is_beside: bool,
}

/// Where another relation is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'c> {
    pub engine: &'c str,
    pub source: &'c SourceSpec,
    pub data_version: &'c DataVersionMode,
}

impl Other {
    /// The relation in a few words, for messages.
    pub fn describe(&self) -> String {
        match self.is_beside {
            true => format!("the referenced table '{}'", self.name),
            false => format!("the other side '{}'", self.name),
        }
    }

    /// Where it is, seen from a table that a rule is about.
    pub fn place<'c>(&'c self, table: &'c Table, config: &'c Config) -> Place<'c> {
        match self.table_among(&config.tables) {
            Some(known) => Place {
                engine: match self.is_beside {
                    true => &table.engine,
                    false => &known.engine,
                },
                source: &known.source,
                data_version: &known.data_version,
            },
            None => Place {
                engine: self.engine.as_ref().unwrap_or(&table.engine),
                source: &self.source,
                data_version: &DataVersionMode::Auto,
            },
        }
    }

    /// The table of the config that is meant, if it is one.
    pub fn table_among<'c>(&self, tables: &'c [Table]) -> Option<&'c Table> {
        let mut tables = tables.iter().filter(|_| self.can_be_table);
        tables.find(|known| known.name == self.name)
    }
}

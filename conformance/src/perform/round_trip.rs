//! A table that comes back as it went, in each way in which the engine takes rows.

use data_validator_plugin::{Column, EngineError, LogicalType, Source};

use super::Performance;
use super::expectation::shown;
use super::sessions::Rows;
use super::tables::{Way, bring, copy};
use super::trouble::{Done, Trouble, fail, unexpected};
use super::value;
use crate::case::table::TypedTable;

impl Performance<'_> {
    pub(super) fn round_trip(&mut self, name: &str) -> Done {
        let table = self.table(name)?;
        let description = self.sessions.engine.describe();
        for way in Way::of(&description, self.job, &table) {
            self.one_way(&table, way)
                .map_err(|trouble| trouble.at(&format!("as {way}")))?;
        }
        if description.capabilities.ingest {
            self.copied(&table)
                .map_err(|trouble| trouble.at("as rows that are copied into the session"))?;
        }
        Ok(())
    }

    pub(super) fn table(&self, name: &str) -> Done<TypedTable> {
        let template = self.case.body.tables.get(name);
        let template =
            template.ok_or_else(|| Trouble::Error(format!("there is no table '{name}'")))?;
        Ok(template.table(name)?)
    }

    fn one_way(&mut self, table: &TypedTable, way: Way) -> Done {
        let description = self.sessions.engine.describe();
        let is_first = Way::of(&description, self.job, table).first() == Some(&way);
        // A session may see what was there when it began to read.
        self.sessions.close("main");
        let source = match is_first {
            // It is there already.
            true => self.sessions.sources[&table.name].clone(),
            false => bring(&mut self.sessions, self.job, way, table)?,
        };
        if way != Way::Literals {
            self.has_types(table, &source)?;
        }
        let relation = self.sessions.call("main", |session, call| {
            session.attach(&table.name, &source, call)
        });
        let relation = relation.map_err(|error| unexpected(&error))?;
        self.has_rows(table, &relation.sql)
    }

    fn copied(&mut self, table: &TypedTable) -> Done {
        let relation = copy(&mut self.sessions, table)?;
        self.has_rows(table, &relation)
    }

    /// The columns have the types of the case.
    fn has_types(&mut self, table: &TypedTable, source: &Source) -> Done {
        let schema = self.sessions.call("main", |session, call| {
            let relation = session.attach(&table.name, source, call)?;
            session.schema(&relation, call)
        });
        let schema = schema.map_err(|error| unexpected(&error))?;
        let told = |columns: &[Column]| {
            let columns = columns.iter();
            let told = columns.map(|column| format!("{} {}", column.name, column.logical_type));
            told.collect::<Vec<_>>().join(", ")
        };
        let (found, wanted) = (told(&schema.columns), told(&table.schema.columns));
        if found == wanted {
            return Ok(());
        }
        fail(format!("its columns are {found} in place of {wanted}"))
    }

    /// The rows are those of the case, by value.
    fn has_rows(&mut self, table: &TypedTable, relation: &str) -> Done {
        let found = self.all_rows(table, relation);
        let found = found.map_err(|error| unexpected(&error))?;
        let columns = &table.schema.columns;
        let mut pairs = found.iter().zip(&table.rows);
        let different = pairs.position(|(found, wanted)| !is_same_row(columns, wanted, found));
        if different.is_none() && found.len() == table.rows.len() {
            return Ok(());
        }
        let around = |rows: &Rows| match different {
            Some(row) => shown(&vec![rows[row].clone()]),
            None => format!("    {} rows", rows.len()),
        };
        fail(format!(
            "it gives\n{}\nin place of\n{}",
            around(&found),
            around(&table.rows)
        ))
    }

    fn all_rows(&mut self, table: &TypedTable, relation: &str) -> Result<Rows, EngineError> {
        let dialect = self.sessions.engine.describe().dialect;
        let names = table.schema.columns.iter();
        let names: Vec<String> = names
            .map(|column| dialect.identifier(&column.name))
            .collect();
        let sql = format!(
            "SELECT {} FROM {relation} ORDER BY {}",
            names.join(", "),
            names[0]
        );
        self.sessions.rows_as_written("main", &sql)
    }
}

/// Whether two rows are the same, by value.
fn is_same_row(columns: &[Column], wanted: &[Option<String>], found: &[Option<String>]) -> bool {
    let mut cells = found.iter().zip(wanted).zip(columns);
    cells.all(|((found, wanted), column)| {
        is_same_cell(&column.logical_type, wanted.as_deref(), found.as_deref())
    })
}

fn is_same_cell(logical_type: &LogicalType, wanted: Option<&str>, found: Option<&str>) -> bool {
    match (wanted, found) {
        (None, None) => true,
        (Some(wanted), Some(found)) => value::is_same(logical_type, wanted, found),
        _ => false,
    }
}

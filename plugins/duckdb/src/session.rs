//! One connection to a database.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_validator_plugin::{
    BatchStream, Call, Cancel, Column, Dialect, EngineError, ErrorClass, FileFormat, Outcome,
    Publication, Relation, Schema, Session, Source, Statistics,
};
use duckdb::Connection;

use crate::cancel::{Canceller, Operations};
use crate::config::Settings;
use crate::dialect::dialect;
use crate::error::engine_error;
use crate::instance::Instance;
use crate::publish;
use crate::relations;
use crate::source::{file_list, floats_without_bounds, read_files};
use crate::statistics;
use crate::stream::{ONE_SELECT, Stream};
use crate::transaction::Transaction;
use crate::types::logical_type;

pub struct DuckDbSession {
    connection: Connection,
    /// Stays open as long as this session.
    instance: Arc<Instance>,
    dialect: Dialect,
    operations: Arc<Operations>,
    transaction: Transaction,
    /// Why nothing can be published, if so.
    cannot_publish: Option<&'static str>,
    /// The files of the Parquet sources, as a list of literals, by relation.
    parquet: BTreeMap<String, String>,
}

impl DuckDbSession {
    /// Opens a session of a database.
    pub fn open(instance: Arc<Instance>, settings: &Settings) -> Result<Self, EngineError> {
        let connection = instance.connect()?;
        let handle = connection.interrupt_handle();
        let session = Self {
            connection,
            instance,
            dialect: dialect(),
            operations: Operations::new(move || handle.interrupt()),
            transaction: Transaction::default(),
            cannot_publish: match (&settings.database, settings.is_writable) {
                (None, _) => Some("a database in memory keeps nothing; name a 'database' file"),
                (_, false) => {
                    Some("the database is opened for reading only; set 'read_only: false'")
                }
                (_, true) => None,
            },
            parquet: BTreeMap::new(),
        };
        session.configure(&settings.options)?;
        Ok(session)
    }

    /// The first session of an instance sets all options, further ones only those that are a session's own:
    /// `lock_configuration` lets nobody set the others again.
    fn configure(&self, options: &[(String, String)]) -> Result<(), EngineError> {
        let mut configured = self.instance.is_configured();
        let mut own = Vec::new();
        for (name, value) in options {
            if !*configured || self.has_setting(name, "scope = 'LOCAL'")? {
                own.push((name.clone(), value.clone()));
            }
        }
        // After it no other can be set.
        own.sort_by_key(|(name, _)| name == "lock_configuration");
        self.apply(&own)?;
        *configured = true;
        Ok(())
    }

    fn apply(&self, options: &[(String, String)]) -> Result<(), EngineError> {
        for (name, value) in options {
            if !self.has_setting(name, "true")? {
                let message = format!(
                    "DuckDB has no setting '{name}'; see SELECT name FROM duckdb_settings()"
                );
                return Err(EngineError::new(ErrorClass::Config, message));
            }
            self.run(&format!(
                "SET {} = {}",
                self.dialect.identifier(name),
                self.dialect.string(value)
            ))
            .map_err(|error| {
                EngineError {
                    class: ErrorClass::Config,
                    ..error
                }
                .context(format_args!("the option '{name}'"))
            })?;
        }
        Ok(())
    }

    /// Whether DuckDB has a setting of that name for which the condition holds.
    fn has_setting(&self, name: &str, condition: &str) -> Result<bool, EngineError> {
        let sql = format!("SELECT count(*) FROM duckdb_settings() WHERE name = ? AND {condition}");
        self.connection
            .query_row(&sql, [name], |row| row.get::<_, i64>(0))
            .map(|found| found > 0)
            .map_err(|error| engine_error(&error))
    }

    fn run(&self, sql: &str) -> Result<(), EngineError> {
        self.connection
            .execute_batch(sql)
            .map_err(|error| engine_error(&error))
    }

    /// The view of a source. Its name is none that a database has, or it would stand in front of the table
    /// of that name.
    fn source(&self, name: &str) -> String {
        let view = format!("data_validator source {name}");
        format!("temp.main.{}", self.dialect.identifier(&view))
    }

    /// The copy of a source's rows.
    fn rows(&self, name: &str) -> String {
        let table = format!("data_validator rows {name}");
        format!("temp.main.{}", self.dialect.identifier(&table))
    }

    /// A view keeps the rows where they are and lets the scans push their filters down.
    fn view(&mut self, name: &str, select: &str) -> Result<Relation, EngineError> {
        let sql = self.source(name);
        self.run(&format!("CREATE OR REPLACE TEMP VIEW {sql} AS {select}"))?;
        self.parquet.remove(&sql);
        Ok(Relation { sql })
    }

    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, EngineError> {
        let sql = format!("DESCRIBE SELECT * FROM {}", relation.sql);
        let mut statement = self
            .connection
            .prepare(&sql)
            .map_err(|error| engine_error(&error))?;
        statement
            .query_map([], |row| {
                Ok(Column {
                    name: row.get(0)?,
                    logical_type: logical_type(&row.get::<_, String>(1)?),
                })
            })
            .and_then(Iterator::collect)
            .map_err(|error| engine_error(&error))
    }

    fn require_publishing(&self, attempted: &str, key: &str) -> Result<(), EngineError> {
        let attempted = format!("{attempted} '{key}'");
        self.transaction.require_none(&attempted)?;
        self.cannot_publish.map_or(Ok(()), |why| {
            Err(EngineError::new(
                ErrorClass::Config,
                format!("{attempted}: {why}"),
            ))
        })
    }

    /// Whether the relation is a table, of the database or of this session.
    fn is_table(&self, relation: &Relation) -> Result<bool, EngineError> {
        self.has_table(relation, "NOT internal")
    }

    /// Whether the relation is a table of the database.
    fn is_permanent_table(&self, relation: &Relation) -> Result<bool, EngineError> {
        self.has_table(relation, "NOT internal AND NOT temporary")
    }

    fn has_table(&self, relation: &Relation, condition: &str) -> Result<bool, EngineError> {
        let tables = format!(
            "SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE {condition}"
        );
        let mut statement = self
            .connection
            .prepare(&tables)
            .map_err(|error| engine_error(&error))?;
        let names = statement
            .query_map([], |row| {
                Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?])
            })
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| engine_error(&error))?;
        Ok(names.iter().any(|[database, schema, table]| {
            let named = |parts: &[&String]| {
                parts
                    .iter()
                    .map(|part| self.dialect.identifier(part))
                    .collect::<Vec<_>>()
                    .join(".")
                    == relation.sql
            };
            // A temporary table's relation names it without quotes round 'temp' and 'main'.
            let temporary = format!("temp.main.{}", self.dialect.identifier(table));
            named(&[schema, table])
                || named(&[database, schema, table])
                || database == "temp" && temporary == relation.sql
        }))
    }
}

impl Session for DuckDbSession {
    fn attach(
        &mut self,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        let _running = self.operations.begin(call)?;
        match source {
            Source::Files { format, paths } => {
                let files = file_list(&self.dialect, paths)?;
                let rows = read_files(&self.dialect, format, &files)?;
                let relation = self.view(name, &format!("SELECT * FROM {rows}"))?;
                if *format == FileFormat::Parquet {
                    let columns = self.columns(&relation)?;
                    if let Some(select) = floats_without_bounds(&self.dialect, &columns, &rows) {
                        self.view(name, &select)?;
                    }
                    self.parquet.insert(relation.sql.clone(), files);
                }
                Ok(relation)
            }
            Source::Table(table) => {
                if !relations::is_known(&self.connection, table)? {
                    return Err(relations::missing(table));
                }
                let mut table = table.clone();
                if table.catalog.is_none() && table.schema.is_none() {
                    table.schema = Some("main".into());
                }
                Ok(Relation {
                    sql: self.dialect.table(&table),
                })
            }
            Source::Query(query) => self.view(name, query),
        }
    }

    fn schema(&mut self, relation: &Relation, call: &Call) -> Result<Schema, EngineError> {
        let _running = self.operations.begin(call)?;
        let columns = self.columns(relation)?;
        Ok(Schema { columns })
    }

    fn statistics(
        &mut self,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Statistics>, EngineError> {
        let _running = self.operations.begin(call)?;
        match self.parquet.get(&relation.sql) {
            Some(files) => statistics::of_parquet(&self.connection, &self.dialect, files, columns),
            None if self.is_table(relation)? => {
                statistics::of_table(&self.connection, &relation.sql).map(Some)
            }
            None => Ok(None),
        }
    }

    fn materialise(
        &mut self,
        name: &str,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Relation>, EngineError> {
        let _running = self.operations.begin(call)?;
        let sql = self.rows(name);
        let columns: Vec<String> = columns
            .iter()
            .map(|column| self.dialect.identifier(column))
            .collect();
        self.run(&format!(
            "CREATE OR REPLACE TEMP TABLE {sql} AS SELECT {} FROM {}",
            columns.join(", "),
            relation.sql
        ))?;
        Ok(Some(Relation { sql }))
    }

    fn detach(&mut self, name: &str, call: &Call) -> Result<(), EngineError> {
        let _running = self.operations.begin(call)?;
        let (view, table) = (self.source(name), self.rows(name));
        self.parquet.remove(&view);
        self.run(&format!(
            "DROP TABLE IF EXISTS {table}; DROP VIEW IF EXISTS {view}"
        ))
    }

    fn data_version(
        &mut self,
        relation: &Relation,
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        let _running = self.operations.begin(call)?;
        let no_proof = |reason| Err(EngineError::new(ErrorClass::Unsupported, reason));
        let Some(version) = self.instance.file_version.clone() else {
            return no_proof("the database is no file that was opened for reading only");
        };
        match self.is_permanent_table(relation)? {
            true => Ok(Some(version)),
            false => no_proof("it is no table of the database file, and may read anything"),
        }
    }

    fn query<'s>(
        &'s mut self,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        let running = self.operations.begin(call)?;
        if sql.contains('\0') {
            // DuckDB would take what is before it for the whole.
            return Err(EngineError::new(
                ErrorClass::InvalidSql,
                "the statement has a NUL character in it",
            ));
        }
        let statement = self
            .connection
            .prepare(ONE_SELECT)
            .map_err(|error| engine_error(&error))?;
        Ok(Box::new(Stream::start(statement, sql, running)?))
    }

    fn publish(&mut self, publication: &Publication, call: &Call) -> Result<Outcome, EngineError> {
        let _running = self.operations.begin(call)?;
        self.require_publishing("publishing", &publication.key)?;
        let _one_at_a_time = self.instance.publishing();
        publish::publish(&self.connection, &self.dialect, publication)
    }

    fn outcome(&mut self, key: &str, call: &Call) -> Result<Option<Outcome>, EngineError> {
        let _running = self.operations.begin(call)?;
        self.require_publishing("looking up what became of", key)?;
        let _one_at_a_time = self.instance.publishing();
        publish::outcome(&self.connection, key)
    }

    fn execute(&mut self, sql: &str, call: &Call) -> Result<Option<u64>, EngineError> {
        let _running = self.operations.begin(call)?;
        self.transaction.execute(&self.connection, sql)
    }

    fn begin(&mut self, call: &Call) -> Result<(), EngineError> {
        let _running = self.operations.begin(call)?;
        self.transaction.begin(&self.connection)
    }

    fn commit(&mut self, call: &Call) -> Result<(), EngineError> {
        let _running = self.operations.begin(call)?;
        self.transaction.commit(&self.connection)
    }

    fn rollback(&mut self, call: &Call) -> Result<(), EngineError> {
        let _running = self.operations.begin(call)?;
        self.transaction.rollback(&self.connection)
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(Canceller(Arc::clone(&self.operations)))
    }
}

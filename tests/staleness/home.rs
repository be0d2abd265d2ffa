//! Where the rows lie, and the ways in which they are written.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use data_validator_harness::{Server, ServerSettings, eventually};
use data_validator_plugin::{Call, ErrorClass, Session};
use fastrand::Rng;
use serde_json::{Value, json};

use super::world::Row;
use crate::support::{Workspace, connect};

/// What holds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A CSV file for each relation, read by DataFusion.
    Files,
    /// A folder of two CSV files for each relation, read by DuckDB.
    Folder,
    /// Tables of a DuckDB file.
    DuckDb,
    /// Tables of a server, proven by its snapshot.
    Postgres,
    /// Tables of a server, proven by their content.
    PostgresContent,
}

/// The place of the rows of one sequence.
pub struct Home {
    pub kind: Kind,
    pub workspace: Workspace,
    /// Of the server's tables.
    schema: String,
}

impl Home {
    pub fn new(kind: Kind, random: &mut Rng) -> Self {
        let home = Self {
            kind,
            workspace: Workspace::new(),
            schema: format!("staleness_{}_{:x}", std::process::id(), random.u64(..)),
        };
        match kind {
            Kind::Postgres | Kind::PostgresContent => {
                home.execute(&[format!("CREATE SCHEMA {}", home.schema)]);
            }
            Kind::Files | Kind::Folder | Kind::DuckDb => {}
        }
        home
    }

    /// Whether rows can be written while a run reads them: a database file is open in one process at a time.
    pub fn can_change_during_a_run(&self) -> bool {
        self.kind != Kind::DuckDb
    }

    /// Whether equal rows are always proven to be equal: a server's snapshot may move for reasons of its own.
    pub fn proves_what_is_unchanged(&self) -> bool {
        self.kind != Kind::Postgres
    }

    pub fn engine(&self) -> Value {
        match self.kind {
            Kind::Files => json!({"type": "datafusion"}),
            Kind::Folder => json!({"type": "duckdb"}),
            Kind::DuckDb => duckdb(&self.workspace.path("d.duckdb")),
            Kind::Postgres | Kind::PostgresContent => {
                json!({"type": "postgres", "connection_params": {"url": server().url()}})
            }
        }
    }

    /// The source of a table as the config names it, with what proves its data.
    pub fn source(&self, relation: usize) -> (Value, &'static str) {
        match self.kind {
            Kind::Files => (json!(format!("d{relation}.csv")), "auto"),
            Kind::Folder => (json!(format!("d{relation}")), "auto"),
            Kind::DuckDb => (json!(format!("d{relation}")), "auto"),
            Kind::Postgres => (json!(format!("{}.d{relation}", self.schema)), "auto"),
            Kind::PostgresContent => (json!(format!("{}.d{relation}", self.schema)), "content"),
        }
    }

    /// Writes the rows of a relation in one of the ways that its place has.
    pub fn write(&self, relation: usize, rows: &[Row], random: &mut Rng) {
        match self.kind {
            Kind::Files => {
                let path = self.workspace.path(&format!("d{relation}.csv"));
                write_file(&path, &csv(rows), random);
            }
            Kind::Folder => {
                let folder = self.workspace.path(&format!("d{relation}"));
                fs::create_dir_all(&folder).unwrap();
                let (one, other) = rows.split_at(rows.len() / 2);
                write_file(&folder.join("a.csv"), &csv(one), random);
                write_file(&folder.join("b.csv"), &csv(other), random);
            }
            Kind::DuckDb | Kind::Postgres | Kind::PostgresContent => {
                let table = match self.kind {
                    Kind::DuckDb => format!("d{relation}"),
                    _ => format!("{}.d{relation}", self.schema),
                };
                let mut sql = vec![
                    format!("CREATE TABLE IF NOT EXISTS {table} (a INTEGER, b INTEGER)"),
                    format!("DELETE FROM {table}"),
                ];
                if !rows.is_empty() {
                    let value =
                        |value: Option<u8>| value.map_or("NULL".into(), |it| it.to_string());
                    let row = |row: &Row| format!("({}, {})", value(row.a), value(row.b));
                    let rows: Vec<String> = rows.iter().map(row).collect();
                    sql.push(format!("INSERT INTO {table} VALUES {}", rows.join(", ")));
                }
                self.execute(&sql);
            }
        }
    }

    fn execute(&self, statements: &[String]) {
        let session = &mut *self.session();
        for sql in statements {
            let done = session.execute(sql, &Call::default());
            done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }

    fn session(&self) -> Box<dyn Session> {
        let mut config = self.engine();
        if self.kind == Kind::DuckDb {
            let database = self.workspace.path("d.duckdb");
            if !database.exists() {
                drop(::duckdb::Connection::open(&database).unwrap());
            }
            config["connection_params"]["read_only"] = json!(false);
        }
        patiently(&config)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if matches!(self.kind, Kind::Postgres | Kind::PostgresContent) && !std::thread::panicking()
        {
            self.execute(&[format!("DROP SCHEMA {} CASCADE", self.schema)]);
        }
    }
}

fn duckdb(database: &Path) -> Value {
    json!({"type": "duckdb", "connection_params": {"database": database}})
}

/// A session that a stopped run did not wait for may still have the database file.
fn patiently(config: &Value) -> Box<dyn Session> {
    let engine = config["type"].as_str().unwrap();
    eventually("a session", || {
        match connect(engine, &config["connection_params"]) {
            Err(error) if error.class == ErrorClass::Transient => None,
            opened => Some(opened.unwrap()),
        }
    })
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&ServerSettings::default()))
}

fn csv(rows: &[Row]) -> String {
    let value = |value: Option<u8>| value.map(|it| it.to_string()).unwrap_or_default();
    let row = |row: &Row| format!("{},{}\n", value(row.a), value(row.b));
    let rows: String = rows.iter().map(row).collect();
    format!("a,b\n{rows}")
}

/// In place, by another file that takes the name, or in place with the times of before.
fn write_file(path: &Path, text: &str, random: &mut Rng) {
    match (random.u8(..3), fs::metadata(path)) {
        (0, Ok(_)) => {
            let new = path.with_extension("new");
            fs::write(&new, text).unwrap();
            fs::rename(&new, path).unwrap();
        }
        (1, Ok(before)) => {
            fs::write(path, text).unwrap();
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(before.modified().unwrap()).unwrap();
        }
        _ => fs::write(path, text).unwrap(),
    }
}

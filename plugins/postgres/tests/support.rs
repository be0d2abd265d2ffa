//! The server, and sessions of it.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use data_validator_harness::{Server, ServerSettings, Table, table};
use data_validator_plugin::{
    Call, Engine, EngineConfig, EngineError, ErrorClass, Relation, Session, Source, TableName,
};
use data_validator_postgres::Postgres;
use serde_json::{Map, Value, json};

/// The one server of this program.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&ServerSettings::default()))
}

pub fn native() -> Box<dyn Engine> {
    Box::new(Postgres)
}

/// The engine in all ways.
pub fn ways() -> Vec<(&'static str, Box<dyn Engine>)> {
    data_validator_harness::ways(native, "data-validator-postgres-library")
}

pub fn config(connection: &Value, options: &Value) -> EngineConfig {
    let map = |value: &Value| value.as_object().cloned().unwrap_or_else(Map::new);
    EngineConfig {
        connection: map(connection),
        options: map(options),
    }
}

/// A call with a number of its own.
pub fn call() -> Call {
    static OPERATIONS: AtomicU64 = AtomicU64::new(1_000_000);
    Call {
        operation: OPERATIONS.fetch_add(1, Ordering::Relaxed),
    }
}

/// A schema of a test's own.
pub struct Home {
    pub name: String,
    /// Roles that were made for it.
    roles: RefCell<Vec<String>>,
}

impl Home {
    /// A schema in which these statements were run.
    pub fn new(statements: &str) -> Self {
        static HOMES: AtomicU64 = AtomicU64::new(1);
        // A server that is there already may have those of other runs.
        let number = HOMES.fetch_add(1, Ordering::Relaxed);
        let name = format!("home_{}_{number}", std::process::id());
        let mut superuser = connect(&*native(), &json!({"url": server().url()})).unwrap();
        run(&mut *superuser, &format!("CREATE SCHEMA {name}"));
        let roles = RefCell::default();
        let home = Self { name, roles };
        home.run(statements);
        home
    }

    /// The settings of a session that finds this schema's tables.
    pub fn connection(&self) -> Value {
        self.connection_of(&server().url())
    }

    pub fn connection_of(&self, url: &str) -> Value {
        json!({
            "url": url,
            "options": format!("-c search_path={}", self.name),
            "publication_schema": self.name,
        })
    }

    /// Makes a role that can log in, with these options, whose name begins with this word; gives its name, and
    /// the settings of a session of its own.
    pub fn role(&self, word: &str, options: &str) -> (String, Value) {
        let role = format!("{word}_{}", self.name);
        let password = server().password_clause();
        self.run(&format!("CREATE ROLE {role} LOGIN {password} {options};"));
        self.roles.borrow_mut().push(role.clone());
        let mut connection = self.connection();
        connection["user"] = role.clone().into();
        (role, connection)
    }

    /// A session of this engine.
    pub fn session(&self, engine: &dyn Engine) -> Box<dyn Session> {
        connect(engine, &self.connection()).unwrap()
    }

    /// Runs statements, each ending with a semicolon at the end of a line.
    pub fn run(&self, statements: &str) {
        let mut session = self.session(&*native());
        for statement in statements.split(";\n").map(str::trim) {
            if !statement.trim_end_matches(';').is_empty() {
                run(&mut *session, statement);
            }
        }
    }

    /// One value, as another session sees it.
    pub fn value(&self, sql: &str) -> String {
        query(&mut *self.session(&*native()), sql)
            .unwrap()
            .value()
            .to_owned()
    }
}

/// A server that stays is left as it was.
impl Drop for Home {
    fn drop(&mut self) {
        if server().is_own() || std::thread::panicking() {
            return;
        }
        let mut superuser = connect(&*native(), &json!({"url": server().url()})).unwrap();
        run(
            &mut *superuser,
            &format!("DROP SCHEMA {} CASCADE", self.name),
        );
        for role in self.roles.take() {
            run(&mut *superuser, &format!("DROP OWNED BY {role}"));
            run(&mut *superuser, &format!("DROP ROLE {role}"));
        }
    }
}

pub fn connect(engine: &dyn Engine, connection: &Value) -> Result<Box<dyn Session>, EngineError> {
    engine.connect(&config(connection, &Value::Null), &call())
}

pub fn run(session: &mut dyn Session, sql: &str) {
    if let Err(error) = session.execute(sql, &call()) {
        panic!("{sql}: {error}");
    }
}

/// Runs a query to its end.
pub fn query(session: &mut dyn Session, sql: &str) -> Result<Table, EngineError> {
    let mut stream = session.query(sql, &call())?;
    table(&mut *stream)
}

pub fn value(session: &mut dyn Session, sql: &str) -> String {
    match query(session, sql) {
        Ok(table) => table.value().to_owned(),
        Err(error) => panic!("{sql}: {error}"),
    }
}

pub fn class_of<T>(result: Result<T, EngineError>) -> ErrorClass {
    result.err().expect("an error").class
}

pub fn named(table: &str) -> TableName {
    TableName {
        catalog: None,
        schema: None,
        table: table.into(),
    }
}

pub fn attach(session: &mut dyn Session, table: &str) -> Relation {
    session
        .attach(table, &Source::Table(named(table)), &call())
        .unwrap()
}

/// The number of the server's process for a session.
pub fn backend(session: &mut dyn Session) -> String {
    value(session, "SELECT pg_backend_pid()")
}

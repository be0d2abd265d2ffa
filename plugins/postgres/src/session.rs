//! One connection to a server, and what it is in the midst of.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_validator_plugin::{
    BatchStream, Call, Cancel, Dialect, Effect, EngineError, ErrorClass, Outcome, Publication,
    Relation, Schema, Session, SessionState, Source, TransactionState,
};
use tokio_postgres::Error;

use crate::cancel::{Canceller, Operations, Running};
use crate::config::Settings;
use crate::dialect::dialect;
use crate::error::of_statement;
use crate::link::Link;
use crate::open::{self, Opened};
use crate::stream::Stream;

pub struct PostgresSession {
    pub link: Link,
    pub settings: Settings,
    pub dialect: Dialect,
    pub operations: Arc<Operations>,
    pub transaction: Transaction,
    /// The sources by name.
    pub attached: BTreeMap<String, Attached>,
    /// Copies of rows that nobody reads any more, dropped where that is allowed.
    pub discarded: Vec<String>,
    /// How many copies of rows there were.
    pub copies: u64,
}

/// The transaction that the session is in.
#[derive(Debug, Default)]
pub enum Transaction {
    #[default]
    None,
    /// Of the sources that are attached: it reads one state of the data, and writes nothing.
    Reading,
    /// One that the host began.
    Writing {
        /// The error that made it useless.
        given_up: Option<(ErrorClass, String)>,
    },
}

/// A source of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attached {
    /// A relation of the database, by its name.
    Table(String),
    Query,
    /// A copy of rows that came from elsewhere, by its name.
    Copy(String),
}

impl PostgresSession {
    /// Opens a session and sets it up.
    pub fn open(settings: Settings) -> Result<Self, EngineError> {
        let Opened { link, route } = open::connect(&settings)?;
        let mut session = Self {
            link,
            settings,
            dialect: dialect(),
            operations: Operations::new(move || route.cancel()),
            transaction: Transaction::None,
            attached: BTreeMap::new(),
            discarded: Vec::new(),
            copies: 0,
        };
        session.configure()?;
        Ok(session)
    }

    /// The error of a statement in the state that the session is in now.
    pub fn failure(&mut self, error: &Error, sql: &str, running: &Running) -> EngineError {
        let mut found = of_statement(error, sql);
        if found.sqlstate.as_deref() == Some("57014") && running.is_cancelled() {
            found.class = ErrorClass::Cancelled;
            found.message = "the call was cancelled".into();
        }
        let is_reading = matches!(self.transaction, Transaction::Reading);
        if found.sqlstate.as_deref() == Some("25006") && is_reading {
            found.class = ErrorClass::InvalidSql;
            found.session = SessionState::Usable;
            found.message = format!("a query only reads here: {}", error_text(error));
        }
        self.mark(found)
    }

    /// Adds where the session and its transaction stand.
    pub fn mark(&mut self, mut error: EngineError) -> EngineError {
        if self.link.is_lost() {
            self.transaction = Transaction::None;
            error.session = SessionState::Broken;
        } else if error.session == SessionState::Unknown {
            error.session = SessionState::Usable;
        }
        if let Transaction::Writing { given_up } = &mut self.transaction {
            // What the server said of a statement spoils a transaction; what was refused before does not.
            if error.sqlstate.is_some() {
                given_up.get_or_insert((error.class, error.message.clone()));
            }
        }
        error.transaction = match &self.transaction {
            Transaction::None => TransactionState::None,
            Transaction::Reading | Transaction::Writing { given_up: None } => {
                TransactionState::Open
            }
            Transaction::Writing { given_up: Some(_) } => TransactionState::Aborted,
        };
        error
    }

    /// What is set in every session, so that a query means the same on every server.
    fn configure(&mut self) -> Result<(), EngineError> {
        let failed = |error| crate::error::engine_error(&error);
        self.link
            .run(&fixed_settings(self.settings.read_only))
            .map_err(failed)?;
        // So that the server notices that this program is gone while it runs a query; some systems cannot.
        let watch = "SELECT set_config(name, '10s', false) FROM pg_settings \
                     WHERE name = 'client_connection_check_interval'";
        if let Err(error) = self.link.run(watch)
            && error.as_db_error().is_none()
        {
            return Err(failed(error));
        }
        for (name, value) in self.settings.options.clone() {
            self.set_option(&name, &value)?;
        }
        self.check_wanted()
    }
}

fn error_text(error: &Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |told| told.message().to_owned())
}

/// Literals must not depend on the server: backslashes are no escapes, times without zone are UTC, and dates
/// are year, month, day. Compiling a query with very many counts takes longer than running it.
fn fixed_settings(read_only: bool) -> String {
    let read_only = match read_only {
        true => "SET default_transaction_read_only = on;",
        false => "",
    };
    format!(
        "SET standard_conforming_strings = on; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; \
         SET IntervalStyle = 'postgres'; SET jit = off; {read_only}"
    )
}

impl Session for PostgresSession {
    fn attach(
        &mut self,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        self.attach_source(name, source, call)
            .map_err(|error| error.context(format_args!("attaching '{name}'")))
    }

    fn schema(&mut self, relation: &Relation, call: &Call) -> Result<Schema, EngineError> {
        self.columns_of(relation, call)
    }

    fn data_version(
        &mut self,
        relation: &Relation,
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        self.version_of(relation, call)
    }

    fn query<'s>(
        &'s mut self,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        Ok(Box::new(Stream::start(self, sql, call)?))
    }

    fn ingest(
        &mut self,
        name: &str,
        rows: &mut dyn BatchStream,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        self.copy_in(name, rows, call)
            .map_err(|error| error.context(format_args!("copying the rows of '{name}'")))
    }

    fn detach(&mut self, name: &str, call: &Call) -> Result<(), EngineError> {
        let running = self.operations.begin(call)?;
        self.forget(name);
        if self.attached.is_empty() {
            self.end_reading(&running)?;
        }
        Ok(())
    }

    fn execute(&mut self, sql: &str, call: &Call) -> Result<Option<u64>, EngineError> {
        self.execute_one(sql, call)
    }

    fn begin(&mut self, call: &Call) -> Result<(), EngineError> {
        self.begin_writing(call)
            .map_err(|error| error.context("beginning a transaction"))
    }

    fn commit(&mut self, call: &Call) -> Result<(), EngineError> {
        self.commit_writing(call)
            .map_err(|error| error.context("committing the transaction"))
    }

    fn rollback(&mut self, call: &Call) -> Result<(), EngineError> {
        self.roll_back_writing(call)
            .map_err(|error| error.context("rolling the transaction back"))
    }

    fn publish(&mut self, publication: &Publication, call: &Call) -> Result<Outcome, EngineError> {
        self.publish_rows(publication, call)
            .map_err(|error| error.context(format_args!("publishing '{}'", publication.key)))
    }

    fn outcome(&mut self, key: &str, call: &Call) -> Result<Option<Outcome>, EngineError> {
        self.outcome_of(key, call)
            .map_err(|error| error.context(format_args!("looking up what became of '{key}'")))
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(Canceller(Arc::clone(&self.operations)))
    }
}

/// An error of a call that changed nothing.
pub fn without_effect(mut error: EngineError) -> EngineError {
    error.effect = Effect::None;
    error
}

//! The sessions of a case, by name, and what is asked in them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use data_validator_harness::table;
use data_validator_plugin::{Call, Engine, EngineConfig, EngineError, Session, Source};

use super::record::Record;
use crate::case::publication::table_name;
use crate::interpose::interposed;
use crate::suite::job::Job;

/// The rows of a query: values as text, or NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// Where tables are, by name.
pub type Sources = BTreeMap<String, Source>;

/// The engine, and its sessions that are open.
pub struct Sessions {
    pub engine: Arc<dyn Engine>,
    pub config: EngineConfig,
    /// What the engine was asked.
    pub record: Record,
    /// What other kinds of sessions are opened with, by name.
    kinds: BTreeMap<String, EngineConfig>,
    /// Where tables of the case are, by name; others are tables of the engine.
    pub sources: Sources,
    open: BTreeMap<String, Box<dyn Session>>,
}

impl Sessions {
    /// An engine, and no session yet.
    ///
    /// # Errors
    /// When the engine cannot be loaded, or its settings name what there is not.
    pub fn new(job: &Job) -> anyhow::Result<Self> {
        let config = job
            .places
            .config(&job.settings.connection, &job.settings.options)?;
        let mut sessions = Self::with_config(job, config)?;
        for (name, kind) in &job.sessions {
            let mut config = sessions.config.clone();
            let changes = job.places.config(&kind.connection, &kind.options)?;
            config.connection.extend(changes.connection);
            config.options.extend(changes.options);
            sessions.kinds.insert(name.clone(), config);
        }
        Ok(sessions)
    }

    /// The same with other settings than the job's.
    ///
    /// # Errors
    /// When the engine cannot be loaded.
    pub fn with_config(job: &Job, config: EngineConfig) -> anyhow::Result<Self> {
        let engine = job.engine.load()?.engine();
        let engine = engine
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("making the engine")?;
        let record = Record::default();
        Ok(Self {
            engine: interposed(engine, Arc::new(record.clone())),
            config,
            record,
            kinds: BTreeMap::new(),
            sources: Sources::new(),
            open: BTreeMap::new(),
        })
    }

    /// Sessions of that name are opened with these settings.
    pub fn add_kind(&mut self, name: &str, config: EngineConfig) {
        self.kinds.insert(name.to_owned(), config);
    }

    /// What a session of that name is opened with: that of its kind, if it is the name of one.
    pub fn config_of(&self, name: &str) -> &EngineConfig {
        self.kinds.get(name).unwrap_or(&self.config)
    }

    /// The session of that name, opened if it is not open.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&mut self, name: &str) -> Result<&mut dyn Session, EngineError> {
        if !self.open.contains_key(name) {
            let session = self.engine.connect(self.config_of(name), &call())?;
            self.open.insert(name.to_owned(), session);
        }
        match self.open.get_mut(name) {
            Some(session) => Ok(&mut **session),
            None => unreachable!("it was put in"),
        }
    }

    /// Makes a call in a session.
    ///
    /// # Errors
    /// The engine's.
    pub fn call<T>(
        &mut self,
        session: &str,
        ask: impl FnOnce(&mut dyn Session, &Call) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        ask(self.open(session)?, &call())
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// The engine's.
    pub fn execute(&mut self, session: &str, sql: &str) -> Result<Option<u64>, EngineError> {
        self.call(session, |session, call| session.execute(sql, call))
    }

    /// The rows of a query, in which `{NAME}` is a table.
    ///
    /// # Errors
    /// The engine's.
    pub fn rows(&mut self, session: &str, sql: &str) -> Result<Rows, EngineError> {
        let sources = std::mem::take(&mut self.sources);
        let rows = self.call(session, |session, call| rows(session, &sources, sql, call));
        self.sources = sources;
        rows
    }

    /// Where the table of that name is.
    pub fn source_of(&self, name: &str) -> Source {
        source_of(&self.sources, name)
    }

    /// A query with relations in the places of tables.
    ///
    /// # Errors
    /// The engine's.
    pub fn placed(&mut self, session: &str, sql: &str) -> Result<String, EngineError> {
        let sources = std::mem::take(&mut self.sources);
        let placed = self.call(session, |session, call| {
            placed(session, &sources, sql, call)
        });
        self.sources = sources;
        placed
    }

    /// The rows of a query that names no table of the case.
    ///
    /// # Errors
    /// The engine's.
    pub fn rows_as_written(&mut self, session: &str, sql: &str) -> Result<Rows, EngineError> {
        self.call(session, |session, call| {
            let mut stream = session.query(sql, call)?;
            Ok(table(&mut *stream)?.rows)
        })
    }

    pub fn close(&mut self, name: &str) {
        self.open.remove(name);
    }

    pub fn close_all(&mut self) {
        self.open.clear();
    }
}

/// The rows of a query in a session.
///
/// # Errors
/// The engine's.
pub fn rows(
    session: &mut dyn Session,
    sources: &Sources,
    sql: &str,
    first: &Call,
) -> Result<Rows, EngineError> {
    let text = placed(session, sources, sql, first)?;
    let mut stream = session.query(&text, &call())?;
    Ok(table(&mut *stream)?.rows)
}

/// A query with relations in the places of tables.
fn placed(
    session: &mut dyn Session,
    sources: &Sources,
    sql: &str,
    first: &Call,
) -> Result<String, EngineError> {
    let mut text = String::new();
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let source = source_of(sources, name);
        text.push_str(&session.attach(name, &source, first)?.sql);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// Where a table is: that of the case of this name, or else one of the engine.
fn source_of(sources: &Sources, name: &str) -> Source {
    let own = || Source::Table(table_name(name));
    sources.get(name).cloned().unwrap_or_else(own)
}

/// A call with a number of its own.
pub fn call() -> Call {
    // Beyond those of the host, which counts from 1.
    static OPERATIONS: AtomicU64 = AtomicU64::new(1 << 40);
    Call {
        operation: OPERATIONS.fetch_add(1, Ordering::Relaxed),
    }
}

//! A session behind the border.

use std::sync::Arc;

use super::answer;
use super::canceller::Cancellable;
use super::engine::ImportedEngine;
use super::stand_in;
use super::stream::ImportedStream;
use super::watched::Watched;
use crate::abi::arrow::ArrowArrayStream;
use crate::abi::call::DvCall;
use crate::abi::export::stream;
use crate::abi::table::{Ask, AskTwo, DvSession, Step};
use crate::abi::text::DvString;
use crate::engine::{BatchStream, Call, Cancel, Relation, Session};
use crate::error::EngineError;
use crate::publication::{Outcome, Publication};
use crate::schema::Schema;
use crate::source::Source;
use crate::statistics::Statistics;

/// What `session_open` gave, until it is dropped.
pub(super) struct ImportedSession {
    engine: ImportedEngine,
    session: *mut DvSession,
    cancellable: Arc<Cancellable>,
}

// SAFETY: by the header a session may be used from any thread, by one at a time.
unsafe impl Send for ImportedSession {}

impl ImportedSession {
    pub(super) fn new(engine: ImportedEngine, session: *mut DvSession) -> Self {
        Self {
            cancellable: Arc::new(Cancellable::new(engine.clone(), session)),
            engine,
            session,
        }
    }

    fn ask(
        &self,
        entry: &str,
        function: Ask,
        text: &str,
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        let call = DvCall::from(call);
        // SAFETY: the session is open; call and text live as long as the call.
        let asked = |out, error| unsafe {
            function(
                self.session,
                &raw const call,
                DvString::of(text),
                out,
                error,
            )
        };
        // SAFETY: text and error are written as the header says.
        unsafe { answer::text(entry, asked) }
    }

    /// Runs a function that gives nothing.
    fn step(&self, entry: &str, function: Step, call: &Call) -> Result<(), EngineError> {
        let call = DvCall::from(call);
        // SAFETY: the session is open, and the call lives as long as the call.
        let done = |error| unsafe { function(self.session, &raw const call, error) };
        // SAFETY: an error is written as the header says.
        unsafe { answer::done(entry, done) }
    }

    fn ask_two(
        &self,
        entry: &str,
        function: AskTwo,
        texts: [&str; 2],
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        let call = DvCall::from(call);
        let [first, second] = texts.map(DvString::of);
        // SAFETY: the session is open; call and texts live as long as the call.
        let asked = |out, error| unsafe {
            function(self.session, &raw const call, first, second, out, error)
        };
        // SAFETY: text and error are written as the header says.
        unsafe { answer::text(entry, asked) }
    }
}

impl Drop for ImportedSession {
    fn drop(&mut self) {
        self.cancellable.close();
        // SAFETY: the session is open, its streams borrow it and so are released, nobody can cancel its
        // calls any more, and this happens once.
        unsafe { (self.engine.open.functions.session_close)(self.session) }
    }
}

impl Session for ImportedSession {
    fn attach(
        &mut self,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        let Some(attach) = self.engine.open.functions.table.attach else {
            return stand_in::attach(&self.engine.description.dialect, name, source);
        };
        let source = answer::json(&format!("the source '{name}'"), source)?;
        let sql = self.ask_two("attach", attach, [name, &source], call)?;
        let sql = answer::some("attach", sql)?;
        Ok(Relation { sql })
    }

    fn schema(&mut self, relation: &Relation, call: &Call) -> Result<Schema, EngineError> {
        let Some(table_schema) = self.engine.open.functions.table.table_schema else {
            return stand_in::schema(self, relation, call);
        };
        let schema = self.ask("table_schema", table_schema, &relation.sql, call)?;
        answer::read("table_schema", &answer::some("table_schema", schema)?)
    }

    fn data_version(
        &mut self,
        relation: &Relation,
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        match self.engine.open.functions.table.data_version {
            Some(data_version) => self.ask("data_version", data_version, &relation.sql, call),
            None => Ok(None),
        }
    }

    fn statistics(
        &mut self,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Statistics>, EngineError> {
        let Some(statistics) = self.engine.open.functions.table.statistics else {
            return Ok(None);
        };
        let columns = answer::json("the columns", &columns)?;
        self.ask_two("statistics", statistics, [&relation.sql, &columns], call)?
            .map(|exact| answer::read("statistics", &exact))
            .transpose()
    }

    fn materialise(
        &mut self,
        name: &str,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Relation>, EngineError> {
        let Some(materialise) = self.engine.open.functions.table.materialise else {
            return Ok(None);
        };
        let columns = answer::json("the columns", &columns)?;
        let [name, relation, columns] = [name, &relation.sql, &columns].map(DvString::of);
        let call = DvCall::from(call);
        // SAFETY: the session is open; call and texts live as long as the call.
        let asked = |out, error| unsafe {
            materialise(
                self.session,
                &raw const call,
                name,
                relation,
                columns,
                out,
                error,
            )
        };
        // SAFETY: text and error are written as the header says.
        let copy = unsafe { answer::text("materialise", asked) }?;
        Ok(copy.map(|sql| Relation { sql }))
    }

    fn ingest(
        &mut self,
        name: &str,
        rows: &mut dyn BatchStream,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        let Some(ingest) = self.engine.open.functions.table.ingest else {
            return Err(EngineError::cannot_ingest(name));
        };
        let mut watched = Watched::new(rows);
        let copied = {
            // SAFETY: the plugin releases what it moved out before it returns, and the rest goes here.
            let mut rows = unsafe { stream::lend(&mut watched) };
            let call = DvCall::from(call);
            // SAFETY: the session is open; call, name and rows live as long as the call.
            let asked = |out, error| unsafe {
                let name = DvString::of(name);
                ingest(
                    self.session,
                    &raw const call,
                    name,
                    &raw mut rows,
                    out,
                    error,
                )
            };
            // SAFETY: text and error are written as the header says.
            unsafe { answer::text("ingest", asked) }
        };
        match (copied, watched.failure) {
            // The plugin knows only the text of what went wrong on this side.
            (Err(_), Some(failure)) => Err(failure),
            (copied, _) => Ok(Relation {
                sql: answer::some("ingest", copied?)?,
            }),
        }
    }

    fn detach(&mut self, name: &str, call: &Call) -> Result<(), EngineError> {
        let Some(detach) = self.engine.open.functions.table.detach else {
            return Ok(());
        };
        let (call, name) = (DvCall::from(call), DvString::of(name));
        // SAFETY: the session is open; call and name live as long as the call.
        let done = |error| unsafe { detach(self.session, &raw const call, name, error) };
        // SAFETY: an error is written as the header says.
        unsafe { answer::done("detach", done) }
    }

    fn query<'s>(
        &'s mut self,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        let query = self.engine.open.functions.query;
        let call = DvCall::from(call);
        let mut stream = ArrowArrayStream::empty();
        // SAFETY: the session is open; call and statement live as long as the call, and the stream is empty.
        let begun = |error| unsafe {
            query(
                self.session,
                &raw const call,
                DvString::of(sql),
                &raw mut stream,
                error,
            )
        };
        // SAFETY: an error is written as the header says.
        unsafe { answer::done("query", begun) }?;
        let stream_error = self.engine.open.functions.table.stream_error;
        Ok(Box::new(ImportedStream::new(stream, stream_error)?))
    }

    fn publish(&mut self, publication: &Publication, call: &Call) -> Result<Outcome, EngineError> {
        let Some(publish) = self.engine.open.functions.table.publish else {
            return Err(EngineError::cannot_publish(&publication.key));
        };
        let publication = answer::json("the publication", publication)?;
        let outcome = self.ask("publish", publish, &publication, call)?;
        answer::read("publish", &answer::some("publish", outcome)?)
    }

    fn outcome(&mut self, key: &str, call: &Call) -> Result<Option<Outcome>, EngineError> {
        let Some(outcome) = self.engine.open.functions.table.outcome else {
            return Err(EngineError::cannot_publish(key));
        };
        self.ask("outcome", outcome, key, call)?
            .map(|outcome| answer::read("outcome", &outcome))
            .transpose()
    }

    fn execute(&mut self, sql: &str, call: &Call) -> Result<Option<u64>, EngineError> {
        let Some(execute) = self.engine.open.functions.table.execute else {
            return Err(EngineError::cannot_execute());
        };
        let (call, sql) = (DvCall::from(call), DvString::of(sql));
        let mut changed = -1;
        // SAFETY: the session is open; call and statement live as long as the call.
        let done =
            |error| unsafe { execute(self.session, &raw const call, sql, &raw mut changed, error) };
        // SAFETY: number and error are written as the header says.
        unsafe { answer::done("execute", done) }?;
        Ok(u64::try_from(changed).ok())
    }

    fn begin(&mut self, call: &Call) -> Result<(), EngineError> {
        match self.engine.open.functions.table.begin {
            Some(begin) => self.step("begin", begin, call),
            None => Err(EngineError::has_no_transactions("beginning")),
        }
    }

    fn commit(&mut self, call: &Call) -> Result<(), EngineError> {
        match self.engine.open.functions.table.commit {
            Some(commit) => self.step("commit", commit, call),
            None => Err(EngineError::has_no_transactions("committing")),
        }
    }

    fn rollback(&mut self, call: &Call) -> Result<(), EngineError> {
        match self.engine.open.functions.table.rollback {
            Some(rollback) => self.step("rollback", rollback, call),
            None => Err(EngineError::has_no_transactions("rolling back")),
        }
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(Arc::clone(&self.cancellable))
    }
}

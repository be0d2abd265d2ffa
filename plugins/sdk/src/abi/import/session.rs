//! A session behind the border.

use std::sync::Arc;

use super::answer;
use super::canceller::Cancellable;
use super::engine::ImportedEngine;
use super::stand_in;
use super::stream::ImportedStream;
use crate::abi::arrow::ArrowArrayStream;
use crate::abi::call::DvCall;
use crate::abi::table::{Ask, AskTwo, DvSession};
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
        Ok(Box::new(ImportedStream::new(self, stream, stream_error)?))
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

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(Arc::clone(&self.cancellable))
    }
}

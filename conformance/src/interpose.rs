//! An engine with something in between, which sees each call and may do it otherwise.

use std::sync::Arc;

use data_validator_plugin::{
    BatchStream, Call, Cancel, Description, Engine, EngineConfig, EngineError, Outcome,
    Publication, Relation, Schema, Session, Source, Statistics,
};

/// What stands between the host and an engine. A method that is left out lets the call through.
pub trait Interpose: Send + Sync {
    fn describe(&self, described: Description) -> Description {
        described
    }

    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        engine.connect(config, call)
    }

    fn attach(
        &self,
        session: &mut dyn Session,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        session.attach(name, source, call)
    }

    fn data_version(
        &self,
        session: &mut dyn Session,
        relation: &Relation,
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        session.data_version(relation, call)
    }

    fn query<'s>(
        &self,
        session: &'s mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        session.query(sql, call)
    }

    fn execute(
        &self,
        session: &mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Option<u64>, EngineError> {
        session.execute(sql, call)
    }

    fn begin(&self, session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
        session.begin(call)
    }

    fn commit(&self, session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
        session.commit(call)
    }

    fn rollback(&self, session: &mut dyn Session, call: &Call) -> Result<(), EngineError> {
        session.rollback(call)
    }

    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        session.publish(publication, call)
    }

    fn outcome(
        &self,
        session: &mut dyn Session,
        key: &str,
        call: &Call,
    ) -> Result<Option<Outcome>, EngineError> {
        session.outcome(key, call)
    }

    fn canceller(&self, session: &dyn Session) -> Box<dyn Cancel> {
        session.canceller()
    }

    /// The session is about to end.
    fn close(&self, _session: &mut dyn Session) {}
}

/// The engine with that in between.
pub fn interposed(engine: Arc<dyn Engine>, between: Arc<dyn Interpose>) -> Arc<dyn Engine> {
    Arc::new(Interposed { engine, between })
}

struct Interposed {
    engine: Arc<dyn Engine>,
    between: Arc<dyn Interpose>,
}

struct InterposedSession {
    session: Box<dyn Session>,
    between: Arc<dyn Interpose>,
}

impl Engine for Interposed {
    fn describe(&self) -> Description {
        self.between.describe(self.engine.describe())
    }

    fn connect(&self, config: &EngineConfig, call: &Call) -> Result<Box<dyn Session>, EngineError> {
        Ok(Box::new(InterposedSession {
            session: self.between.connect(&*self.engine, config, call)?,
            between: Arc::clone(&self.between),
        }))
    }
}

impl Drop for InterposedSession {
    fn drop(&mut self) {
        self.between.close(&mut *self.session);
    }
}

impl Session for InterposedSession {
    fn attach(
        &mut self,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        self.between.attach(&mut *self.session, name, source, call)
    }

    fn schema(&mut self, relation: &Relation, call: &Call) -> Result<Schema, EngineError> {
        self.session.schema(relation, call)
    }

    fn statistics(
        &mut self,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Statistics>, EngineError> {
        self.session.statistics(relation, columns, call)
    }

    fn materialise(
        &mut self,
        name: &str,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Relation>, EngineError> {
        self.session.materialise(name, relation, columns, call)
    }

    fn ingest(
        &mut self,
        name: &str,
        rows: &mut dyn BatchStream,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        self.session.ingest(name, rows, call)
    }

    fn detach(&mut self, name: &str, call: &Call) -> Result<(), EngineError> {
        self.session.detach(name, call)
    }

    fn data_version(
        &mut self,
        relation: &Relation,
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        self.between
            .data_version(&mut *self.session, relation, call)
    }

    fn query<'s>(
        &'s mut self,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        self.between.query(&mut *self.session, sql, call)
    }

    fn execute(&mut self, sql: &str, call: &Call) -> Result<Option<u64>, EngineError> {
        self.between.execute(&mut *self.session, sql, call)
    }

    fn begin(&mut self, call: &Call) -> Result<(), EngineError> {
        self.between.begin(&mut *self.session, call)
    }

    fn commit(&mut self, call: &Call) -> Result<(), EngineError> {
        self.between.commit(&mut *self.session, call)
    }

    fn rollback(&mut self, call: &Call) -> Result<(), EngineError> {
        self.between.rollback(&mut *self.session, call)
    }

    fn publish(&mut self, publication: &Publication, call: &Call) -> Result<Outcome, EngineError> {
        self.between.publish(&mut *self.session, publication, call)
    }

    fn outcome(&mut self, key: &str, call: &Call) -> Result<Option<Outcome>, EngineError> {
        self.between.outcome(&mut *self.session, key, call)
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        self.between.canceller(&*self.session)
    }
}

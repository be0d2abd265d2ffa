//! Engines whose errors mislead.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use data_validator_plugin::{
    ArrowArray, ArrowSchema, BatchStream, Call, Engine, EngineConfig, EngineError, ErrorClass,
    Outcome, Publication, Relation, Session, Source,
};

use super::Mutant;
use crate::interpose::Interpose;

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "retries_by_itself",
        wrong: "it tries again until it succeeds, so that the host's time limit does not hold",
        engine: "duckdb",
        caught_by: "retry/a_query_waits_for_the_engine",
        make: || Arc::new(RetriesByItself),
    },
    Mutant {
        name: "calls_a_passing_fault_a_defect",
        wrong: "its errors of a fault that passes have the class 'internal', which nobody retries",
        engine: "duckdb",
        caught_by: "retry/a_publication_waits_for_the_engine",
        make: || {
            Arc::new(Tells(|error| {
                reclassed(error, passes, ErrorClass::Internal)
            }))
        },
    },
    Mutant {
        name: "calls_a_timeout_a_cancel",
        wrong: "when its own time limit is reached, it says that the host cancelled",
        engine: "postgres",
        caught_by: "errors/a_time_limit_is_no_cancel",
        make: || {
            let is_timeout = |class| class == ErrorClass::Timeout;
            Arc::new(Tells(move |error| {
                reclassed(error, is_timeout, ErrorClass::Cancelled)
            }))
        },
    },
    Mutant {
        name: "calls_all_invalid",
        wrong: "its errors have the class 'invalid_sql', whatever the cause",
        engine: "duckdb",
        caught_by: "errors/a_table_that_is_not_there",
        make: || {
            Arc::new(Tells(|error| {
                reclassed(error, |_| true, ErrorClass::InvalidSql)
            }))
        },
    },
    Mutant {
        name: "leaks_the_password",
        wrong: "it shows the settings of a connection that fails, with the password",
        engine: "postgres",
        caught_by: "security/secrets_are_in_no_error",
        make: || Arc::new(LeaksThePassword),
    },
    Mutant {
        name: "runs_many_statements",
        wrong: "it runs all statements of a text, and gives the rows of the last",
        engine: "duckdb",
        caught_by: "errors/two_statements_are_none",
        make: || Arc::new(RunsManyStatements),
    },
];

struct RetriesByItself;

impl Interpose for RetriesByItself {
    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        loop {
            match engine.connect(config, call) {
                Err(error) if passes(error.class) => thread::sleep(Duration::from_millis(50)),
                ended => return ended,
            }
        }
    }
}

struct LeaksThePassword;

impl Interpose for LeaksThePassword {
    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        engine.connect(config, call).map_err(|mut error| {
            error.message = format!("{}, with {:?}", error.message, config.connection);
            error
        })
    }
}

struct RunsManyStatements;

impl Interpose for RunsManyStatements {
    fn query<'s>(
        &self,
        session: &'s mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        let statements = sql
            .split(';')
            .filter(|statement| !statement.trim().is_empty());
        let statements: Vec<&str> = statements.collect();
        match statements[..] {
            [_, .., last] if last.contains("SELECT") => session.query(last, call),
            _ => session.query(sql, call),
        }
    }
}

/// Tells each error in another way.
struct Tells<T>(T);

impl<T: Fn(EngineError) -> EngineError + Send + Sync> Interpose for Tells<T> {
    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        engine.connect(config, call).map_err(&self.0)
    }

    fn attach(
        &self,
        session: &mut dyn Session,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        session.attach(name, source, call).map_err(&self.0)
    }

    fn query<'s>(
        &self,
        session: &'s mut dyn Session,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        match session.query(sql, call) {
            // Most errors come out of the call; what comes later does so after the first batch is asked for.
            Ok(rows) => first_asked_for(rows).map_err(&self.0),
            Err(error) => Err((self.0)(error)),
        }
    }

    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        session.publish(publication, call).map_err(&self.0)
    }
}

/// Rows of which the first batch is there already.
struct Begun<'s> {
    rows: Box<dyn BatchStream + 's>,
    first: Option<Option<ArrowArray>>,
}

fn first_asked_for<'s>(
    mut rows: Box<dyn BatchStream + 's>,
) -> Result<Box<dyn BatchStream + 's>, EngineError> {
    let first = Some(rows.next()?);
    Ok(Box::new(Begun { rows, first }))
}

impl BatchStream for Begun<'_> {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        self.rows.schema()
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        match self.first.take() {
            Some(first) => Ok(first),
            None => self.rows.next(),
        }
    }
}

fn reclassed(
    mut error: EngineError,
    is_meant: fn(ErrorClass) -> bool,
    class: ErrorClass,
) -> EngineError {
    if is_meant(error.class) {
        error.class = class;
    }
    error
}

/// Whether the host tries again after an error of the class.
fn passes(class: ErrorClass) -> bool {
    matches!(
        class,
        ErrorClass::Transient | ErrorClass::Conflict | ErrorClass::Unavailable
    )
}

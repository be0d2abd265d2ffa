//! Engines whose errors mislead.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use data_validator_plugin::{
    Call, Engine, EngineConfig, EngineError, ErrorClass, Outcome, Publication, Session,
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
        make: || Arc::new(CallsAPassingFaultADefect),
    },
    Mutant {
        name: "calls_all_invalid",
        wrong: "its errors have the class 'invalid_sql', whatever the cause",
        engine: "duckdb",
        caught_by: "state/a_refused_publication_leaves_nothing",
        make: || Arc::new(CallsAllInvalid),
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

struct CallsAPassingFaultADefect;

impl CallsAPassingFaultADefect {
    fn told(mut error: EngineError) -> EngineError {
        if passes(error.class) {
            error.class = ErrorClass::Internal;
        }
        error
    }
}

impl Interpose for CallsAPassingFaultADefect {
    fn connect(
        &self,
        engine: &dyn Engine,
        config: &EngineConfig,
        call: &Call,
    ) -> Result<Box<dyn Session>, EngineError> {
        engine.connect(config, call).map_err(Self::told)
    }

    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        session.publish(publication, call).map_err(Self::told)
    }
}

struct CallsAllInvalid;

impl Interpose for CallsAllInvalid {
    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        session.publish(publication, call).map_err(|mut error| {
            error.class = ErrorClass::InvalidSql;
            error
        })
    }
}

/// Whether the host tries again after an error of the class.
fn passes(class: ErrorClass) -> bool {
    matches!(
        class,
        ErrorClass::Transient | ErrorClass::Conflict | ErrorClass::Unavailable
    )
}

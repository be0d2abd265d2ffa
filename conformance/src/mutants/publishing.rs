//! Engines that publish twice, in parts, or under a right that is another's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use data_validator_plugin::{Call, EngineError, Outcome, Publication, Session};

use super::Mutant;
use crate::interpose::Interpose;

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "ignores_keys",
        wrong: "it publishes again under a key that was published, and leaves a second row",
        engine: "duckdb",
        caught_by: "idempotency/a_publication_repeated_leaves_one_row",
        make: || Arc::new(IgnoresKeys::default()),
    },
    Mutant {
        name: "forgets_what_it_published",
        wrong: "asked what became of a publication, it says that there was none",
        engine: "duckdb",
        caught_by: "retry/a_publication_waits_for_the_engine",
        make: || Arc::new(SaysOfAll(None)),
    },
    Mutant {
        name: "says_published_of_all",
        wrong: "asked what became of a publication, it says 'published' whatever it is asked",
        engine: "datafusion",
        caught_by: "state/a_refused_publication_leaves_nothing",
        make: || Arc::new(SaysOfAll(Some(Outcome::Published))),
    },
    Mutant {
        name: "ignores_fences",
        wrong: "it lets a writer publish that was replaced",
        engine: "datafusion",
        caught_by: "state/a_writer_that_was_replaced_is_kept_out",
        make: || Arc::new(IgnoresFences),
    },
    Mutant {
        name: "publishes_tables_apart",
        wrong: "it publishes each table in a step of its own, so that rows of the quarantine can be seen without \
                their result",
        engine: "duckdb",
        caught_by: "state/readers_see_whole_publications",
        make: || Arc::new(PublishesTablesApart),
    },
    Mutant {
        name: "deletes_nothing",
        wrong: "it adds rows that should take the place of others",
        engine: "duckdb",
        caught_by: "idempotency/replaced_rows_are_replaced_once",
        make: || Arc::new(DeletesNothing),
    },
];

#[derive(Default)]
struct IgnoresKeys(AtomicU64);

impl Interpose for IgnoresKeys {
    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        let time = self.0.fetch_add(1, Ordering::Relaxed);
        let mut publication = publication.clone();
        publication.key = format!("{} {time}", publication.key);
        session.publish(&publication, call)
    }
}

struct SaysOfAll(Option<Outcome>);

impl Interpose for SaysOfAll {
    fn outcome(
        &self,
        _session: &mut dyn Session,
        _key: &str,
        _call: &Call,
    ) -> Result<Option<Outcome>, EngineError> {
        Ok(self.0.clone())
    }
}

struct IgnoresFences;

impl Interpose for IgnoresFences {
    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        let mut publication = publication.clone();
        publication.fence = None;
        session.publish(&publication, call)
    }
}

struct PublishesTablesApart;

impl Interpose for PublishesTablesApart {
    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        let mut last = publication.clone();
        while last.tables.len() > 1 {
            let first = last.tables.remove(0);
            let part = Publication {
                key: format!("{} {}", last.key, first.table.table),
                tables: vec![first],
                ..last.clone()
            };
            session.publish(&part, call)?;
        }
        session.publish(&last, call)
    }
}

struct DeletesNothing;

impl Interpose for DeletesNothing {
    fn publish(
        &self,
        session: &mut dyn Session,
        publication: &Publication,
        call: &Call,
    ) -> Result<Outcome, EngineError> {
        let mut publication = publication.clone();
        for table in &mut publication.tables {
            table.delete = data_validator_plugin::Rows::default();
        }
        session.publish(&publication, call)
    }
}

//! Steps that publish in this process.

use std::thread;

use data_validator::engines::connection::Connection;
use data_validator_plugin::{EngineError, ErrorClass, Outcome, Publication, Session};

use super::sessions::call;
use super::trouble::{Done, Trouble, fail, unexpected};
use super::{Performance, away, expectation};
use crate::case::publication::PublicationTemplate;
use crate::case::step::publishing::{AskOutcome, AtOnce, Meanwhile, Publish, Published};

/// A writer that others get in the way of gives up after so many attempts.
const ATTEMPTS: u32 = 10_000;

impl Performance<'_> {
    pub(super) fn publish(&mut self, publish: &Publish) -> Done {
        let publication = self.numbered(&publish.publication, publish.n)?;
        for _ in 0..publish.times {
            let published = match publish.retried {
                false => self.sessions.call(&publish.session, |session, call| {
                    session.publish(&publication, call)
                }),
                true => away::retried(&mut self.connection(), &|_| (), |connection, limits| {
                    connection.publish(&publication, limits)
                })
                .map(|(outcome, _)| outcome),
            };
            of_publication(publish, published)?;
        }
        Ok(())
    }

    pub(super) fn outcome(&mut self, asked: &AskOutcome) -> Done {
        let key = self.template(&asked.publication)?.key_numbered(asked.n);
        let answer = self
            .sessions
            .call(&asked.session, |session, call| session.outcome(&key, call))
            .map_err(|error| unexpected(&error))?;
        same(asked.gives, answer.as_ref())
    }

    pub(super) fn at_once(&mut self, at_once: &AtOnce) -> Done {
        let publication = self.numbered(&at_once.publication, 1)?;
        let sessions = (0..at_once.sessions)
            .map(|_| self.sessions.engine.connect(&self.sessions.config, &call()));
        let sessions: Vec<Box<dyn Session>> = sessions
            .collect::<Result<_, _>>()
            .map_err(|error| unexpected(&error))?;
        let ended: Vec<_> = thread::scope(|scope| {
            let writers: Vec<_> = sessions
                .into_iter()
                .map(|mut session| {
                    let publication = &publication;
                    scope.spawn(move || publish_among_others(&mut *session, publication))
                })
                .collect();
            writers
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect()
        });
        for ended in ended {
            let Ok(ended) = ended else {
                return fail("a publication panics");
            };
            let outcome = ended.map_err(|error| unexpected(&error))?;
            same(Published::Published, Some(&outcome))?;
        }
        Ok(())
    }

    pub(super) fn meanwhile(&mut self, meanwhile: &Meanwhile) -> Done {
        let template = self.template(&meanwhile.publication)?.clone();
        let connected = self.sessions.engine.connect(&self.sessions.config, &call());
        let mut session = connected.map_err(|error| unexpected(&error))?;
        let times = meanwhile.times;
        thread::scope(|scope| {
            let writer = scope.spawn(move || -> Done {
                for n in 1..=times {
                    let published = publish_among_others(&mut *session, &template.numbered(n)?);
                    let outcome = published.map_err(|error| unexpected(&error))?;
                    same(Published::Published, Some(&outcome))?;
                }
                Ok(())
            });
            let always = &meanwhile.always;
            let mut looked = Ok(());
            while looked.is_ok() && !writer.is_finished() {
                looked =
                    expectation::of_query(always, self.sessions.rows(&always.session, &always.sql));
            }
            let written = writer
                .join()
                .unwrap_or_else(|_| fail("a publication panics"));
            looked.and(written.map_err(|trouble| trouble.at("publishing")))
        })
    }

    pub(super) fn template(&self, name: &str) -> Done<&PublicationTemplate> {
        let found = self.case.body.publications.get(name);
        found.ok_or_else(|| Trouble::Error(format!("there is no publication '{name}'")))
    }

    pub(super) fn numbered(&self, name: &str, n: u64) -> Done<Publication> {
        Ok(self.template(name)?.numbered(n)?)
    }

    /// The host's way to the engine, with its retry loop.
    pub(super) fn connection(&self) -> Connection {
        away::connection(&self.sessions)
    }
}

/// What a publication came to is what the step says.
pub(super) fn of_publication(publish: &Publish, came: Result<Outcome, EngineError>) -> Done {
    match (&publish.fails, publish.gives) {
        (Some(failure), _) => expectation::of_failure(failure, came.map(drop)),
        (None, Some(Published::Anything)) => Ok(()),
        (None, gives) => {
            let outcome = came.map_err(|error| unexpected(&error))?;
            same(gives.unwrap_or(Published::Published), Some(&outcome))
        }
    }
}

/// Publishes, again where another writer is in the way, as the interface allows.
fn publish_among_others(
    session: &mut dyn Session,
    publication: &Publication,
) -> Result<Outcome, EngineError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match session.publish(publication, &call()) {
            Err(error)
                if matches!(error.class, ErrorClass::Conflict | ErrorClass::Transient)
                    && attempts < ATTEMPTS => {}
            ended => return ended,
        }
    }
}

fn same(expected: Published, came: Option<&Outcome>) -> Done {
    let came = match came {
        None => Published::Nothing,
        Some(Outcome::Published) => Published::Published,
        Some(Outcome::Fenced { .. }) => Published::Fenced,
        Some(other) => return fail(format!("the answer is {other:?}")),
    };
    if came == expected {
        return Ok(());
    }
    fail(format!("the answer is {came:?} in place of {expected:?}"))
}

//! A query in several sessions at the same time.

use std::thread;

use data_validator_plugin::Session;

use super::sessions::{call, rows};
use super::trouble::{Done, fail, unexpected};
use super::{Performance, expectation};
use crate::case::step::session::SideBySide;

impl Performance<'_> {
    pub(super) fn side_by_side(&mut self, side_by_side: &SideBySide) -> Done {
        let (engine, config) = (&self.sessions.engine, &self.sessions.config);
        let sessions = (0..side_by_side.sessions).map(|_| engine.connect(config, &call()));
        let sessions: Vec<Box<dyn Session>> = sessions
            .collect::<Result<_, _>>()
            .map_err(|error| unexpected(&error))?;
        let (query, sources) = (&side_by_side.query, &self.sessions.sources);
        let ended: Vec<_> = thread::scope(|scope| {
            let readers: Vec<_> = sessions
                .into_iter()
                .map(|mut session| {
                    scope.spawn(move || -> Done {
                        for _ in 0..side_by_side.times {
                            let rows = rows(&mut *session, sources, &query.sql, &call());
                            expectation::of_query(query, rows)?;
                        }
                        Ok(())
                    })
                })
                .collect();
            let readers = readers.into_iter();
            readers.map(thread::ScopedJoinHandle::join).collect()
        });
        for ended in ended {
            ended.unwrap_or_else(|_| fail("a query panics"))?;
        }
        Ok(())
    }
}

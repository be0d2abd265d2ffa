//! Validates tables side by side, each worker with sessions of its own.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Instant;

use jiff::Timestamp;

use super::others;
use super::planning::PlanOptions;
use super::reach::Reach;
use super::result::Summary;
use super::settings::Progress;
use super::table::{self, Means};
use crate::config::{Config, Rule, Table};
use crate::engines::connection::Limits;
use crate::engines::connections::Connections;
use crate::interrupt::Interrupt;
use crate::state::RunState;

/// What is to be validated, and how.
pub struct Work<'a> {
    pub config: &'a Config,
    pub tables: &'a [(&'a Table, Vec<&'a Rule>)],
    pub plan: PlanOptions,
    /// Failing rows to show of each rule, in place of what its table says.
    pub samples: Option<u32>,
    pub interrupt: &'a Interrupt,
    pub deadline: Option<Instant>,
    /// The moment that counts as now.
    pub now: Timestamp,
    /// `None` where no state is kept.
    pub state: Option<&'a RwLock<RunState>>,
}

/// What a worker tells, with the number of the table.
enum Event {
    Started(usize),
    Waits(String),
    Finished(usize, Box<Summary>),
}

/// Validates all tables, each by the next worker that is free; gives the summaries in their order.
///
/// There are as many workers as connections.
pub fn validate_all(
    work: &Work<'_>,
    connections: &mut [Connections],
    progress: &mut dyn FnMut(Progress<'_>),
) -> Vec<Summary> {
    let next = AtomicUsize::new(0);
    let mut summaries: Vec<Option<Summary>> = work.tables.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let (events, told) = channel();
        for connections in connections {
            let (events, next) = (events.clone(), &next);
            scope.spawn(move || work.take_tables(connections, next, &events));
        }
        drop(events);
        for event in told {
            match event {
                Event::Started(index) => {
                    let (table, rules) = &work.tables[index];
                    let rules = rules.len();
                    progress(Progress::Started { table, rules });
                }
                Event::Waits(why) => progress(Progress::Waits(&why)),
                Event::Finished(index, summary) => {
                    progress(Progress::Finished { summary: &summary });
                    summaries[index] = Some(*summary);
                }
            }
        }
    });
    summaries.into_iter().flatten().collect()
}

impl Work<'_> {
    fn take_tables(
        &self,
        connections: &mut Connections,
        next: &AtomicUsize,
        events: &Sender<Event>,
    ) {
        // Nobody listens any more only if the caller panicked, and then nothing is left to tell.
        let tell = |event| drop(events.send(event));
        let secrets = &self.config.secrets;
        let limits = Limits {
            interrupt: self.interrupt,
            deadline: self.deadline,
            told: &|why| tell(Event::Waits(secrets.redact(why).into_owned())),
        };
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((table, rules)) = self.tables.get(index) else {
                return;
            };
            tell(Event::Started(index));
            let summary = self.validate(connections, limits, table, rules);
            tell(Event::Finished(index, Box::new(summary.redacted(secrets))));
        }
    }

    fn validate(
        &self,
        connections: &mut Connections,
        limits: Limits<'_>,
        table: &Table,
        rules: &[&Rule],
    ) -> Summary {
        if let Some(signal) = limits.interrupt.requested() {
            return table::unjudged(table, rules, &format!("stopped by {}", signal.as_str()));
        }
        let mut connection = match connections.take(&table.engine, self.config) {
            Ok(connection) => connection,
            Err(error) => return table::unjudged(table, rules, &error.message),
        };
        let mut reach = Reach {
            connection: &mut connection,
            elsewhere: connections,
        };
        let means = Means {
            config: self.config,
            reach: &mut reach,
            limits,
            plan: self.plan,
            samples: self.samples,
            now: self.now,
            state: self.state,
        };
        let summary = table::validate(means, table, rules);
        others::detach(&mut reach, self.config, table, rules);
        connection.detach(&table.name);
        connections.put_back(connection);
        summary
    }
}

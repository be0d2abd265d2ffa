//! What became of a transaction whose COMMIT was not answered.

use std::thread;
use std::time::{Duration, Instant};

use tokio_postgres::types::Type;

use crate::link::Link;
use crate::open;
use crate::session::PostgresSession;

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Committed,
    Aborted,
    /// The server cannot be asked, or no longer knows.
    Unknown,
}

/// The server finds out only after a while that a connection broke; until then the transaction goes on.
const PATIENCE: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_millis(20);

impl PostgresSession {
    /// Asks on a new connection how the transaction of that number ended.
    pub fn settle(&self, number: &str) -> Settled {
        match open::connect(&self.settings) {
            Ok(mut opened) => ask(&mut opened.link, number),
            Err(_) => Settled::Unknown,
        }
    }
}

fn ask(link: &mut Link, number: &str) -> Settled {
    const SQL: &str = "SELECT pg_xact_status($1::text::xid8)";
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let Ok(rows) = link.rows(SQL, &[(&number, Type::TEXT)]) else {
            return Settled::Unknown;
        };
        let status: Option<String> = rows.first().and_then(|row| row.try_get(0).ok().flatten());
        match status.as_deref() {
            Some("committed") => return Settled::Committed,
            Some("aborted") => return Settled::Aborted,
            Some("in progress") => thread::sleep(ASK_AGAIN),
            _ => return Settled::Unknown,
        }
    }
    Settled::Unknown
}

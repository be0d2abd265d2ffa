//! The server that an engine reaches, which the suite kills and starts again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::anyhow;
use data_validator_harness::{Server, ServerSettings};

use crate::settings::{self, ThrowAway};

/// A server of the suite's own; it ends with this value.
pub struct Service {
    server: Server,
    is_dead: bool,
}

impl Service {
    /// Starts the server.
    ///
    /// # Errors
    /// When that is not possible, saying what to install.
    pub fn start(settings: &settings::Service) -> anyhow::Result<Self> {
        let ThrowAway::Postgres = settings.throw_away;
        // The harness is made for tests, which panic.
        let started = catch_unwind(|| Server::start_own(&ServerSettings::default()));
        let server = started.map_err(|panic| {
            let why = panic.downcast_ref::<String>();
            anyhow!(
                "starting a PostgreSQL server: {}",
                why.map_or("see above", |why| why)
            )
        })?;
        Ok(Self {
            server,
            is_dead: false,
        })
    }

    /// The server's URL, for its superuser.
    pub fn address(&self) -> String {
        self.server.url()
    }

    /// Kills the server, as a power cut would.
    pub fn kill(&mut self) {
        if !self.is_dead {
            self.server.kill();
            self.is_dead = true;
        }
    }

    /// Starts the server again if it was killed, and returns when it takes connections.
    pub fn bring_back(&mut self) {
        if self.is_dead {
            let restarted = catch_unwind(AssertUnwindSafe(|| self.server.restart()));
            self.is_dead = restarted.is_err();
        }
    }
}

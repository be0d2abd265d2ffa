//! The server that an engine reaches.

use anyhow::ensure;
use serde::Deserialize;

/// The server that an engine reaches: one that the suite starts for itself, or the author's own with the commands
/// that start and kill it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    pub throw_away: Option<ThrowAway>,
    /// What stands for `{service}`, such as a URL.
    pub address: String,
    /// Starts the server, and ends.
    pub start: Vec<String>,
    /// Is run again and again until it ends with exit code 0: then the server takes connections.
    pub ready: Vec<String>,
    /// Kills the server, as a power cut would, and ends.
    pub kill: Vec<String>,
    /// Is run when the suite ends.
    pub stop: Vec<String>,
}

/// A server that the suite starts for itself.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThrowAway {
    Postgres,
}

impl Service {
    /// # Errors
    /// When it is neither a server of the suite's own nor one with commands.
    pub fn check(&self) -> anyhow::Result<()> {
        let commands = [&self.start, &self.ready, &self.kill];
        let is_told = match self.throw_away {
            Some(_) => commands.iter().all(|it| it.is_empty()) && self.address.is_empty(),
            None => commands.iter().all(|it| !it.is_empty()),
        };
        ensure!(
            is_told,
            "[service] has either 'throw_away', or the commands 'start', 'ready' and 'kill'"
        );
        Ok(())
    }
}

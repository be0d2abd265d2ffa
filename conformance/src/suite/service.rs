//! The server that an engine reaches, which the suite kills and starts again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use data_validator_harness::{Server, ServerSettings};

use crate::settings;
use crate::settings::places::with_environment;
use crate::settings::service::ThrowAway;

/// A server that does not take connections after so long does not start.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The server; it ends with this value.
pub struct Service {
    server: Kind,
    address: String,
    is_dead: bool,
}

enum Kind {
    /// Of the suite's own.
    ThrowAway(Server),
    /// The author's, with commands.
    Own(settings::service::Service),
}

impl Service {
    /// Starts the server.
    ///
    /// # Errors
    /// When that is not possible, saying what to install or which command failed.
    pub fn start(settings: &settings::service::Service) -> anyhow::Result<Self> {
        let (server, address) = match settings.throw_away {
            Some(ThrowAway::Postgres) => {
                // The harness is made for tests, which panic.
                let started = catch_unwind(|| Server::start_own(&ServerSettings::default()));
                let server = started.map_err(|panic| {
                    let why = panic.downcast_ref::<String>();
                    anyhow!(
                        "starting a PostgreSQL server: {}",
                        why.map_or("see above", |why| why)
                    )
                })?;
                let address = server.url();
                (Kind::ThrowAway(server), address)
            }
            None => {
                start_own(settings)?;
                let address = with_environment(&settings.address)?;
                (Kind::Own(settings.clone()), address)
            }
        };
        Ok(Self {
            server,
            address,
            is_dead: false,
        })
    }

    /// How the engine reaches the server, such as a URL for its superuser.
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// Kills the server, as a power cut would.
    ///
    /// # Errors
    /// When the author's command fails.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if !self.is_dead {
            match &mut self.server {
                Kind::ThrowAway(server) => server.kill(),
                Kind::Own(own) => run(&own.kill)?,
            }
            self.is_dead = true;
        }
        Ok(())
    }

    /// Starts the server again if it was killed, and returns when it takes connections.
    ///
    /// # Errors
    /// When it does not start.
    pub fn bring_back(&mut self) -> anyhow::Result<()> {
        if self.is_dead {
            match &mut self.server {
                Kind::ThrowAway(server) => catch_unwind(AssertUnwindSafe(|| server.restart()))
                    .map_err(|_| anyhow!("the server that was killed does not start again"))?,
                Kind::Own(own) => start_own(own)?,
            }
            self.is_dead = false;
        }
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Kind::Own(own) = &self.server
            && !own.stop.is_empty()
            && let Err(error) = run(&own.stop)
        {
            eprintln!("stopping the service: {error:#}");
        }
    }
}

fn start_own(settings: &settings::service::Service) -> anyhow::Result<()> {
    run(&settings.start)?;
    let deadline = Instant::now() + PATIENCE;
    while !command(&settings.ready)?
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("running {:?} of the settings", settings.ready))?
        .success()
    {
        if Instant::now() > deadline {
            bail!(
                "{:?} of the settings does not find the service ready within {} s",
                settings.ready,
                PATIENCE.as_secs()
            );
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    Ok(())
}

fn run(words: &[String]) -> anyhow::Result<()> {
    let status = command(words)?
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("running {words:?} of the settings"))?;
    ensure!(
        status.success(),
        "{words:?} of the settings ends with {status}"
    );
    Ok(())
}

fn command(words: &[String]) -> anyhow::Result<Command> {
    let words = words.iter().map(|word| with_environment(word));
    let words: Vec<String> = words.collect::<anyhow::Result<_>>()?;
    let (program, arguments) = words.split_first().context("a command has no words")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    Ok(command)
}

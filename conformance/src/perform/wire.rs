//! A connection to the service that breaks when it is told to.

use std::net::{SocketAddr, ToSocketAddrs};

use anyhow::{Context, anyhow};
use data_validator_harness::{Fault, Proxy};
use data_validator_plugin::EngineError;

use super::Performance;
use super::trouble::{Done, Trouble, fail, unexpected};
use crate::case::step::wire::{CutWhileReading, SetFault, WireFault, WireUse};
use crate::settings::places::Places;

/// Sessions of this name reach the service through a proxy.
const PROXIED: &str = "proxied";

/// The proxy of a case, and what it had seen when a fault was set last.
pub struct Wire {
    proxy: Proxy,
    connections: usize,
    commits: usize,
}

impl Performance<'_> {
    /// Puts a proxy before the service, if the settings let it.
    pub(super) fn begin_wire(&mut self) -> Done {
        let (Some(_), Some(service)) = (&self.job.wire, &self.job.places.service) else {
            return Ok(());
        };
        let (start, host, rest) = parts(service)
            .with_context(|| format!("finding the host and port in the address '{service}'"))?;
        let address = address(host)?;
        let proxy = Proxy::to(address);
        let places = Places {
            service: Some(format!("{start}{}{rest}", proxy.address())),
            ..self.job.places.clone()
        };
        let settings = &self.job.settings;
        let config = places.config(&settings.connection, &settings.options)?;
        self.sessions.add_kind(PROXIED, config);
        self.wire = Some(Wire {
            proxy,
            connections: 0,
            commits: 0,
        });
        Ok(())
    }

    pub(super) fn set_fault(&mut self, set: &SetFault) -> Done {
        let commit = self.job.wire.as_ref().map(|wire| wire.commit.clone());
        let commit = commit.unwrap_or_default().into_bytes();
        let wire = self.wire()?;
        wire.connections = wire.proxy.accepted();
        wire.commits = wire.proxy.seen();
        wire.proxy.set(match set.is {
            WireFault::None | WireFault::CutNow => Fault::None,
            WireFault::Refused => Fault::Refuse,
            WireFault::CutBeforeCommit => Fault::CutBefore(commit),
            WireFault::CutAtAnswerToCommit => Fault::CutAtAnswerTo(commit),
        });
        if set.is == WireFault::CutNow {
            wire.proxy.cut();
        }
        Ok(())
    }

    /// What the engine did since a fault was set.
    pub(super) fn wire_use(&mut self, most: &WireUse) -> Done {
        let wire = self.wire()?;
        let connections = wire.proxy.accepted() - wire.connections;
        let commits = wire.proxy.seen() - wire.commits;
        if connections <= most.connections && commits <= most.commits {
            return Ok(());
        }
        fail(format!(
            "the engine connects {connections} times and commits {commits} times, and may do so {} and {} times",
            most.connections, most.commits
        ))
    }

    /// The connection is cut when the first rows are there: the others must not be missing without a word.
    pub(super) fn cut_while_reading(&mut self, cut: &CutWhileReading) -> Done {
        let sql = self.sessions.placed(PROXIED, &cut.sql);
        let sql = sql.map_err(|error| unexpected(&error))?;
        let Some(wire) = &self.wire else {
            return Err(no_wire());
        };
        let read = self.sessions.call(PROXIED, |session, call| {
            let mut stream = session.query(&sql, call)?;
            stream.next()?;
            wire.proxy.cut();
            while stream.next()?.is_some() {}
            Ok(())
        });
        is_unavailable(read)
    }

    fn wire(&mut self) -> Done<&mut Wire> {
        self.wire.as_mut().ok_or_else(no_wire)
    }
}

fn no_wire() -> Trouble {
    Trouble::NotRun("the settings have no 'wire'".into())
}

fn is_unavailable(read: Result<(), EngineError>) -> Done {
    match read {
        Err(error) if error.class.as_str() == "unavailable" => Ok(()),
        Err(error) => Err(unexpected(&error)),
        Ok(()) => fail("the rows end as if there were no more"),
    }
}

/// What is before the host and port of a URL, they, and what is behind them.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let start = url.find("://")? + "://".len();
    let end = url[start..]
        .find(['/', '?'])
        .map_or(url.len(), |at| start + at);
    let start = url[start..end]
        .rfind('@')
        .map_or(start, |at| start + at + 1);
    Some((&url[..start], &url[start..end], &url[end..]))
}

fn address(host: &str) -> anyhow::Result<SocketAddr> {
    let mut addresses = host
        .to_socket_addrs()
        .with_context(|| format!("finding the address of '{host}'"))?;
    addresses
        .next()
        .ok_or_else(|| anyhow!("'{host}' has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url_is_found() {
        for (url, host) in [
            ("postgresql://me:p@ss@db:5432/x", "db:5432"),
            ("tcp://127.0.0.1:1", "127.0.0.1:1"),
            ("x://h:1?a=b/c", "h:1"),
        ] {
            let (start, found, rest) = parts(url).unwrap();
            assert_eq!(found, host);
            assert_eq!(format!("{start}{found}{rest}"), url);
        }
        assert!(parts("host=db").is_none());
    }
}

//! Where the server may be: hosts, addresses and ports.

use std::net::IpAddr;

use data_validator_plugin::EngineError;
use tokio_postgres::config::Host;

use crate::config::{Given, wrong};

/// One place where the server may be.
// No `Debug`: a password is in it.
#[derive(Clone)]
pub struct Server {
    /// A host's name or address, or the folder of a socket, which begins with `/`.
    pub host: String,
    /// The address, where it is not to be looked up.
    pub address: Option<IpAddr>,
    pub port: u16,
    pub password: Option<Vec<u8>>,
}

/// The port where none is given.
const PORT: u16 = 5432;

/// Where the server may be, by what the config gives.
pub fn servers(given: &Given) -> Result<Vec<Server>, EngineError> {
    let text = &given.text.driver;
    let list = |key: &str, in_text: Vec<String>| -> Vec<String> {
        let in_text = (!in_text.is_empty()).then(|| in_text.join(","));
        let value = given.value(key, in_text).unwrap_or_default();
        value
            .split(',')
            .map(|part| part.trim().to_owned())
            .collect()
    };
    let hosts_in_text = text.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(folder) => folder.display().to_string(),
    });
    let addresses_in_text = text.get_hostaddrs().iter().map(ToString::to_string);
    let mut addresses = list("hostaddr", addresses_in_text.collect());
    let ports = list(
        "port",
        text.get_ports().iter().map(ToString::to_string).collect(),
    );
    let mut hosts = list("host", hosts_in_text.collect());
    // A host of the config's own is not at an address that stands elsewhere.
    if given.own("host").is_some() {
        addresses = vec![String::new()];
    }
    if hosts == [""] {
        hosts = match addresses == [""] {
            true => vec![default_host(&ports[0])],
            false => addresses.clone(),
        };
    }
    if ports.len() > 1 && ports.len() != hosts.len()
        || addresses != [""] && addresses.len() != hosts.len()
    {
        return Err(wrong("the hosts, addresses and ports are not equally many"));
    }
    let servers = hosts.iter().enumerate().map(|(index, host)| {
        let port = ports.get(index).unwrap_or(&ports[0]);
        let address = addresses.get(index).filter(|address| !address.is_empty());
        Ok(Server {
            host: host.clone(),
            address: address
                .map(|address| address.parse())
                .transpose()
                .map_err(|_| wrong("'hostaddr' is not an IP address"))?,
            port: match port.is_empty() {
                true => PORT,
                false => port
                    .parse()
                    .map_err(|_| wrong("'port' is not a number from 1 to 65535"))?,
            },
            password: None,
        })
    });
    servers.collect()
}

/// The folder where the server's socket is, as libpq looks for it, else this machine by TCP.
fn default_host(port: &str) -> String {
    let port = if port.is_empty() { "5432" } else { port };
    ["/var/run/postgresql", "/tmp"]
        .iter()
        .find(|folder| std::path::Path::new(&format!("{folder}/.s.PGSQL.{port}")).exists())
        .unwrap_or(&"localhost")
        .to_string()
}

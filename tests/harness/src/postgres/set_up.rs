//! The files of a server before it starts.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::account::Account;

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct ServerSettings {
    /// Lines of `postgresql.conf`, by name.
    pub configuration: Vec<(String, String)>,
    /// Lines of `pg_hba.conf`, which come before the line that lets everybody in.
    pub access: Vec<String>,
    /// Files in the data folder, which only the server can read: certificates and keys.
    pub files: Vec<(String, String)>,
}

/// A folder that the server's account can write to.
pub fn folder(account: Option<Account>) -> PathBuf {
    let folder = match tempfile::Builder::new().prefix("dv-pg-").tempdir() {
        Ok(folder) => folder.keep(),
        Err(error) => panic!("making a folder for the server: {error}"),
    };
    if let Some(account) = account {
        account.own(&folder);
    }
    folder
}

/// Writes the server's configuration, and who may connect.
pub fn set_up(
    data: &Path,
    folder: &Path,
    port: u16,
    settings: &ServerSettings,
    account: Option<Account>,
) {
    let mut configuration = format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nmax_connections = 60\n",
        folder.display()
    );
    for (name, value) in &settings.configuration {
        let _ = writeln!(configuration, "{name} = '{value}'");
    }
    let path = data.join("postgresql.auto.conf");
    write(&path, &configuration, account);
    let everybody = "local all all trust\nhost all all 127.0.0.1/32 trust\n";
    let access = format!("{}\n{everybody}", settings.access.join("\n"));
    write(&data.join("pg_hba.conf"), &access, account);
    for (name, contents) in &settings.files {
        write(&data.join(name), contents, account);
    }
}

/// Writes a file that only the server can read.
fn write(path: &Path, contents: &str, account: Option<Account>) {
    let written = fs::write(path, contents)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o600)));
    if let Err(error) = written {
        panic!("writing {}: {error}", path.display());
    }
    if let Some(account) = account {
        account.own(path);
    }
}

/// A port that nobody has at the moment.
pub fn free_port() -> u16 {
    let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    match port {
        Ok(address) => address.port(),
        Err(error) => panic!("looking for a free port: {error}"),
    }
}

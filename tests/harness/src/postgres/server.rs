//! A server of a test's own.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::account::{Account, run_as};
use super::binaries;
use super::login::{Login, place_of_host};
use super::process::Process;
use super::set_up::{ServerSettings, folder, free_port, set_up};
use crate::eventually;

/// The variable that names a running server to use instead.
const EXISTING: &str = "DATA_VALIDATOR_TEST_POSTGRES_URL";

/// A PostgreSQL server on 127.0.0.1, with the superuser `postgres`, who needs no password.
pub struct Server {
    home: Home,
}

enum Home {
    Own(Own),
    Existing(String),
}

struct Own {
    folder: PathBuf,
    account: Option<Account>,
    port: u16,
    process: Process,
}

impl Server {
    /// Starts a server, or takes the one that `DATA_VALIDATOR_TEST_POSTGRES_URL` names.
    ///
    /// # Panics
    /// When there is none and none can be started, saying what to install.
    pub fn start(settings: &ServerSettings) -> Self {
        let is_plain = settings.configuration.is_empty()
            && settings.access.is_empty()
            && settings.files.is_empty();
        match env::var(EXISTING) {
            Ok(url) if is_plain => Self {
                home: Home::Existing(url),
            },
            _ => Self::start_own(settings),
        }
    }

    /// Starts a server of the test's own, which may be killed.
    ///
    /// # Panics
    /// When `DATA_VALIDATOR_TEST_POSTGRES_URL` names one to use instead, or none can be started.
    pub fn start_own(settings: &ServerSettings) -> Self {
        assert!(
            env::var_os(EXISTING).is_none(),
            "this test needs a server of its own, since it sets it up or kills it, so the one of {EXISTING} will not \
             do; unset the variable to run this test"
        );
        Self {
            home: Home::Own(Own::start(settings)),
        }
    }

    /// The URL of the database `postgres`, for the superuser.
    pub fn url(&self) -> String {
        match &self.home {
            Home::Own(own) => format!("postgresql://postgres@127.0.0.1:{}/postgres", own.port),
            Home::Existing(url) => url.clone(),
        }
    }

    /// Whether the server is the test's own, and goes with it.
    pub fn is_own(&self) -> bool {
        matches!(self.home, Home::Own(_))
    }

    /// The variables of the environment by which programs find the server and the superuser.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let login = Login::of(&self.url());
        let address = self.address();
        let given = [
            ("PGHOST", Some(address.ip().to_string())),
            ("PGPORT", Some(address.port().to_string())),
            ("PGUSER", login.user),
            ("PGPASSWORD", login.password),
            ("PGDATABASE", login.database),
            ("PGSSLMODE", login.sslmode),
        ];
        let given = given.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// What stands behind `LOGIN` where a role is made that connects with the superuser's URL and its own name.
    pub fn password_clause(&self) -> String {
        let password = Login::of(&self.url()).password;
        password.map_or_else(String::new, |password| {
            format!("PASSWORD '{}'", password.replace('\'', "''"))
        })
    }

    /// The same for clients that reach the server at another address, such as that of a proxy.
    pub fn url_through(&self, address: SocketAddr) -> String {
        let url = self.url();
        let (start, end) = place_of_host(&url);
        format!("{}{address}{}", &url[..start], &url[end..])
    }

    /// Where the server is.
    ///
    /// # Panics
    /// When its URL names no host that is found.
    pub fn address(&self) -> SocketAddr {
        let url = self.url();
        let (start, end) = place_of_host(&url);
        let host = match url[start..end].contains(':') {
            true => url[start..end].to_owned(),
            false => format!("{}:5432", &url[start..end]),
        };
        let found = host.to_socket_addrs().ok().and_then(|mut it| it.next());
        match found {
            Some(address) => address,
            None => panic!("{EXISTING} names no host that is found"),
        }
    }

    /// The port on 127.0.0.1.
    ///
    /// # Panics
    /// With a server that is not the test's own.
    pub fn port(&self) -> u16 {
        self.own("giving its port").port
    }

    /// The folder of the server's socket.
    ///
    /// # Panics
    /// With a server that is not the test's own.
    pub fn socket_folder(&self) -> &Path {
        &self.own("giving its socket").folder
    }

    /// Kills the server's process; its files stay as they are at that moment.
    ///
    /// # Panics
    /// With a server that is not the test's own.
    pub fn kill(&mut self) {
        let own = self.own_mut("killing it");
        own.process.kill();
        own.process.end(true);
    }

    /// Starts the server again on its files and its port, after [`kill`](Self::kill) or as it runs.
    ///
    /// # Panics
    /// With a server that is not the test's own, and when it does not get ready.
    pub fn restart(&mut self) {
        let own = self.own_mut("restarting it");
        own.process.end(true);
        // The killed server's children let go of its memory a moment later, and until then it starts in vain.
        eventually("the server to be back", || {
            own.process = own.run();
            let is_ready = own.is_ready_or_ended();
            if !is_ready {
                own.process.end(true);
            }
            is_ready.then_some(())
        });
    }

    /// Stops the server as an administrator would, cutting its connections.
    ///
    /// # Panics
    /// With a server that is not the test's own.
    pub fn stop(&mut self) {
        self.own_mut("stopping it").process.end(true);
    }

    fn own(&self, what: &str) -> &Own {
        match &self.home {
            Home::Own(own) => own,
            Home::Existing(_) => panic!(
                "{what} cannot be done to the server of {EXISTING}; unset it to run this test"
            ),
        }
    }

    fn own_mut(&mut self, what: &str) -> &mut Own {
        self.own(what);
        match &mut self.home {
            Home::Own(own) => own,
            Home::Existing(_) => unreachable!("it was looked at"),
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.process.end(false);
        // Gone already unless a server was started and ended by hand.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Own {
    fn start(settings: &ServerSettings) -> Self {
        let account = Account::unprivileged();
        let folder = folder(account);
        let data = folder.join("data");
        let mut initdb = Command::new(binaries::folder().join("initdb"));
        initdb
            .arg("--pgdata")
            .arg(&data)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync"])
            .current_dir(&folder);
        let made = match run_as(account, &mut initdb).output() {
            Ok(made) => made,
            Err(error) => panic!("running initdb: {error}"),
        };
        assert!(
            made.status.success(),
            "initdb failed: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let port = free_port();
        set_up(&data, &folder, port, settings, account);
        let process = Process::start(
            &binaries::folder().join("postgres"),
            &data,
            &folder,
            account,
        );
        let own = Self {
            folder,
            account,
            port,
            process,
        };
        let is_ready = eventually("the server to be ready", || own.readiness());
        assert!(is_ready, "the server did not start: {}", own.log());
        own
    }

    fn run(&self) -> Process {
        Process::start(
            &binaries::folder().join("postgres"),
            &self.folder.join("data"),
            &self.folder,
            self.account,
        )
    }

    fn is_ready_or_ended(&self) -> bool {
        eventually("the server to start", || self.readiness())
    }

    /// Whether the server takes connections, or that it ended; `None` while it starts.
    fn readiness(&self) -> Option<bool> {
        if self.process.has_ended() {
            return Some(false);
        }
        // As pg_ctl does: the first line is the process, the eighth its state.
        let state = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        let mut lines = state.lines();
        let is_ours = lines.next() == Some(self.process.id());
        let is_ready = lines.nth(6).is_some_and(|state| state.trim() == "ready");
        (is_ours && is_ready).then_some(true)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }
}

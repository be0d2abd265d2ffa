//! Whose processes a server's are: PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// A user of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// The account to run a server with, or `None` where the own one will do.
    ///
    /// # Panics
    /// When this process is root's and there is no other account.
    pub fn unprivileged() -> Option<Self> {
        let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
        if !is_root {
            return None;
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let named = |name: &str| {
            let line = accounts
                .lines()
                .find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            Some(Self {
                user: fields.next()?.parse().ok()?,
                group: fields.next()?.parse().ok()?,
            })
        };
        let account = named("postgres").or_else(|| named("nobody"));
        match account {
            Some(account) => Some(account),
            None => panic!(
                "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody': \
                 run the tests as another user"
            ),
        }
    }

    /// Gives a file or folder to the account.
    ///
    /// # Panics
    /// When the file system refuses.
    pub fn own(self, path: &Path) {
        if let Err(error) = chown(path, Some(self.user), Some(self.group)) {
            panic!("giving {} to the server: {error}", path.display());
        }
    }
}

/// Has a program run as the account.
pub fn run_as(account: Option<Account>, command: &mut Command) -> &mut Command {
    match account {
        Some(account) => command.uid(account.user).gid(account.group),
        None => command,
    }
}

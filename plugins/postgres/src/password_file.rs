//! The file of passwords that libpq reads: `~/.pgpass`.
//!
//! Form: <https://www.postgresql.org/docs/current/libpq-pgpass.html>.

use std::path::Path;

/// What a password is for.
#[derive(Clone, Copy, Debug)]
pub struct Login<'l> {
    /// A host's name or address, or the folder of a socket, for which `localhost` stands too.
    pub host: &'l str,
    pub port: u16,
    pub database: &'l str,
    pub user: &'l str,
}

/// The password of a login, if the file has one. A file that others can read is not looked at, as with libpq.
pub fn password(file: &Path, login: Login<'_>) -> Option<String> {
    if is_open_to_others(file) {
        log::warn!(
            "the password file {} is not read, because others can read it too: set its mode to 0600",
            file.display()
        );
        return None;
    }
    let text = std::fs::read_to_string(file).ok()?;
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| of_line(line, login))
}

#[cfg(unix)]
fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &Path) -> bool {
    false
}

fn of_line(line: &str, login: Login<'_>) -> Option<String> {
    let fields = fields(line);
    let [host, port, database, user, password] = &fields[..] else {
        return None;
    };
    let host_fits = host == login.host || login.host.starts_with('/') && host == "localhost";
    let fits = (host == "*" || host_fits)
        && (port == "*" || *port == login.port.to_string())
        && (database == "*" || database == login.database)
        && (user == "*" || user == login.user);
    fits.then(|| password.clone())
}

/// The fields of a line, where a backslash keeps the colon or backslash behind it.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let last = fields.len() - 1;
        match character {
            ':' if last < 4 => fields.push(String::new()),
            '\\' => fields[last].extend(characters.next()),
            _ => fields[last].push(character),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const LOGIN: Login<'_> = Login {
        host: "db.example",
        port: 5432,
        database: "shop",
        user: "me",
    };

    fn read(text: &str, mode: u32) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgpass");
        fs::write(&file, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        }
        password(&file, LOGIN)
    }

    #[test]
    fn the_first_line_that_fits_counts() {
        let text = "# a comment\ndb.example:5432:shop:you:a\n*:*:*:me:b\\:c\\\\\ndb.example:5432:shop:me:d\n";
        assert_eq!(read(text, 0o600).as_deref(), Some("b:c\\"));
        assert_eq!(read("db.example:5433:shop:me:a\n", 0o600), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_not_looked_at() {
        assert_eq!(read("*:*:*:*:a\n", 0o644), None);
    }
}

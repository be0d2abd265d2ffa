//! What the URL of a server says besides where it is.

/// Who connects, and to what.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Login {
    pub user: Option<String>,
    pub password: Option<String>,
    pub database: Option<String>,
    pub sslmode: Option<String>,
}

impl Login {
    /// Reads `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`; all but the host may be left out.
    pub fn of(url: &str) -> Self {
        let (start, end) = place_of_host(url);
        let scheme = url.find("://").map_or(0, |at| at + 3);
        let who = url[scheme..start].trim_end_matches('@');
        let (user, password) = who
            .split_once(':')
            .map_or((who, None), |(user, word)| (user, Some(word)));
        let (path, query) = url[end..].split_once('?').unwrap_or((&url[end..], ""));
        let sslmode = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("sslmode="));
        let given = |text: &str| (!text.is_empty()).then(|| decoded(text));
        Self {
            user: given(user),
            password: password.and_then(given),
            database: given(path.trim_start_matches('/')),
            sslmode: sslmode.and_then(given),
        }
    }
}

/// Where host and port stand in a URL.
pub fn place_of_host(url: &str) -> (usize, usize) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..]
        .find(['/', '?'])
        .map_or(url.len(), |at| authority + at);
    let start = url[authority..end]
        .rfind('@')
        .map_or(authority, |at| authority + at + 1);
    (start, end)
}

/// The text that was escaped for a URL.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let escaped =
            escaped.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_from_a_url_and_unescaped() {
        let login = Login::of(
            "postgresql://me:a%20b%40c%25@127.0.0.1:5432/data%2Fbase?x=y&sslmode=require",
        );
        let expected = ["me", "a b@c%", "data/base", "require"].map(|text| Some(text.to_owned()));
        assert_eq!(
            [login.user, login.password, login.database, login.sslmode],
            expected
        );
        assert_eq!(Login::of("postgresql://127.0.0.1"), Login::default());
        let user = Login::of("postgres://postgres@127.0.0.1:1/postgres").user;
        assert_eq!(user.as_deref(), Some("postgres"));
    }
}

//! A connection as one text: a URL, or names with values as libpq has them.
//!
//! Form: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>. The driver reads it,
//! apart from what it does not know.

use std::borrow::Cow;
use std::collections::BTreeMap;

use data_validator_plugin::{EngineError, ErrorClass};
use tokio_postgres::Config;

/// What the driver does not know, or knows fewer values of.
const OURS: &[&str] = &["sslmode", "sslrootcert", "sslcert", "sslkey", "passfile"];

/// A connection text that was read.
#[derive(Debug, Default)]
pub struct ConnectionText {
    pub driver: Config,
    /// The values of [`OURS`].
    pub others: BTreeMap<String, String>,
}

impl ConnectionText {
    /// Reads a text. An error says nothing of what is in it, since a password may be anywhere in a text that
    /// is not understood.
    pub fn read(text: &str) -> Result<Self, EngineError> {
        let is_url = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        let (rest, others) = match is_url {
            true => url(text),
            false => names_and_values(text),
        }
        .ok_or_else(not_understood)?;
        let driver = rest.parse().map_err(|_| not_understood())?;
        Ok(Self { driver, others })
    }
}

fn not_understood() -> EngineError {
    let message = "'url' is not understood; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, \
                   with %-escapes for special characters, and only parameters of libpq";
    EngineError::new(ErrorClass::Config, message)
}

type Split = (String, BTreeMap<String, String>);

fn url(text: &str) -> Option<Split> {
    // As the driver does it: the first @ ends the password, and what looks like a query before it is none.
    let host = text.find('@').unwrap_or_default();
    let Some(query) = text[host..].find('?').map(|at| host + at) else {
        return Some((text.to_owned(), BTreeMap::new()));
    };
    let mut others = BTreeMap::new();
    let mut kept = Vec::new();
    for parameter in text[query + 1..].split('&') {
        match parameter.split_once('=') {
            Some((name, value)) if OURS.contains(&name) => {
                others.insert(name.to_owned(), percent_decoded(value)?);
            }
            _ => kept.push(parameter),
        }
    }
    let mut rest = text[..query].to_owned();
    if !kept.is_empty() {
        rest = format!("{rest}?{}", kept.join("&"));
    }
    Some((rest, others))
}

fn percent_decoded(text: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.ok().map(Cow::into_owned)
}

fn names_and_values(text: &str) -> Option<Split> {
    let mut others = BTreeMap::new();
    let mut kept = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start())?;
        let name = name.trim();
        if OURS.contains(&name) {
            others.insert(name.to_owned(), value);
        } else {
            let escaped = value.replace('\\', "\\\\").replace('\'', "\\'");
            kept.push_str(&format!("{name}='{escaped}' "));
        }
        rest = after.trim_start();
    }
    Some((kept, others))
}

/// The value that a text begins with, without quotes and escapes, and what follows.
fn value(text: &str) -> Option<(String, &str)> {
    let (quoted, text) = match text.strip_prefix('\'') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.push(characters.next()?.1),
            '\'' if quoted => return Some((value, &text[at + 1..])),
            _ if !quoted && character.is_whitespace() => return Some((value, &text[at..])),
            _ => value.push(character),
        }
    }
    (!quoted).then_some((value, ""))
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let texts = [
            "postgresql://me:it's%20%40secret@db.example:6543/shop?sslmode=verify-full&sslrootcert=%2Fa%20b&application_name=x",
            r"host=db.example port = 6543 user=me dbname=shop password='it\'s @secret' sslmode=verify-full sslrootcert='/a b' application_name=x",
        ];
        for text in texts {
            let read = ConnectionText::read(text).unwrap();
            assert_eq!(read.driver.get_hosts(), [Host::Tcp("db.example".into())]);
            assert_eq!(read.driver.get_ports(), [6543]);
            assert_eq!(read.driver.get_user(), Some("me"));
            assert_eq!(read.driver.get_dbname(), Some("shop"));
            assert_eq!(read.driver.get_password(), Some(&b"it's @secret"[..]));
            assert_eq!(read.driver.get_application_name(), Some("x"));
            assert_eq!(read.others["sslmode"], "verify-full");
            assert_eq!(read.others["sslrootcert"], "/a b");
        }
    }

    #[test]
    fn a_text_that_is_not_understood_is_not_repeated() {
        for text in [
            "postgresql://me:hunter2?x@y@db/shop?hunter2",
            "hunter2",
            "host=db hunter2=1",
            "password='hunter2",
            "postgresql://me:hunter2@db:hunter2/shop",
        ] {
            let error = ConnectionText::read(text).unwrap_err();
            assert_eq!(error.class, ErrorClass::Config);
            assert!(!error.message.contains("hunter2"), "{}", error.message);
        }
    }
}

//! PostgreSQL's errors in the classes of the interface: the one place where they are classified.
//!
//! SQLSTATEs: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use data_validator_plugin::{Diagnostics, EngineError, ErrorClass, SessionState};
use serde_json::{Map, Value};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, ErrorPosition, Severity};

/// How long a server that has no room left is to be left alone.
const NO_ROOM_DELAY: Duration = Duration::from_secs(5);

/// The class of a SQLSTATE. `57014` is `timeout` here: that it was our own request is known elsewhere.
pub fn classify(sqlstate: &str) -> ErrorClass {
    CLASSES
        .iter()
        .find(|(start, _)| sqlstate.starts_with(start))
        .map_or(ErrorClass::Internal, |(_, class)| *class)
}

/// How a SQLSTATE starts and its class; the first line that fits counts.
const CLASSES: &[(&str, ErrorClass)] = &[
    ("0100", ErrorClass::Data),
    ("02", ErrorClass::Data),
    ("03", ErrorClass::InvalidSql),
    ("08P01", ErrorClass::Internal),
    ("08", ErrorClass::Unavailable),
    ("09", ErrorClass::Data),
    ("0A", ErrorClass::Unsupported),
    ("0B", ErrorClass::InvalidState),
    ("0F", ErrorClass::Data),
    ("0L", ErrorClass::Auth),
    ("0P", ErrorClass::Auth),
    ("0Z", ErrorClass::InvalidState),
    ("20", ErrorClass::Data),
    ("21", ErrorClass::Data),
    ("22", ErrorClass::Data),
    ("23", ErrorClass::Integrity),
    ("24", ErrorClass::InvalidState),
    // The server became a standby: after a failover another one writes.
    ("25006", ErrorClass::Unavailable),
    // The server ended the session.
    ("25P03", ErrorClass::Unavailable),
    ("25P04", ErrorClass::Unavailable),
    ("25", ErrorClass::InvalidState),
    ("26", ErrorClass::InvalidState),
    ("27", ErrorClass::Integrity),
    ("28", ErrorClass::Auth),
    ("2B", ErrorClass::Integrity),
    ("2D", ErrorClass::InvalidState),
    ("2F", ErrorClass::Data),
    ("34", ErrorClass::InvalidState),
    ("38", ErrorClass::Data),
    ("39", ErrorClass::Data),
    ("3B", ErrorClass::InvalidState),
    ("3D", ErrorClass::NotFound),
    ("3F", ErrorClass::NotFound),
    ("40002", ErrorClass::Integrity),
    // Nobody knows how the statement ended; the connection is of no use.
    ("40003", ErrorClass::Unavailable),
    ("40", ErrorClass::Conflict),
    ("42501", ErrorClass::Auth),
    ("42P01", ErrorClass::NotFound),
    ("42703", ErrorClass::NotFound),
    ("42704", ErrorClass::NotFound),
    ("42701", ErrorClass::AlreadyExists),
    ("42710", ErrorClass::AlreadyExists),
    ("42723", ErrorClass::AlreadyExists),
    ("42P03", ErrorClass::AlreadyExists),
    ("42P04", ErrorClass::AlreadyExists),
    ("42P05", ErrorClass::AlreadyExists),
    ("42P06", ErrorClass::AlreadyExists),
    ("42P07", ErrorClass::AlreadyExists),
    ("42", ErrorClass::InvalidSql),
    ("44", ErrorClass::Integrity),
    ("53100", ErrorClass::Resource),
    ("53400", ErrorClass::Resource),
    ("53", ErrorClass::Transient),
    ("54", ErrorClass::Resource),
    ("55006", ErrorClass::Transient),
    ("55P03", ErrorClass::Transient),
    ("55P02", ErrorClass::Config),
    ("55", ErrorClass::InvalidState),
    ("57014", ErrorClass::Timeout),
    ("57P04", ErrorClass::NotFound),
    ("57", ErrorClass::Unavailable),
    // Passing faults of the disk; a file that is not there stays away.
    ("58P01", ErrorClass::NotFound),
    ("58P02", ErrorClass::AlreadyExists),
    ("58", ErrorClass::Transient),
    ("72", ErrorClass::Transient),
    ("F0", ErrorClass::Config),
    ("HV", ErrorClass::Data),
    ("P0", ErrorClass::Data),
    ("XX", ErrorClass::Internal),
];

/// What to do about an error that its message does not say.
fn advice(sqlstate: &str) -> Option<&'static str> {
    Some(match sqlstate {
        "53100" => "make room on the server's disk",
        "53300" => "lower the number of workers or raise max_connections",
        "53400" => "raise the server's limit",
        "25006" => "the server only reads: connect to the primary",
        _ => return None,
    })
}

/// The error with its class and what it says of the session; the statement is not in it.
pub fn engine_error(error: &Error) -> EngineError {
    if let Some(told) = error.as_db_error() {
        return told_by_server(told);
    }
    let mut reasons = vec![error.to_string()];
    let mut source = error.source();
    let mut io_error = None;
    while let Some(reason) = source {
        reasons.push(reason.to_string());
        io_error = io_error.or(reason.downcast_ref::<io::Error>());
        source = reason.source();
    }
    reasons.dedup();
    let message = reasons.join(": ");
    let class = match &*reasons[0] {
        "connection closed"
        | "error communicating with the server"
        | "error connecting to server"
        | "timeout waiting for server" => ErrorClass::Unavailable,
        "error performing TLS handshake" => tls_class(&message, io_error),
        "authentication error" => ErrorClass::Auth,
        "invalid configuration" if message.ends_with("password missing") => ErrorClass::Auth,
        "invalid configuration" | "invalid connection string" => ErrorClass::Config,
        "error encoding message to server" => ErrorClass::Data,
        _ => ErrorClass::Internal,
    };
    let mut error = EngineError::new(class, message);
    if class == ErrorClass::Auth && error.message.ends_with("password missing") {
        error.message =
            "the server asks for a password, and there is none; give 'password', PGPASSWORD or a \
                         line in the password file"
                .into();
    }
    if class == ErrorClass::Unavailable {
        error.session = SessionState::Broken;
    }
    error
}

/// A certificate that does not fit is the matter of whoever trusts it; a connection that breaks may come back.
fn tls_class(message: &str, io_error: Option<&io::Error>) -> ErrorClass {
    let is_broken = io_error.is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
        )
    });
    if message.contains("does not support TLS") {
        ErrorClass::Config
    } else if is_broken {
        ErrorClass::Unavailable
    } else {
        ErrorClass::Auth
    }
}

fn told_by_server(told: &DbError) -> EngineError {
    let sqlstate = told.code().code();
    let mut message = told.message().replace('\n', " ");
    for more in [told.hint(), advice(sqlstate)].into_iter().flatten() {
        message = format!(
            "{message}; {}",
            more.trim_end_matches('.').replace('\n', " ")
        );
    }
    let mut error = EngineError::new(classify(sqlstate), message);
    error.sqlstate = Some(sqlstate.to_owned());
    error.retry_after = matches!(sqlstate, "53000" | "53200" | "53300").then_some(NO_ROOM_DELAY);
    let is_fatal = matches!(
        told.parsed_severity(),
        Some(Severity::Fatal | Severity::Panic)
    );
    error.session = if is_fatal || error.class == ErrorClass::Unavailable && sqlstate != "25006" {
        SessionState::Broken
    } else {
        SessionState::Usable
    };
    error.diagnostics = details(told).map(|details| {
        Box::new(Diagnostics {
            details: Some(details),
            ..Diagnostics::default()
        })
    });
    error
}

fn details(told: &DbError) -> Option<Value> {
    let known = [
        ("detail", told.detail()),
        ("where", told.where_()),
        ("schema", told.schema()),
        ("table", told.table()),
        ("column", told.column()),
        ("constraint", told.constraint()),
    ];
    let known: Map<String, Value> = known
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), Value::from(text?))))
        .collect();
    (!known.is_empty()).then_some(Value::Object(known))
}

/// The error of a statement, with the place in its text, which the server counts in characters.
pub fn of_statement(error: &Error, sql: &str) -> EngineError {
    let mut found = engine_error(error);
    let position = error.as_db_error().and_then(DbError::position);
    if let Some(ErrorPosition::Original(character)) = position {
        let before = usize::try_from(character.saturating_sub(1)).unwrap_or(usize::MAX);
        let offset = sql.char_indices().nth(before).map(|(bytes, _)| bytes + 1);
        let diagnostics = found.diagnostics.get_or_insert_default();
        diagnostics.sql_offset = offset.and_then(|offset| u64::try_from(offset).ok());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sqlstate_decides_the_class() {
        let cases = [
            (
                ErrorClass::Unavailable,
                "08000 08001 08003 08004 08006 08007 40003",
            ),
            (ErrorClass::Conflict, "40001 40P01"),
            (
                ErrorClass::Transient,
                "53000 53200 53300 55P03 55006 58000 58030",
            ),
            (ErrorClass::Resource, "53100 53400 54001 54011"),
            (
                ErrorClass::Unavailable,
                "57P01 57P02 57P03 57P05 25006 25P03",
            ),
            (ErrorClass::Timeout, "57014"),
            (
                ErrorClass::Data,
                "22001 22003 22012 22P02 22021 21000 P0001",
            ),
            (ErrorClass::Integrity, "23502 23503 23505 23514 23P01 40002"),
            (ErrorClass::Auth, "28000 28P01 42501 0LP01"),
            (ErrorClass::NotFound, "3D000 3F000 42P01 42703 57P04 58P01"),
            (ErrorClass::AlreadyExists, "42P04 42P06 42P07 42710 42723"),
            (ErrorClass::InvalidSql, "42601 42883 42804 42P10 42803"),
            (ErrorClass::Unsupported, "0A000"),
            (ErrorClass::InvalidState, "25P01 25P02 25001 55000"),
            (ErrorClass::Config, "F0000 55P02"),
            (ErrorClass::Internal, "XX000 XX001 08P01 99999"),
        ];
        for (class, states) in cases {
            for state in states.split(' ') {
                assert_eq!(classify(state), class, "{state}");
            }
        }
    }
}

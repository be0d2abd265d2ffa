//! DuckDB's errors in the classes of the interface: the one place where they are classified.

use data_validator_plugin::{EngineError, ErrorClass};

/// The error with a class, without the echo of the statement.
pub fn engine_error(error: &duckdb::Error) -> EngineError {
    let message = match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    let message = message
        .strip_prefix(OF_A_RUNNING_STATEMENT)
        .unwrap_or(&message);
    let class = classify(message);
    let told = message
        .split("\n\nLINE ")
        .next()
        .unwrap_or_default()
        .trim()
        .replace('\n', " ");
    EngineError::new(class, told)
}

/// What DuckDB puts before the error of a statement that was running already.
const OF_A_RUNNING_STATEMENT: &str = "Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\nError: ";

/// The class of a message. DuckDB's C interface drops the type of an error when a statement is
/// prepared, but every message begins with it, so the beginning decides; an empty text fits all.
pub fn classify(message: &str) -> ErrorClass {
    CLASSES
        .iter()
        .find(|(start, inside, _)| message.starts_with(start) && message.contains(inside))
        .map_or(ErrorClass::Internal, |(.., class)| *class)
}

/// How a message starts, what it has to contain, and its class; the first line that fits counts.
const CLASSES: &[(&str, &str, ErrorClass)] = &[
    (
        "IO Error",
        "File locks are not supported",
        ErrorClass::Unsupported,
    ),
    (
        "IO Error",
        "Could not set lock on file",
        ErrorClass::Transient,
    ),
    ("IO Error", "Failed to create directory", ErrorClass::Config),
    ("IO Error", "No files found", ErrorClass::NotFound),
    ("IO Error", "No such file", ErrorClass::NotFound),
    ("IO Error", "does not exist", ErrorClass::NotFound),
    ("IO Error", "Permission denied", ErrorClass::Auth),
    ("IO Error", "No space left", ErrorClass::Resource),
    ("IO Error", "Disk quota", ErrorClass::Resource),
    ("IO Error", "not a valid DuckDB database", ErrorClass::Data),
    ("IO Error", "Corrupt database file", ErrorClass::Data),
    ("IO Error", "Corrupt WAL file", ErrorClass::Data),
    ("IO Error", "Could not read enough bytes", ErrorClass::Data),
    ("IO Error", "Is a directory", ErrorClass::Data),
    ("IO Error", "Parquet", ErrorClass::Data),
    (
        "IO Error",
        "Trying to read a database file with version",
        ErrorClass::Unsupported,
    ),
    ("IO Error", "Extension \"", ErrorClass::Unsupported),
    ("IO Error", "Too many open files", ErrorClass::Resource),
    ("IO Error", "", ErrorClass::Unavailable),
    ("HTTP Error", "", ErrorClass::Unavailable),
    ("TransactionContext Error", "onflict", ErrorClass::Conflict),
    ("Transaction Error", "onflict", ErrorClass::Conflict),
    ("Catalog Error", "does not exist", ErrorClass::NotFound),
    ("Catalog Error", "already exists", ErrorClass::AlreadyExists),
    ("Catalog Error", "", ErrorClass::InvalidSql),
    ("Parser Error", "", ErrorClass::InvalidSql),
    (
        "Binder Error: Referenced column",
        "not found",
        ErrorClass::NotFound,
    ),
    (
        "Binder Error",
        "does not have a column named",
        ErrorClass::NotFound,
    ),
    ("Binder Error", "", ErrorClass::InvalidSql),
    ("Syntax Error", "", ErrorClass::InvalidSql),
    ("Parameter Not Resolved Error", "", ErrorClass::InvalidSql),
    ("Permission Error", "", ErrorClass::Auth),
    ("INTERRUPT Error", "", ErrorClass::Cancelled),
    ("Out of Memory Error", "", ErrorClass::Resource),
    ("Constraint Error", "", ErrorClass::Integrity),
    ("Conversion Error", "", ErrorClass::Data),
    ("Out of Range Error", "", ErrorClass::Data),
    ("Invalid Input Error", "", ErrorClass::Data),
    ("Invalid type Error", "", ErrorClass::Data),
    ("Invalid Error", "", ErrorClass::Data),
    ("Mismatch Type Error", "", ErrorClass::Data),
    ("Decimal Error", "", ErrorClass::Data),
    ("Divide by Zero Error", "", ErrorClass::Data),
    ("Not implemented Error", "", ErrorClass::Unsupported),
    ("Missing Extension Error", "", ErrorClass::Unsupported),
    ("Serialization Error", "", ErrorClass::Data),
    (
        "Connection Error",
        "different configuration",
        ErrorClass::Config,
    ),
    // An earlier failure broke the instance for good; a new connection gets a new one.
    (
        "FATAL Error",
        "has been invalidated",
        ErrorClass::Unavailable,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_message_decides_its_class() {
        let cases = [
            (
                "IO Error: Could not set lock on file \"a.duckdb\": Conflicting lock is held in …",
                ErrorClass::Transient,
            ),
            (
                "IO Error: No files found that match the pattern \"x.parquet\"",
                ErrorClass::NotFound,
            ),
            (
                "IO Error: Cannot open database \"a\" in read-only mode: database does not exist",
                ErrorClass::NotFound,
            ),
            (
                "TransactionContext Error: Conflict on update!",
                ErrorClass::Conflict,
            ),
            (
                "Catalog Error: Table with name x does not exist!",
                ErrorClass::NotFound,
            ),
            ("INTERRUPT Error: Interrupted!", ErrorClass::Cancelled),
            (
                "Out of Memory Error: failed to allocate",
                ErrorClass::Resource,
            ),
            (
                "Parser Error: syntax error at or near \"SELEC\"",
                ErrorClass::InvalidSql,
            ),
            (
                "Binder Error: Referenced column \"a\" not found",
                ErrorClass::NotFound,
            ),
            (
                "Conversion Error: Could not convert string 'x' to INT64",
                ErrorClass::Data,
            ),
            ("Out of Range Error: Overflow in addition", ErrorClass::Data),
            (
                "Invalid Input Error: No magic bytes found at end of file 'x'",
                ErrorClass::Data,
            ),
            ("Constraint Error: Duplicate key", ErrorClass::Integrity),
            ("Not implemented Error: …", ErrorClass::Unsupported),
            ("INTERNAL Error: …", ErrorClass::Internal),
            // As DuckDB 1.5.6 words them, with other paths.
            (
                "IO Error: Could not set lock on file \"/a.duckdb\": Conflicting lock is held in /bin/python3 (PID 22719). \
                 See also https://duckdb.org/docs/stable/connect/concurrency",
                ErrorClass::Transient,
            ),
            (
                "IO Error: Could not set lock on file \"/a.duckdb\": Conflicting lock is held in /bin/python3 (PID 22728). \
                 However, you would be able to open this database in read-only mode, e.g. by using the -readonly parameter \
                 in the CLI. See also https://duckdb.org/docs/stable/connect/concurrency",
                ErrorClass::Transient,
            ),
            (
                "IO Error: Could not set lock on file \"/a.duckdb\": File locks are not supported for this file system, \
                 cannot open the file in read-write mode. Try opening the file in read-only mode",
                ErrorClass::Unsupported,
            ),
            (
                "IO Error: Cannot open file \"/no/a.duckdb\": No such file or directory",
                ErrorClass::NotFound,
            ),
            (
                "IO Error: Cannot open file \"/a.duckdb\": Permission denied",
                ErrorClass::Auth,
            ),
            (
                "IO Error: The file \"/a.duckdb\" exists, but it is not a valid DuckDB database file!",
                ErrorClass::Data,
            ),
            (
                "IO Error: Corrupt database file: computed checksum 13854485900010520111 does not match stored checksum \
                 9819237368048713263 in block at location 12288",
                ErrorClass::Data,
            ),
            (
                "IO Error: Failure while replaying WAL file \"/a.duckdb.wal\": Corrupt WAL file: entry at byte position 56 \
                 computed checksum 8079661783788944283 does not match stored checksum 10136058050450881435",
                ErrorClass::Data,
            ),
            (
                "IO Error: Could not read enough bytes from file \"/a.duckdb\": attempted to read 6144 bytes from location 268288",
                ErrorClass::Data,
            ),
            (
                "IO Error: Could not read from file \"/folder\": Is a directory",
                ErrorClass::Data,
            ),
            (
                "IO Error: Extension \"/x/sqlite_scanner.duckdb_extension\" not found.",
                ErrorClass::Unsupported,
            ),
            (
                "IO Error: Cannot open file \"/a.duckdb\": Too many open files",
                ErrorClass::Resource,
            ),
            (
                "IO Error: Failed to create directory \"/proc/nope\": No such file or directory",
                ErrorClass::Config,
            ),
            (
                "Connection Error: Can't open a connection to same database file with a different configuration than \
                 existing connections",
                ErrorClass::Config,
            ),
            (
                "Out of Memory Error: could not allocate block of size 256.0 KiB (18.9 MiB/19.0 MiB used)",
                ErrorClass::Resource,
            ),
            (
                "FATAL Error: Failed: database has been invalidated because of a previous fatal error. The database must be \
                 restarted prior to being used again.",
                ErrorClass::Unavailable,
            ),
        ];
        for (message, class) in cases {
            assert_eq!(classify(message), class, "{message}");
        }
    }

    #[test]
    fn the_error_of_a_running_statement_counts_and_not_its_wrapping() {
        let wrapped = format!("{OF_A_RUNNING_STATEMENT}INTERRUPT Error: Interrupted!");
        let code = duckdb::ffi::Error::new(duckdb::ffi::DuckDBError);
        let error = engine_error(&duckdb::Error::DuckDBFailure(code, Some(wrapped)));
        assert_eq!(error.class, ErrorClass::Cancelled);
        assert_eq!(error.message, "INTERRUPT Error: Interrupted!");
    }
}

//! DuckDB's errors in the classes of the interface: the one place where they are classified.

use data_validator_plugin::{EngineError, ErrorClass};

/// The error with a class, without the echo of the statement.
pub fn engine_error(error: &duckdb::Error) -> EngineError {
    let message = match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    let class = classify(&message);
    let told = message
        .split("\n\nLINE ")
        .next()
        .unwrap_or_default()
        .trim()
        .replace('\n', " ");
    EngineError::new(class, told)
}

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
        "Could not set lock on file",
        ErrorClass::Transient,
    ),
    ("IO Error", "No files found", ErrorClass::NotFound),
    ("IO Error", "No such file", ErrorClass::NotFound),
    ("IO Error", "does not exist", ErrorClass::NotFound),
    ("IO Error", "Permission denied", ErrorClass::Auth),
    ("IO Error", "No space left", ErrorClass::Resource),
    ("IO Error", "Disk quota", ErrorClass::Resource),
    ("IO Error", "not a valid DuckDB database", ErrorClass::Data),
    ("IO Error", "Parquet", ErrorClass::Data),
    ("IO Error", "", ErrorClass::Unavailable),
    ("HTTP Error", "", ErrorClass::Unavailable),
    ("TransactionContext Error", "onflict", ErrorClass::Conflict),
    ("Transaction Error", "onflict", ErrorClass::Conflict),
    ("Catalog Error", "does not exist", ErrorClass::NotFound),
    ("Catalog Error", "already exists", ErrorClass::AlreadyExists),
    ("Catalog Error", "", ErrorClass::InvalidSql),
    ("Parser Error", "", ErrorClass::InvalidSql),
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
                ErrorClass::InvalidSql,
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
        ];
        for (message, class) in cases {
            assert_eq!(classify(message), class, "{message}");
        }
    }
}

//! DataFusion's errors in the classes of the interface: the one place where they are classified.

use std::error::Error;
use std::io;
use std::sync::Arc;

use data_validator_plugin::{EngineError, ErrorClass};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, SchemaError};
use datafusion::object_store;
use datafusion::parquet::errors::ParquetError;
use tokio::task::JoinError;

/// The error with a class, in one line; an error of this crate that went through DataFusion as it was.
pub fn engine_error(error: &DataFusionError) -> EngineError {
    if let Some(own) = engine_error_within(error) {
        return own.clone();
    }
    let told = error.strip_backtrace();
    let told: Vec<&str> = told.lines().map(str::trim).collect();
    EngineError::new(classify(error), told.join(" ").trim())
}

/// The same for an error of the operating system, saying what was attempted.
pub fn io_error(error: &io::Error, attempted: impl std::fmt::Display) -> EngineError {
    EngineError::new(classify_io(error), format!("{attempted}: {error}"))
}

fn engine_error_within<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e EngineError> {
    if let Some(own) = error.downcast_ref::<EngineError>() {
        return Some(own);
    }
    match error.downcast_ref::<DataFusionError>() {
        Some(DataFusionError::Collection(errors)) => engine_error_within(errors.first()?),
        Some(DataFusionError::Shared(shared)) => engine_error_within(shared.as_ref()),
        _ => engine_error_within(error.source()?),
    }
}

/// The class of an error by the innermost one that has a type we know.
fn classify(error: &(dyn Error + 'static)) -> ErrorClass {
    if let Some(error) = error.downcast_ref::<DataFusionError>() {
        return classify_datafusion(error);
    }
    if let Some(error) = error.downcast_ref::<Arc<DataFusionError>>() {
        return classify_datafusion(error);
    }
    if let Some(error) = error.downcast_ref::<EngineError>() {
        return error.class;
    }
    if let Some(error) = error.downcast_ref::<ArrowError>() {
        return classify_arrow(error);
    }
    if let Some(error) = error.downcast_ref::<ParquetError>() {
        return classify_parquet(error);
    }
    if let Some(error) = error.downcast_ref::<object_store::Error>() {
        return classify_store(error);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return classify_io(error);
    }
    if let Some(error) = error.downcast_ref::<JoinError>() {
        return classify_join(error);
    }
    error.source().map_or(ErrorClass::Internal, classify)
}

fn classify_datafusion(error: &DataFusionError) -> ErrorClass {
    match error {
        DataFusionError::ArrowError(error, _) => classify_arrow(error),
        DataFusionError::ParquetError(error) => classify_parquet(error),
        DataFusionError::ObjectStore(error) => classify_store(error),
        DataFusionError::IoError(error) => classify_io(error),
        DataFusionError::ExecutionJoin(error) => classify_join(error),
        DataFusionError::Plan(message) if is_missing_relation(message) => ErrorClass::NotFound,
        DataFusionError::SchemaError(error, _)
            if matches!(**error, SchemaError::FieldNotFound { .. }) =>
        {
            ErrorClass::NotFound
        }
        // The planner finds what the parser lets pass, and the optimiser a pattern that is none.
        DataFusionError::SQL(..) | DataFusionError::Plan(_) | DataFusionError::SchemaError(..) => {
            ErrorClass::InvalidSql
        }
        DataFusionError::Context(context, _) if context == "Invalid regex" => {
            ErrorClass::InvalidSql
        }
        DataFusionError::Execution(message) if is_invalid_pattern(message) => {
            ErrorClass::InvalidSql
        }
        DataFusionError::Execution(_) => ErrorClass::Data,
        DataFusionError::NotImplemented(_) | DataFusionError::Substrait(_) => {
            ErrorClass::Unsupported
        }
        DataFusionError::Configuration(_) => ErrorClass::Config,
        DataFusionError::ResourcesExhausted(_) => ErrorClass::Resource,
        DataFusionError::Internal(_) | DataFusionError::Ffi(_) => ErrorClass::Internal,
        DataFusionError::External(error) => classify(error.as_ref()),
        DataFusionError::Context(_, error) | DataFusionError::Diagnostic(_, error) => {
            classify_datafusion(error)
        }
        DataFusionError::Shared(error) => classify_datafusion(error),
        DataFusionError::Collection(errors) => errors
            .first()
            .map_or(ErrorClass::Internal, classify_datafusion),
    }
}

/// What DataFusion says of a table that is nowhere; a missing function is not valid SQL.
fn is_missing_relation(message: &str) -> bool {
    (message.starts_with("table '") || message.starts_with("Table not found"))
        && message.contains("not found")
        || message.starts_with("failed to resolve ")
}

fn is_invalid_pattern(message: &str) -> bool {
    message.contains("Regular expression did not compile")
}

fn classify_arrow(error: &ArrowError) -> ErrorClass {
    match error {
        ArrowError::ComputeError(message) | ArrowError::InvalidArgumentError(message)
            if is_invalid_pattern(message) =>
        {
            ErrorClass::InvalidSql
        }
        ArrowError::NotYetImplemented(_) => ErrorClass::Unsupported,
        ArrowError::MemoryError(_) => ErrorClass::Resource,
        ArrowError::IoError(_, error) => classify_io(error),
        ArrowError::ExternalError(error) => classify(error.as_ref()),
        ArrowError::CDataInterface(_) => ErrorClass::Internal,
        // Casts, overflows, and what readers find in files.
        _ => ErrorClass::Data,
    }
}

fn classify_parquet(error: &ParquetError) -> ErrorClass {
    match error {
        ParquetError::NYI(_) => ErrorClass::Unsupported,
        ParquetError::External(error) => classify(error.as_ref()),
        _ => ErrorClass::Data,
    }
}

fn classify_store(error: &object_store::Error) -> ErrorClass {
    match error {
        object_store::Error::NotFound { .. } => ErrorClass::NotFound,
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => ErrorClass::Auth,
        object_store::Error::AlreadyExists { .. } => ErrorClass::AlreadyExists,
        object_store::Error::NotSupported { .. }
        | object_store::Error::NotImplemented { .. }
        | object_store::Error::InvalidPath { .. } => ErrorClass::Unsupported,
        object_store::Error::UnknownConfigurationKey { .. } => ErrorClass::Config,
        object_store::Error::JoinError { source } => classify_join(source),
        // What a web server did not answer to the end, whatever the operating system says of the connection.
        object_store::Error::Generic { store: "HTTP", .. } => ErrorClass::Unavailable,
        // A file that is shorter than it was has been changed meanwhile.
        other if other.to_string().contains("Out of range of file") => ErrorClass::Data,
        other => match innermost_io(other) {
            Some(error) => classify_io(error),
            None => ErrorClass::Unavailable,
        },
    }
}

fn innermost_io<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    match error.downcast_ref::<io::Error>() {
        Some(found) => Some(found),
        None => innermost_io(error.source()?),
    }
}

fn classify_io(error: &io::Error) -> ErrorClass {
    use io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => ErrorClass::NotFound,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ErrorClass::Auth,
        ErrorKind::StorageFull
        | ErrorKind::QuotaExceeded
        | ErrorKind::FileTooLarge
        | ErrorKind::OutOfMemory => ErrorClass::Resource,
        ErrorKind::InvalidData
        | ErrorKind::UnexpectedEof
        | ErrorKind::IsADirectory
        | ErrorKind::NotADirectory => ErrorClass::Data,
        ErrorKind::Unsupported => ErrorClass::Unsupported,
        // Of too many open files, ENFILE and EMFILE, the standard library makes no kind.
        _ if matches!(error.raw_os_error(), Some(23 | 24)) => ErrorClass::Resource,
        _ => match error.get_ref() {
            // What DataFusion says where queries may put no more into temporary files.
            Some(inner) if inner.to_string().contains("exceeded the allowable limit") => {
                ErrorClass::Resource
            }
            Some(inner) => classify(inner),
            None => ErrorClass::Unavailable,
        },
    }
}

fn classify_join(error: &JoinError) -> ErrorClass {
    match error.is_cancelled() {
        true => ErrorClass::Cancelled,
        false => ErrorClass::Internal,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::common::{exec_datafusion_err, plan_datafusion_err, resources_datafusion_err};

    use super::*;

    fn external(error: impl Error + Send + Sync + 'static) -> DataFusionError {
        DataFusionError::External(Box::new(error))
    }

    #[test]
    fn the_variant_decides_the_class() {
        let io = |kind: io::ErrorKind| DataFusionError::IoError(kind.into());
        let arrow = |error| DataFusionError::ArrowError(Box::new(error), None);
        let parquet = |error| DataFusionError::ParquetError(Box::new(error));
        let cases = [
            (
                plan_datafusion_err!("Invalid function 'f'"),
                ErrorClass::InvalidSql,
            ),
            (
                plan_datafusion_err!("table 'datafusion.public.t' not found"),
                ErrorClass::NotFound,
            ),
            (
                plan_datafusion_err!("failed to resolve schema: s"),
                ErrorClass::NotFound,
            ),
            (exec_datafusion_err!("a value is wrong"), ErrorClass::Data),
            (resources_datafusion_err!("no memory"), ErrorClass::Resource),
            (
                DataFusionError::NotImplemented("x".into()),
                ErrorClass::Unsupported,
            ),
            (
                DataFusionError::Configuration("x".into()),
                ErrorClass::Config,
            ),
            (DataFusionError::Internal("x".into()), ErrorClass::Internal),
            (io(io::ErrorKind::NotFound), ErrorClass::NotFound),
            (io(io::ErrorKind::PermissionDenied), ErrorClass::Auth),
            (io(io::ErrorKind::StorageFull), ErrorClass::Resource),
            (io(io::ErrorKind::UnexpectedEof), ErrorClass::Data),
            (io(io::ErrorKind::ConnectionReset), ErrorClass::Unavailable),
            (arrow(ArrowError::DivideByZero), ErrorClass::Data),
            (arrow(ArrowError::CastError("x".into())), ErrorClass::Data),
            (
                arrow(ArrowError::MemoryError("x".into())),
                ErrorClass::Resource,
            ),
            (
                arrow(ArrowError::ComputeError(
                    "Regular expression did not compile: x".into(),
                )),
                ErrorClass::InvalidSql,
            ),
            (parquet(ParquetError::EOF("x".into())), ErrorClass::Data),
            (
                parquet(ParquetError::NYI("x".into())),
                ErrorClass::Unsupported,
            ),
            (
                DataFusionError::External("of no known kind".into()),
                ErrorClass::Internal,
            ),
        ];
        for (error, class) in cases {
            assert_eq!(engine_error(&error).class, class, "{error}");
        }
    }

    #[test]
    fn the_cause_counts_and_not_its_wrapping() {
        let missing = || object_store::Error::NotFound {
            path: "a.parquet".into(),
            source: Box::new(io::Error::from(io::ErrorKind::NotFound)),
        };
        let wrapped = [
            external(missing()),
            DataFusionError::ParquetError(Box::new(ParquetError::External(Box::new(missing())))),
            DataFusionError::ArrowError(
                Box::new(ArrowError::ExternalError(Box::new(missing()))),
                None,
            ),
            DataFusionError::Shared(Arc::new(external(missing()))),
            external(missing()).context("reading"),
            DataFusionError::Collection(vec![external(missing())]),
            external(io::Error::other(missing())),
        ];
        for error in wrapped {
            assert_eq!(engine_error(&error).class, ErrorClass::NotFound, "{error}");
        }
    }

    #[test]
    fn an_error_of_this_crate_comes_out_as_it_went_in() {
        let own = EngineError::new(ErrorClass::Data, "line 7 is ragged");
        let wrapped = DataFusionError::Shared(Arc::new(external(own.clone()).context("scan")));
        assert_eq!(engine_error(&wrapped), own);
    }

    #[test]
    fn a_message_is_one_line() {
        let error = exec_datafusion_err!("first\n  second").context("while reading");
        assert!(!engine_error(&error).message.contains('\n'));
    }
}

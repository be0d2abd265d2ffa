//! Rows split by the host while they come, into files.

use data_validator_plugin::{BatchStream, EngineError, ErrorClass};

use super::part::{Part, PartTarget, Rows};
use crate::engines::parquet_file::{Parts, write_parts};

/// Writes the rows of a stream, in whose last column are the names of the rules that each fails, to these files;
/// `told` hears of the names.
///
/// # Errors
/// When the rows cannot be had, or a file not be written.
pub fn write(
    stream: &mut dyn BatchStream,
    parts: &[Part<'_>],
    told: &mut dyn FnMut(Option<&str>, u64),
) -> Result<(), EngineError> {
    let emptied = |rows: Rows| {
        let part = parts.iter().find(|part| part.rows == rows)?;
        let PartTarget::File(file) = part.target else {
            return None;
        };
        Some(file.emptied().map_err(|error| {
            let class = ErrorClass::Resource;
            EngineError::new(class, format!("writing {part}: {error}"))
        }))
    };
    let clean = emptied(Rows::Clean).transpose()?;
    let quarantined = emptied(Rows::Quarantined).transpose()?;
    let parts = Parts {
        without: clean.as_ref(),
        with: quarantined.as_ref(),
    };
    write_parts(stream, &parts, told)
}

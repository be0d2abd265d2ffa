//! Brings the rows of files to an engine that cannot read them.
//!
//! Another engine reads the files, and its rows stream into the session's own place, a batch at a time.

use data_validator_plugin::{
    Call, Column, Description, EngineConfig, EngineError, ErrorClass, FileFormat, LogicalType,
    Relation, Session, Source,
};

use super::registry;

/// A source that an engine reads.
pub struct Attachment {
    pub relation: Relation,
    /// Columns of files that did not come with the others.
    pub left_behind: Vec<LeftBehind>,
}

/// A column of a type that cannot be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftBehind {
    pub column: Column,
    /// The engine that reads the files itself.
    pub reader: String,
}

impl From<Relation> for Attachment {
    fn from(relation: Relation) -> Self {
        Self {
            relation,
            left_behind: Vec::new(),
        }
    }
}

/// Makes a source readable in the session of an engine of this description.
///
/// # Errors
/// Those of the engine, and of the one that reads the files in its place.
pub fn attach(
    session: &mut dyn Session,
    description: &Description,
    name: &str,
    source: &Source,
    call: &Call,
) -> Result<Attachment, EngineError> {
    match source {
        Source::Files { format, .. } if !reads(description, format) => {
            if !description.capabilities.ingest {
                return Err(cannot_read(name, description, format));
            }
            carry(session, name, source, format, call)
        }
        _ => Ok(session.attach(name, source, call)?.into()),
    }
}

fn carry(
    session: &mut dyn Session,
    name: &str,
    source: &Source,
    format: &FileFormat,
    call: &Call,
) -> Result<Attachment, EngineError> {
    let kinds = registry::linked_in();
    let reader = kinds.iter().find(|kind| reads(&kind.description, format));
    let reader = reader.ok_or_else(|| {
        let message = format!(
            "attaching '{name}': the engine reads no files, and this program has no engine that reads {} files; \
             build it with the feature 'duckdb' or 'datafusion'",
            format.name()
        );
        EngineError::new(ErrorClass::Unsupported, message)
    })?;
    let mut reading = reader.engine()?.connect(&EngineConfig::default(), call)?;
    let files = reading.attach(name, source, call)?;
    // A type that no rule judges, such as JSON or a list, would be another one there.
    let schema = reading.schema(&files, call)?;
    let is_known = |column: &Column| !matches!(column.logical_type, LogicalType::Other(_));
    let (known, other): (Vec<_>, Vec<_>) = schema.columns.into_iter().partition(is_known);
    let columns: Vec<String> = (known.iter())
        .map(|column| reader.description.dialect.identifier(&column.name))
        .collect();
    if columns.is_empty() {
        let message = format!("attaching '{name}': the files have no column that can be carried");
        return Err(EngineError::new(ErrorClass::Unsupported, message));
    }
    let sql = format!("SELECT {} FROM {}", columns.join(", "), files.sql);
    let mut rows = reading.query(&sql, call)?;
    let left_behind = other.into_iter().map(|column| LeftBehind {
        column,
        reader: reader.description.name.clone(),
    });
    Ok(Attachment {
        relation: session.ingest(name, &mut *rows, call)?,
        left_behind: left_behind.collect(),
    })
}

fn cannot_read(name: &str, description: &Description, format: &FileFormat) -> EngineError {
    let formats = &description.capabilities.file_formats;
    let itself = match &formats[..] {
        [] => "no files".to_owned(),
        formats => format!("files of {}, and not {}", formats.join(", "), format.name()),
    };
    let kinds = registry::linked_in();
    let others: Vec<&str> = (kinds.iter())
        .filter(|kind| reads(&kind.description, format))
        .map(|kind| kind.description.name.as_str())
        .collect();
    let advice = match &others[..] {
        [] => "read the table with one that does".to_owned(),
        others => format!("read the table with the engine {}", others.join(" or ")),
    };
    let message = format!(
        "attaching '{name}': the engine '{}' reads {itself}; {advice}",
        description.name
    );
    EngineError::new(ErrorClass::Unsupported, message)
}

fn reads(description: &Description, format: &FileFormat) -> bool {
    let formats = &description.capabilities.file_formats;
    formats.iter().any(|known| known == format.name())
}

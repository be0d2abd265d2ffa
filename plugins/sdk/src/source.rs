//! Where the rows of a table are.

use std::path::PathBuf;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::schema::Schema;

/// Where the rows of a table are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Files of one format that are read as one table; at least one, in a fixed order.
    Files {
        format: FileFormat,
        paths: Vec<PathBuf>,
    },
    /// A table or view that the engine knows.
    Table(TableName),
    /// The rows of a query, already checked to be one read-only statement.
    Query(String),
}

/// As the member that it has; others are of a later version, and are not looked at.
impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Files {
            format: FileFormat,
            paths: Vec<PathBuf>,
        }
        #[derive(Deserialize)]
        struct Written {
            files: Option<Files>,
            table: Option<TableName>,
            query: Option<String>,
        }
        match Written::deserialize(deserializer)? {
            Written {
                files: Some(Files { format, paths }),
                ..
            } => Ok(Self::Files { format, paths }),
            Written {
                table: Some(table), ..
            } => Ok(Self::Table(table)),
            Written {
                query: Some(query), ..
            } => Ok(Self::Query(query)),
            _ => Err(D::Error::custom("it is neither files, a table nor a query")),
        }
    }
}

/// The format of files, with all that is needed to read them alike on every engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Parquet,
    /// One JSON value a line, or one array of objects.
    Json,
    /// The file format of Arrow's inter-process communication, also known as Feather 2; not its stream format.
    Arrow,
    Csv(CsvFormat),
}

impl FileFormat {
    /// Its name in [`Capabilities::file_formats`](crate::Capabilities::file_formats).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Json => "json",
            Self::Arrow => "arrow",
            Self::Csv(_) => "csv",
        }
    }
}

/// A CSV file as the host understood it; an engine infers nothing.
///
/// UTF-8 with a header line. An unquoted empty field is NULL, `""` is empty text, and a line with
/// more or fewer fields than the header is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvFormat {
    /// One ASCII byte.
    #[serde(with = "one_character")]
    pub delimiter: u8,
    /// One ASCII byte, doubled inside a quoted field.
    #[serde(with = "one_character")]
    pub quote: u8,
    /// Names and types of all columns, in the order of the file.
    pub schema: Schema,
}

/// The name of a table as its parts, outermost first: catalog, schema, table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TableName {
    #[serde(default)]
    pub catalog: Option<String>,
    #[serde(default)]
    pub schema: Option<String>,
    pub table: String,
}

impl TableName {
    /// The parts that are given, outermost first.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        [
            self.catalog.as_deref(),
            self.schema.as_deref(),
            Some(self.table.as_str()),
        ]
        .into_iter()
        .flatten()
    }
}

/// An ASCII byte as a text of one character.
mod one_character {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(byte: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        char::from(*byte).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        u8::try_from(char::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

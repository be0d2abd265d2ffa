//! From a source as a user names it to one that an engine can read.
//!
//! Files are looked for here, and the columns of CSV files are inferred here, once and from all
//! rows, so that every engine reads the same files with the same types.

use std::path::{Path, PathBuf};

use data_validator_plugin::{CsvFormat, FileFormat, Source};

use crate::config::{FileKind, FilesSpec, SourceSpec};

mod columns;
mod csv;
pub(crate) mod files;

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("no source is given; set 'source' in the config, --sources or --override")]
    Missing,
    #[error("{0}")]
    Files(String),
    /// An untrusted config leads to what it must not read.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Csv(#[from] csv::CsvError),
}

impl SourceError {
    /// A file of the source cannot be read.
    pub fn unreadable(found: &Found<'_>, error: &std::io::Error) -> Self {
        Self::Files(format!(
            "reading {}: {error}; check the files and their permissions",
            found.describe()
        ))
    }
}

/// A source whose files are found; their columns are not looked at yet.
#[derive(Debug)]
pub struct Found<'s> {
    spec: &'s SourceSpec,
    files: Option<(FileKind, Vec<PathBuf>)>,
}

/// Finds the files of a source.
///
/// # Errors
/// When there is none, or their format is not known.
pub fn find(spec: &SourceSpec) -> Result<Found<'_>, SourceError> {
    let files = match spec {
        SourceSpec::Files(files) => Some(files::find(files)?),
        SourceSpec::Table(_) | SourceSpec::Query(_) => None,
    };
    Ok(Found { spec, files })
}

/// Whether a source reads a file of that name, or would if it were there.
pub fn reads_file(spec: &SourceSpec, file: &Path) -> bool {
    matches!(spec, SourceSpec::Files(files) if files::names(files, file))
}

impl Found<'_> {
    /// The files, sorted; `None` for a source that is not in files.
    pub fn paths(&self) -> Option<&[PathBuf]> {
        self.files.as_ref().map(|(_, paths)| &**paths)
    }

    /// The format of the files as it was found; empty for a source that is not in files.
    pub fn format(&self) -> String {
        (self.files.as_ref()).map_or_else(String::new, |(kind, _)| format!("{kind:?}"))
    }

    /// The size of the files; `None` for a source that is not in files.
    pub fn bytes(&self) -> Option<u64> {
        let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        Some(self.paths()?.iter().map(size).sum())
    }

    /// Whether every scan has to read and parse all of it.
    pub fn is_parsed_by_each_scan(&self) -> bool {
        let is_binary = |kind: &FileKind| matches!(kind, FileKind::Parquet | FileKind::Arrow);
        (self.files.as_ref()).is_some_and(|(kind, _)| !is_binary(kind))
    }

    /// The source as an engine reads it; the columns of CSV files are inferred from all their rows.
    ///
    /// # Errors
    /// When a CSV file is not one.
    pub fn source(&self) -> Result<Source, SourceError> {
        match (self.spec, &self.files) {
            (SourceSpec::Files(spec), Some((kind, paths))) => {
                let format = match kind {
                    FileKind::Parquet => FileFormat::Parquet,
                    FileKind::Json => FileFormat::Json,
                    FileKind::Arrow => FileFormat::Arrow,
                    FileKind::Csv | FileKind::Tsv => {
                        FileFormat::Csv(csv_format(spec, *kind, paths)?)
                    }
                };
                Ok(Source::Files {
                    format,
                    paths: paths.clone(),
                })
            }
            (SourceSpec::Table(table), _) => Ok(Source::Table(table.clone())),
            (SourceSpec::Query(query), _) => Ok(Source::Query(query.clone())),
            (SourceSpec::Files(_), None) => Err(SourceError::Missing),
        }
    }

    /// The source in a few words, for messages.
    pub fn describe(&self) -> String {
        match (self.spec, self.paths()) {
            (_, Some([path])) => path.display().to_string(),
            (_, Some([first, others @ ..])) => {
                format!("{} and {} more files", first.display(), others.len())
            }
            (SourceSpec::Table(table), _) => {
                format!("table {}", table.parts().collect::<Vec<_>>().join("."))
            }
            (SourceSpec::Query(_), _) => "the source's query".into(),
            (SourceSpec::Files(files), _) => files.path.display().to_string(),
        }
    }
}

fn csv_format(
    spec: &FilesSpec,
    kind: FileKind,
    paths: &[PathBuf],
) -> Result<CsvFormat, SourceError> {
    let delimiter = spec
        .delimiter
        .unwrap_or(if kind == FileKind::Tsv { b'\t' } else { b',' });
    let quote = spec.quote.unwrap_or(b'"');
    let schema = columns::columns(paths, csv::CsvFormat { delimiter, quote }, &spec.schema)?;
    Ok(CsvFormat {
        delimiter,
        quote,
        schema,
    })
}

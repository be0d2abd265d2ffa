//! From a source as a user names it to one that an engine can read.
//!
//! Files are looked for here, and the columns of CSV files are inferred here, once and from all
//! rows, so that every engine reads the same files with the same types.

use data_validator_plugin::{CsvFormat, FileFormat, Source};

use crate::config::{FileKind, FilesSpec, SourceSpec};

mod columns;
mod csv;
mod files;

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("no source is given; set 'source' in the config, --sources or --override")]
    Missing,
    #[error("{0}")]
    Files(String),
    #[error(transparent)]
    Csv(#[from] csv::CsvError),
}

/// Finds the files of a source and the columns of CSV files.
pub fn resolve(spec: &SourceSpec) -> Result<Source, SourceError> {
    match spec {
        SourceSpec::Files(files) => {
            let (kind, paths) = files::find(files)?;
            let format = match kind {
                FileKind::Parquet => FileFormat::Parquet,
                FileKind::Json => FileFormat::Json,
                FileKind::Csv | FileKind::Tsv => FileFormat::Csv(csv_format(files, kind, &paths)?),
            };
            Ok(Source::Files { format, paths })
        }
        SourceSpec::Table(table) => Ok(Source::Table(table.clone())),
        SourceSpec::Query(query) => Ok(Source::Query(query.clone())),
    }
}

/// The source in a few words, for messages.
pub fn describe(source: &Source) -> String {
    match source {
        Source::Files { paths, .. } => match &**paths {
            [path] => path.display().to_string(),
            [first, ..] => format!("{} and {} more files", first.display(), paths.len() - 1),
            [] => "no files".into(),
        },
        Source::Table(table) => format!("table {}", table.parts().collect::<Vec<_>>().join(".")),
        Source::Query(_) => "the source's query".into(),
    }
}

fn csv_format(
    spec: &FilesSpec,
    kind: FileKind,
    paths: &[std::path::PathBuf],
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

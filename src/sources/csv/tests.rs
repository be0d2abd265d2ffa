mod column_types;
mod errors;
mod properties;

use std::fs;
use std::path::PathBuf;

use super::{ColumnType, CsvFormat, infer_columns};

/// A directory with the files `0.csv`, `1.csv` and so on.
struct Files {
    directory: tempfile::TempDir,
    paths: Vec<PathBuf>,
}

impl Files {
    fn new(contents: &[&[u8]]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |(index, content): (usize, &&[u8])| {
            let path = directory.path().join(format!("{index}.csv"));
            fs::write(&path, content).unwrap();
            path
        };
        let paths = contents.iter().enumerate().map(path).collect();
        Self { directory, paths }
    }

    fn types(&self) -> Vec<ColumnType> {
        let columns = infer_columns(&self.paths, CsvFormat::COMMA).unwrap();
        columns.iter().map(|column| column.column_type).collect()
    }

    /// The message of the error, without the directory.
    fn error(&self) -> String {
        let error = infer_columns(&self.paths, CsvFormat::COMMA).unwrap_err();
        let directory = format!("{}/", self.directory.path().display());
        error.to_string().replace(&directory, "")
    }
}

fn types(text: &str) -> Vec<ColumnType> {
    Files::new(&[text.as_bytes()]).types()
}

fn error(text: &str) -> String {
    Files::new(&[text.as_bytes()]).error()
}

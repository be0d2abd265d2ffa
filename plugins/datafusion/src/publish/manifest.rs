//! What the tables hold after a publication.

use std::collections::BTreeMap;
use std::fs;

use data_validator_plugin::{EngineError, ErrorClass, Fence};
use serde::{Deserialize, Serialize};

use super::durable::{Written, write_new};
use super::layout::Layout;
use crate::error::io_error;

/// All tables at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Raised when an older version of this engine would misread it.
    pub format: u32,
    /// Counts publications from 1; 0 where there was none.
    pub sequence: u64,
    /// What was published last.
    pub key: Option<String>,
    /// The highest fence of each scope.
    pub fences: Vec<Fence>,
    /// By folder, the files that hold the rows of a table.
    pub tables: BTreeMap<String, Vec<PartFile>>,
}

/// A file of rows, all of which are in its table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFile {
    pub file: String,
    pub rows: u64,
}

const FORMAT: u32 = 1;

impl Manifest {
    /// The manifest with the highest number, which is read again if a writer removes it meanwhile.
    pub fn newest(layout: &Layout) -> Result<Self, EngineError> {
        loop {
            let Some(sequence) = newest_sequence(layout)? else {
                return Ok(Self {
                    format: FORMAT,
                    ..Self::default()
                });
            };
            let path = layout.manifest(sequence);
            match fs::read(&path) {
                Ok(content) => {
                    return Self::read(&content).map_err(|error| {
                        error.context(format_args!("reading {}", path.display()))
                    });
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(io_error(&error, format_args!("reading {}", path.display())));
                }
            }
        }
    }

    fn read(content: &[u8]) -> Result<Self, EngineError> {
        let manifest: Self = serde_json::from_slice(content).map_err(|error| {
            EngineError::new(ErrorClass::Data, format!("it is damaged: {error}"))
        })?;
        if manifest.format > FORMAT {
            let message = "a newer version of this engine wrote it; update this one";
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
        Ok(manifest)
    }

    /// Gives the manifest its name: the step in which everything becomes visible.
    pub fn link(&self, layout: &Layout) -> Result<(), EngineError> {
        let path = layout.manifest(self.sequence);
        let content = serde_json::to_vec(self).map_err(|error| {
            EngineError::new(ErrorClass::Internal, format!("writing a manifest: {error}"))
        })?;
        match write_new(layout, &path, &content)? {
            Written::Now => Ok(()),
            Written::Before => {
                let message = format!(
                    "{} is there already: another writer came first, and locks do not hold here",
                    path.display()
                );
                Err(EngineError::new(ErrorClass::Conflict, message))
            }
        }
    }
}

fn newest_sequence(layout: &Layout) -> Result<Option<u64>, EngineError> {
    let folder = layout.manifests();
    let failed =
        |error: std::io::Error| io_error(&error, format_args!("listing {}", folder.display()));
    let mut newest = None;
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        newest = newest.max(sequence_of(&name.to_string_lossy()));
    }
    Ok(newest)
}

/// The number in a manifest's file name.
pub fn sequence_of(file_name: &str) -> Option<u64> {
    file_name.strip_suffix(".json")?.parse().ok()
}

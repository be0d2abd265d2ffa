//! An engine that can be chosen, linked in or from a file.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use data_validator_plugin::{Description, Engine, EngineError};

/// Makes the engine that the tables of one engine of a config share.
type Make = dyn Fn() -> Result<Arc<dyn Engine>, EngineError> + Send + Sync;

/// An engine that a config can choose by its name.
pub struct EngineKind {
    pub description: Description,
    pub origin: Origin,
    make: Box<Make>,
}

/// Where an engine's code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In this program.
    LinkedIn,
    /// In a plugin file.
    File {
        path: PathBuf,
        /// Of the file's bytes, in hex.
        sha256: String,
    },
}

impl EngineKind {
    pub fn new(
        description: Description,
        origin: Origin,
        make: impl Fn() -> Result<Arc<dyn Engine>, EngineError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            description,
            origin,
            make: Box::new(make),
        }
    }

    /// A new engine of this kind, without a connection.
    pub fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        (self.make)()
    }
}

impl fmt::Debug for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineKind")
            .field("name", &self.description.name)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

//! What the process of a case is told.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use data_validator::engines::catalog::{Catalog, PluginFile};
use data_validator::engines::kind::EngineKind;
use serde::{Deserialize, Serialize};

use crate::interpose::interposed;
use crate::mutants::{self, Mutant};
use crate::settings::places::Places;
use crate::settings::{Away, Engine, Prepare, Tables, Wire};

/// What the process of a case is told, on one line of its input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    pub case: String,
    pub engine: EngineChoice,
    pub settings: Engine,
    /// Other kinds of sessions, by name.
    pub sessions: BTreeMap<String, Engine>,
    pub prepare: Prepare,
    pub tables: Option<Tables>,
    pub away: Option<Away>,
    pub wire: Option<Wire>,
    pub places: Places,
    pub seed: u64,
}

/// An engine that is linked in, or one of a plugin file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EngineChoice {
    /// By which a config chooses it; of a plugin known once it was loaded.
    pub name: String,
    pub plugin: Option<PathBuf>,
    /// What it does wrong, by the name of a mutant.
    pub mutant: Option<String>,
}

impl EngineChoice {
    /// The engine, without a connection.
    ///
    /// # Errors
    /// When there is none of that name, or the plugin is refused.
    pub fn load(&self) -> anyhow::Result<Arc<EngineKind>> {
        let mut catalog = Catalog::new(None);
        let found = match &self.plugin {
            Some(path) => catalog.add(&PluginFile {
                path: path.clone(),
                sha256: None,
            }),
            None => catalog.find(&self.name),
        };
        let kind = found
            .map_err(|error| anyhow!("{}; {}", error.message, error.hint))
            .context("loading the engine")?;
        match &self.mutant {
            Some(name) => Ok(Arc::new(mutated(kind, mutants::named(name)?))),
            None => Ok(kind),
        }
    }
}

fn mutated(kind: Arc<EngineKind>, mutant: &'static Mutant) -> EngineKind {
    let description = (mutant.make)().describe(kind.description.clone());
    EngineKind::new(description, kind.origin.clone(), move || {
        Ok(interposed(kind.engine()?, (mutant.make)()))
    })
}

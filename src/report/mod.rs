//! The report of a run, and one file for each format it is written in.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::config::{Config, DEFAULT_ENGINE};
use crate::engines::kind::Origin;
use crate::run::result::Summary;
use crate::run::settings::RunOutcome;

pub mod human;
pub mod json;
pub mod junit;
pub mod output;
pub mod volatile;

/// Everything a run gave.
#[derive(Debug)]
pub struct Report {
    /// The moment the run counts as now.
    pub now: Timestamp,
    /// Whether `now` was given, so that the report shall be the same each time.
    pub now_given: bool,
    /// Type of the default engine.
    pub engine_type: String,
    pub summaries: Vec<Summary>,
    pub provenance: Provenance,
}

/// Where a report comes from.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    pub run_id: String,
    /// Whether an earlier process began this run.
    pub resumed: bool,
    /// SHA-256 of the config file, in hex.
    pub config_hash: String,
    pub tool_version: &'static str,
    pub engines: Vec<EngineProvenance>,
}

/// An engine that tables of the run are on.
#[derive(Clone, Debug, Serialize)]
pub struct EngineProvenance {
    /// Name in the config.
    pub name: String,
    #[serde(rename = "type")]
    pub engine_type: String,
    pub plugin_version: String,
    pub engine_version: String,
    /// The file that the engine came from; `None` for one that is linked in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<PluginProvenance>,
}

/// A plugin file.
#[derive(Clone, Debug, Serialize)]
pub struct PluginProvenance {
    pub path: PathBuf,
    /// Of its bytes, in hex.
    pub sha256: String,
}

impl Report {
    pub fn new(config: &Config, outcome: RunOutcome, now: Option<Timestamp>) -> Self {
        let engines = config
            .engines
            .iter()
            .filter(|(name, _)| config.tables.iter().any(|table| table.engine == **name));
        let engines = engines.map(|(name, settings)| {
            let description = &settings.kind.description;
            EngineProvenance {
                name: name.clone(),
                engine_type: description.name.clone(),
                plugin_version: description.version.clone(),
                engine_version: description.engine_version.clone(),
                plugin: match &settings.kind.origin {
                    Origin::LinkedIn => None,
                    Origin::File { path, sha256 } => Some(PluginProvenance {
                        path: path.clone(),
                        sha256: sha256.clone(),
                    }),
                },
            }
        });
        let default_engine = config.engines.get(DEFAULT_ENGINE);
        Self {
            now: now.unwrap_or_else(Timestamp::now),
            now_given: now.is_some(),
            engine_type: default_engine
                .map(|settings| settings.engine_type().to_owned())
                .unwrap_or_default(),
            provenance: Provenance {
                run_id: outcome.run_id,
                resumed: outcome.resumed,
                config_hash: config.hash.clone(),
                tool_version: env!("CARGO_PKG_VERSION"),
                engines: engines.collect(),
            },
            summaries: outcome.summaries,
        }
    }
}

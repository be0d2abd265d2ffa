//! What is kept from run to run: the keys of `pipeline`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_yaml::Value;

use super::DEFAULT_ENGINE;
use super::fields::Fields;
use super::samples::MOST_SAMPLES;
use crate::state::{Durability, ResultsPlace};

/// Where the tables of a state are, unless the config says otherwise.
const DEFAULT_SCHEMA: &str = "data_validator";

/// What is kept from run to run.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Where results are recorded; nothing is without it and `state_in_engine`, of which one at most is given.
    pub state_file: Option<PathBuf>,
    pub state_in_engine: Option<StateInEngine>,
    pub reuse: Reuse,
    /// A run that died and is younger than this is continued.
    pub resume_window: Duration,
    /// An older result is not reused.
    pub max_age: Option<Duration>,
    pub durability: Durability,
    /// Of a state in a file.
    pub results: ResultsPlace,
}

/// Which recorded results a new run takes over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Reuse {
    /// Those whose rule and data are proven unchanged.
    #[default]
    Verified,
    /// Those whose rule is unchanged.
    Recorded,
    Never,
}

/// A state in tables of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateInEngine {
    /// The name of the engine in the config.
    pub engine: String,
    pub schema: String,
    /// Tells it from the other states in these tables.
    pub id: String,
    /// Failing rows of each rule that are kept with its result.
    pub quarantine: u32,
}

/// What holds the state.
#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StateKind {
    File,
    Engine,
}

impl Pipeline {
    /// Reads `pipeline`; a relative state file stands beside the config, and a state in an engine is called
    /// after its file.
    pub fn read(mut fields: Fields<'_>, folder: &Path, file: &Path) -> Self {
        let state_in_engine = StateInEngine::read(&mut fields, file);
        if state_in_engine.is_some() && fields.was_given("state_file") {
            let message = "'state_file' and a 'state' in an engine are both given";
            fields.refuse("state_file", message, "remove one of them");
        }
        let results = fields.optional("results").unwrap_or_default();
        if state_in_engine.is_some() && results == ResultsPlace::External {
            let message =
                "'results: external' is for a state in a file, and this one is in an engine";
            fields.refuse("results", message, "remove it");
        }
        let pipeline = Self {
            state_file: fields
                .optional("state_file")
                .map(|path: PathBuf| folder.join(path)),
            state_in_engine,
            reuse: fields.optional("reuse").unwrap_or_default(),
            resume_window: fields
                .duration("resume_window")
                .unwrap_or(Duration::from_secs(12 * 3600)),
            max_age: fields.duration("max_age"),
            durability: fields.optional("durability").unwrap_or_default(),
            results,
        };
        fields.finish();
        pipeline
    }
}

impl StateInEngine {
    fn read(pipeline: &mut Fields<'_>, file: &Path) -> Option<Self> {
        let mut fields = match pipeline.value("state") {
            Some(Value::Mapping(_)) => pipeline.section("state"),
            _ => match pipeline.optional("state") {
                Some(StateKind::Engine) => {
                    Fields::absent(pipeline.findings(), pipeline.path().key("state"))
                }
                None | Some(StateKind::File) => return None,
            },
        };
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let quarantine = fields.optional("quarantine").unwrap_or_default();
        if quarantine > MOST_SAMPLES {
            let message = format!("at most {MOST_SAMPLES} rows of a rule are kept");
            fields.refuse("quarantine", &message, "'filter' writes all failing rows");
        }
        let mut text = |key: &str, default: &str| {
            let text: Option<String> = fields.optional(key);
            if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
                fields.refuse(
                    key,
                    &format!("'{key}' is empty"),
                    "give a name, or remove it",
                );
            }
            text.unwrap_or_else(|| default.to_owned())
        };
        let state = Self {
            quarantine,
            engine: text("engine", DEFAULT_ENGINE),
            schema: text("schema", DEFAULT_SCHEMA),
            id: text("id", &name),
        };
        fields.finish();
        Some(state)
    }
}

/// The state in words.
impl fmt::Display for StateInEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            engine, schema, id, ..
        } = self;
        write!(
            f,
            "the state '{id}' in schema '{schema}' of engine '{engine}'"
        )
    }
}

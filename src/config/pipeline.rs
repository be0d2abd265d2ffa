//! What is kept from run to run: the keys of `pipeline`, and `data_version` of a table.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_yaml::Value;

use super::fields::Fields;
use crate::state::Durability;

/// What is kept from run to run.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Where results are recorded; nothing is without it.
    pub state_file: Option<PathBuf>,
    pub reuse: Reuse,
    /// A run that died and is younger than this is continued.
    pub resume_window: Duration,
    /// An older result is not reused.
    pub max_age: Option<Duration>,
    pub durability: Durability,
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

/// What tells whether the data of a table changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DataVersionMode {
    /// The cheapest token that proves it.
    #[default]
    Auto,
    /// A hash of the content.
    Content,
    /// Size and time of the files; a heuristic.
    Stat,
    /// Nothing: the rules always run.
    None,
    /// What the config says.
    Value(String),
}

/// What holds the state.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StateKind {
    File,
}

/// Where the state keeps results.
#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultsPlace {
    Inline,
    /// Not built yet.
    External,
}

/// A [`DataVersionMode`] that is one word.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataVersionWord {
    Auto,
    Content,
    Stat,
    None,
}

impl Pipeline {
    /// Reads `pipeline`; a relative state file stands beside the config.
    pub fn read(mut fields: Fields<'_>, folder: &Path) -> Self {
        match fields.value("state") {
            Some(Value::Mapping(_)) => fields.section("state").finish(),
            _ => {
                let _: Option<StateKind> = fields.optional("state");
            }
        }
        if fields.optional("results") == Some(ResultsPlace::External) {
            fields.refuse(
                "results",
                "'results: external' (results beside the state) is not available in this version yet",
                "remove it",
            );
        }
        let pipeline = Self {
            state_file: fields
                .optional("state_file")
                .map(|path: PathBuf| folder.join(path)),
            reuse: fields.optional("reuse").unwrap_or_default(),
            resume_window: fields
                .duration("resume_window")
                .unwrap_or(Duration::from_secs(12 * 3600)),
            max_age: fields.duration("max_age"),
            durability: fields.optional("durability").unwrap_or_default(),
        };
        fields.finish();
        pipeline
    }
}

impl DataVersionMode {
    /// Reads `data_version` of a table.
    pub fn read(table: &mut Fields<'_>) -> Self {
        match table.value("data_version") {
            None => Self::Auto,
            Some(Value::Mapping(_)) => {
                let mut fields = table.section("data_version");
                let value = fields.required("value");
                fields.finish();
                value.map_or(Self::Auto, Self::Value)
            }
            Some(_) => match table.optional("data_version") {
                None | Some(DataVersionWord::Auto) => Self::Auto,
                Some(DataVersionWord::Content) => Self::Content,
                Some(DataVersionWord::Stat) => Self::Stat,
                Some(DataVersionWord::None) => Self::None,
            },
        }
    }
}

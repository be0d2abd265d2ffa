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

#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateKind {
    #[default]
    File,
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum ResultsPlace {
    #[default]
    Inline,
}

impl Pipeline {
    /// Reads `pipeline`; a relative state file stands beside the config.
    pub fn read(mut fields: Fields<'_>, folder: &Path) -> Self {
        let StateKind::File = fields.optional("state").unwrap_or_default();
        let ResultsPlace::Inline = fields.optional("results").unwrap_or_default();
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
                fields.later(&[("sql", "data versions asked of an engine")]);
                let value = fields.required("value");
                fields.finish();
                value.map_or(Self::Auto, Self::Value)
            }
            Some(Value::String(word)) if word == "auto" => Self::Auto,
            Some(Value::String(word)) if word == "content" => Self::Content,
            Some(Value::String(word)) if word == "stat" => Self::Stat,
            Some(Value::String(word)) if word == "none" => Self::None,
            Some(_) => {
                let message = "'data_version' is none of auto, content, stat, none";
                table.refuse("data_version", message, "write one of them, or {value: …}");
                Self::Auto
            }
        }
    }
}

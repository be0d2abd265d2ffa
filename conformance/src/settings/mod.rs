//! `conform.toml`: how the engine is reached, what takes it away, what is waived.

pub mod places;
pub mod service;
pub mod waiver;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::case::{Case, Level};
use service::Service;
use waiver::Waiver;

/// The settings of the engines of this repository.
static ENGINES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/engines");

/// What an engine's author says about it. `{folder}` in texts is a folder of a case's own, `{name}` a name of
/// its own, `{service}` the service's address, and `{env:NAME}` a variable of the environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub engine: Engine,
    /// Other kinds of sessions by name: what differs from `engine`. A case that needs a kind which is not here
    /// is skipped.
    pub sessions: BTreeMap<String, Engine>,
    pub prepare: Prepare,
    /// How the tables of a case are made where the engine can neither write nor read files.
    pub tables: Option<Tables>,
    pub service: Option<Service>,
    pub away: Option<Away>,
    /// How the service is spoken to, where it is reached over TCP and its address is a URL.
    pub wire: Option<Wire>,
    /// The badges that the engine is to reach; a run that misses one fails.
    pub badges: Vec<Level>,
    /// Cases that are accepted to fail.
    pub waive: Vec<Waiver>,
    /// Cases, or groups, that the engine skips since it does not declare what they are about; with
    /// `--strict` any other skip is a failure, and so is one of these that is not skipped.
    pub skips: Vec<String>,
}

/// How a session that may write is opened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Engine {
    pub connection: Map<String, Value>,
    pub options: Map<String, Value>,
}

/// What is done before each case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prepare {
    pub folders: Vec<PathBuf>,
    /// Programs with their arguments; each has to end with exit code 0.
    pub commands: Vec<Vec<String>>,
    /// Of the session that runs the statements.
    pub connection: Map<String, Value>,
    /// Each is run with the session's `execute`.
    pub statements: Vec<String>,
}

/// What makes the tables of a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// A program that runs the SQL that comes on its input, in the engine's dialect.
    pub command: Vec<String>,
}

/// What a proxy before the service looks for, so that it breaks a connection at the right moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    /// What a client sends to commit.
    pub commit: String,
}

/// What takes the engine away for a while.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Away {
    /// The service is killed; it comes back by being started again.
    Service,
    /// Another process has a session open.
    Session,
    /// A process that says a line when it has taken the engine away, and ends when its input does.
    Command(Vec<String>),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            engine: Engine::default(),
            sessions: BTreeMap::new(),
            prepare: Prepare::default(),
            tables: None,
            service: None,
            away: None,
            wire: None,
            badges: vec![Level::Core],
            waive: Vec::new(),
            skips: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is not of the form.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("reading the settings {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("reading the settings {}", path.display()))
    }

    /// Those that come with this program for an engine that is linked into it.
    ///
    /// # Errors
    /// When there are none.
    pub fn of_engine(name: &str) -> anyhow::Result<Self> {
        let file = format!("{name}.toml");
        let Some(text) = ENGINES.get_file(&file).and_then(|it| it.contents_utf8()) else {
            bail!("there are no settings for the engine '{name}'; name a file with --config");
        };
        Self::parse(text).with_context(|| format!("reading the settings {file}"))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let settings: Self = toml::from_str(text)?;
        for waiver in &settings.waive {
            waiver.check()?;
        }
        if let Some(service) = &settings.service {
            service.check()?;
        }
        Ok(settings)
    }

    /// Looks whether the cases and groups that the settings name are there.
    ///
    /// # Errors
    /// When one is not.
    pub fn check_names(&self, cases: &[Case]) -> anyhow::Result<()> {
        for waiver in &self.waive {
            ensure!(
                cases.iter().any(|case| case.id == waiver.case),
                "the settings waive '{}', and there is no such case",
                waiver.case
            );
        }
        for skipped in &self.skips {
            ensure!(
                cases.iter().any(|case| is_named(&case.id, skipped)),
                "the settings foresee that '{skipped}' is skipped, and there is no such case or group"
            );
        }
        Ok(())
    }

    /// The waiver of a case, if it has one.
    pub fn waiver_of(&self, case: &str) -> Option<&Waiver> {
        self.waive.iter().find(|waiver| waiver.case == case)
    }

    /// Whether the engine is known to skip the case.
    pub fn foresees_skip_of(&self, case: &str) -> bool {
        self.skips.iter().any(|named| is_named(case, named))
    }
}

/// Whether that is the name of a case, or of its group.
fn is_named(case: &str, named: &str) -> bool {
    case == named || case.split('/').next() == Some(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::collection;

    #[test]
    fn a_waiver_without_a_reason_is_an_error() {
        let error = Settings::parse("[[waive]]\ncase = 'retry/x'\nreason = ' '\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the waiver of 'retry/x' has no reason; say why the case may fail"
        );
    }

    #[test]
    fn a_group_or_a_case_can_be_foreseen_to_be_skipped() {
        let settings = Settings::parse("skips = ['transactions', 'retry/one']").unwrap();
        assert!(settings.foresees_skip_of("transactions/any"));
        assert!(settings.foresees_skip_of("retry/one"));
        assert!(!settings.foresees_skip_of("retry/one_more"));
    }

    #[test]
    fn a_name_that_is_no_cases_is_told() {
        let cases = collection::all().unwrap();
        for (settings, said) in [
            (
                "skips = ['retry/gone']",
                "foresee that 'retry/gone' is skipped",
            ),
            (
                "[[waive]]\ncase = 'retry'\nreason = 'r'",
                "waive 'retry', and there is",
            ),
        ] {
            let refused = Settings::parse(settings).unwrap().check_names(&cases);
            let error = refused.unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn an_engine_aims_for_the_badge_core_where_nothing_is_said() {
        assert_eq!(Settings::parse("").unwrap().badges, [Level::Core]);
        let settings = Settings::parse("badges = ['core', 'resilient']").unwrap();
        assert_eq!(settings.badges, [Level::Core, Level::Resilient]);
        assert!(Settings::parse("badges = ['gold']").is_err());
    }

    #[test]
    fn the_engines_of_this_program_have_settings() {
        let cases = collection::all().unwrap();
        for engine in ["duckdb", "datafusion", "postgres"] {
            let settings = Settings::of_engine(engine).unwrap();
            assert!(settings.away.is_some());
            settings.check_names(&cases).unwrap();
        }
        assert!(Settings::of_engine("mine").is_err());
    }
}

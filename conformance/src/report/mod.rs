//! What came of a run of the suite, one file for each format.

pub mod badge;
mod html;
mod junit;
pub mod matrix;
pub mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::outcome::CaseResult;
use badge::Badge;

/// Raised when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// What came of a run of the suite: what `results.json` says, from which the other formats are made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    pub schema_version: u32,
    pub suite_version: String,
    pub engine: EngineSeen,
    pub seed: u64,
    /// Whether all ended as the settings expect.
    pub expected: bool,
    pub badges: Vec<Badge>,
    /// How many cases ended so, by the words of [`WORDS`].
    pub counts: BTreeMap<String, usize>,
    pub results: Vec<CaseResult>,
}

/// The engine that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineSeen {
    pub name: String,
    pub version: String,
    pub engine_version: String,
    /// The plugin file; an engine that is linked in has none.
    pub plugin: Option<PathBuf>,
}

/// The words for all ends, in the order of reports.
pub const WORDS: [&str; 6] = ["PASS", "FAIL", "SKIP", "WAIVED", "NOT-RUN", "ERROR"];

impl Results {
    /// What came of these cases. All ended as expected if each one did, no badge that is aimed for is missed,
    /// and one passed: a suite in which nothing ran proves nothing.
    pub fn new(
        engine: EngineSeen,
        seed: u64,
        badges: Vec<Badge>,
        results: Vec<CaseResult>,
    ) -> Self {
        let count = |word: &str| {
            let ended_so = results.iter().filter(|it| it.outcome.word() == word);
            ended_so.count()
        };
        let counts: BTreeMap<String, usize> = WORDS
            .iter()
            .map(|word| ((*word).to_owned(), count(word)))
            .collect();
        Self {
            schema_version: SCHEMA_VERSION,
            suite_version: env!("CARGO_PKG_VERSION").to_owned(),
            engine,
            seed,
            expected: count("PASS") > 0
                && results.iter().all(|result| result.is_expected)
                && !badges.iter().any(Badge::is_failure),
            badges,
            counts,
            results,
        }
    }

    /// Reads a `results.json`, or the one in a folder of reports.
    ///
    /// # Errors
    /// When it cannot be read, or is of another form.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let path = match path.is_dir() {
            true => path.join("results.json"),
            false => path.to_owned(),
        };
        let read = || -> anyhow::Result<Self> {
            let results: Self = serde_json::from_slice(&std::fs::read(&path)?)?;
            ensure!(
                results.schema_version == SCHEMA_VERSION,
                "it is of version {}, and this program reads version {SCHEMA_VERSION}; run the suite again",
                results.schema_version
            );
            Ok(results)
        };
        read().with_context(|| format!("reading the results {}", path.display()))
    }

    /// How many cases ended so.
    pub fn count(&self, word: &str) -> usize {
        self.counts.get(word).copied().unwrap_or_default()
    }

    /// Writes all formats into a folder.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        for (name, text) in [
            ("results.json", serde_json::to_string_pretty(self)? + "\n"),
            ("junit.xml", junit::render(self)?),
            ("report.html", html::render(self)),
            ("matrix.md", matrix::render(&[self])),
        ] {
            let path = folder.join(name);
            std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }
}

impl EngineSeen {
    /// Where the engine's code is.
    pub fn origin(&self) -> String {
        match &self.plugin {
            Some(path) => path.display().to_string(),
            None => "linked in".to_owned(),
        }
    }
}

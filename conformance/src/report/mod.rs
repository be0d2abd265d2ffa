//! What came of a run of the suite, one file for each format.

mod json;
mod junit;
pub mod text;

use std::path::Path;

use anyhow::Context;
use data_validator_plugin::Description;

use crate::outcome::CaseResult;
use crate::suite::job::EngineChoice;

/// What came of a run of the suite.
#[derive(Clone, Debug)]
pub struct Report {
    pub engine: EngineChoice,
    pub description: Description,
    pub seed: u64,
    pub results: Vec<CaseResult>,
}

impl Report {
    /// Whether every case ended as expected, and one was run: a suite in which nothing ran proves nothing.
    pub fn is_expected(&self) -> bool {
        let mut results = self.results.iter();
        let has_passed = results.clone().any(|it| it.outcome.word() == "PASS");
        has_passed && results.all(|result| result.is_expected)
    }

    /// How many cases ended so.
    pub fn count(&self, word: &str) -> usize {
        let results = self.results.iter();
        results.filter(|it| it.outcome.word() == word).count()
    }
}

/// The words for all ends, in the order of reports.
pub const WORDS: [&str; 6] = ["PASS", "FAIL", "SKIP", "WAIVED", "NOT-RUN", "ERROR"];

/// Writes `results.json` and `junit.xml` into a folder.
///
/// # Errors
/// When one cannot be written.
pub fn write(report: &Report, folder: &Path) -> anyhow::Result<()> {
    for (name, text) in [
        ("results.json", json::render(report)?),
        ("junit.xml", junit::render(report)?),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

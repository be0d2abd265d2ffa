//! `results.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Report, WORDS};
use crate::outcome::CaseResult;

/// Raised when a field changes its meaning or goes.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Results<'r> {
    schema_version: u32,
    suite_version: &'r str,
    engine: Engine<'r>,
    seed: u64,
    /// Whether all ended as the settings expect.
    expected: bool,
    counts: BTreeMap<&'static str, usize>,
    results: &'r [CaseResult],
}

#[derive(Serialize)]
struct Engine<'r> {
    name: &'r str,
    version: &'r str,
    engine_version: &'r str,
    /// The plugin file; an engine that is linked in has none.
    plugin: Option<&'r std::path::Path>,
}

/// The results as JSON.
///
/// # Errors
/// When a path is not UTF-8.
pub fn render(report: &Report) -> anyhow::Result<String> {
    let results = Results {
        schema_version: SCHEMA_VERSION,
        suite_version: env!("CARGO_PKG_VERSION"),
        engine: Engine {
            name: &report.engine.name,
            version: &report.description.version,
            engine_version: &report.description.engine_version,
            plugin: report.engine.plugin.as_deref(),
        },
        seed: report.seed,
        expected: report.is_expected(),
        counts: WORDS.map(|word| (word, report.count(word))).into(),
        results: &report.results,
    };
    Ok(serde_json::to_string_pretty(&results)? + "\n")
}

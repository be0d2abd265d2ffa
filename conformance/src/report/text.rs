//! What a person reads while the suite runs.

use std::collections::BTreeMap;

use super::{Report, WORDS};
use crate::case::Level;
use crate::outcome::{CaseResult, Outcome};

/// Prints how a case ended.
pub fn tell(result: &CaseResult) {
    println!(
        "{:8} {}  {:.1} s",
        result.outcome.word(),
        result.case,
        result.seconds.as_secs_f64()
    );
    let why = match (&result.outcome, result.is_expected) {
        (Outcome::Pass, false) => "it was foreseen to be skipped; take it out of 'skips'",
        (outcome, _) => outcome.why().unwrap_or_default(),
    };
    if !why.is_empty() {
        println!("    {}", why.replace('\n', "\n    "));
    }
    if !result.is_expected {
        println!("    checks:    {}", result.checks);
        println!("    reproduce: {}", result.reproduce);
    }
}

/// Prints what came of all cases: each level, and the counts.
pub fn tell_all(report: &Report) {
    let mut levels: BTreeMap<Level, (usize, usize)> = BTreeMap::new();
    for result in &report.results {
        let (passed, all) = levels.entry(result.level).or_default();
        *passed += usize::from(result.outcome == Outcome::Pass);
        *all += 1;
    }
    let levels: Vec<String> = levels
        .into_iter()
        .map(|(level, (passed, all))| format!("{} {passed}/{all}", word_of(level)))
        .collect();
    let counts: Vec<String> = WORDS
        .iter()
        .filter(|word| report.count(word) > 0)
        .map(|word| format!("{} {word}", report.count(word)))
        .collect();
    let origin = match &report.engine.plugin {
        Some(path) => path.display().to_string(),
        None => "linked in".to_owned(),
    };
    println!(
        "\n{} ({origin}): {}; {}; seed {}",
        report.engine.name,
        levels.join(", "),
        counts.join(", "),
        report.seed
    );
}

/// The word for a level.
pub fn word_of(level: Level) -> &'static str {
    match level {
        Level::Core => "core",
        Level::Transactional => "transactional",
        Level::Resilient => "resilient",
    }
}

//! What a person reads while the suite runs.

use super::badge::{Badge, Standing};
use super::{Results, WORDS};
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

/// Prints what came of all cases: the counts, and what is said of each badge.
pub fn tell_all(results: &Results) {
    let counts: Vec<String> = WORDS
        .iter()
        .filter(|word| results.count(word) > 0)
        .map(|word| format!("{} {word}", results.count(word)))
        .collect();
    println!(
        "\n{} ({}): {}; seed {}",
        results.engine.name,
        results.engine.origin(),
        counts.join(", "),
        results.seed
    );
    for badge in &results.badges {
        println!("    {}", of_badge(badge));
    }
}

/// What a run says of a badge, on one line.
pub fn of_badge(badge: &Badge) -> String {
    let level = badge.level.word();
    let standing = match (badge.standing, badge.aimed_for) {
        (Standing::Reached, true) => "reached",
        (Standing::Reached, false) => "reached, and the settings do not aim for it",
        (Standing::Missed, true) => "missed",
        (Standing::Missed, false) => "not aimed for",
        (Standing::NotJudged, _) => "not judged",
    };
    let mut told = format!("badge {level:13} {standing}");
    if let Some(why) = &badge.why {
        told += &format!(": {why}");
    }
    let Badge {
        passed, skipped, ..
    } = badge;
    told += &format!(" ({passed} passed");
    if *skipped > 0 {
        told += &format!(", {skipped} not declared");
    }
    told + ")"
}

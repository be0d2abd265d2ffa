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
    if let Some(why) = why(result) {
        println!("    {}", why.replace('\n', "\n    "));
    }
    if !result.is_expected {
        println!("    checks:    {}", result.checks);
        for sql in &result.sql {
            println!("    sql:       {}", sql.replace('\n', "\n               "));
        }
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
        println!("    badge {:13} {}", badge.level.word(), standing_of(badge));
    }
}

/// What there is to say of a result; nothing of a pass that was expected.
pub fn why(result: &CaseResult) -> Option<&str> {
    match (&result.outcome, result.is_expected) {
        (Outcome::Pass, false) => Some("it was foreseen to be skipped; take it out of 'skips'"),
        (outcome, _) => outcome.why(),
    }
}

/// What a run says of a badge, on one line.
pub fn standing_of(badge: &Badge) -> String {
    let mut told = match (badge.standing, badge.aimed_for) {
        (Standing::Reached, true) => "reached",
        (Standing::Reached, false) => "reached, and the settings do not aim for it",
        (Standing::Missed, true) => "missed",
        (Standing::Missed, false) => "not aimed for",
        (Standing::NotJudged, _) => "not judged",
    }
    .to_owned();
    if let Some(why) = &badge.why {
        told += &format!(": {why}");
    }
    told += &format!(" ({} passed", badge.passed);
    if badge.skipped > 0 {
        told += &format!(", {} not declared", badge.skipped);
    }
    told + ")"
}

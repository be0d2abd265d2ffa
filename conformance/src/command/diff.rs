//! `diff`: what another run came to.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::outcome::{CaseResult, Outcome};
use crate::report::Results;
use crate::report::badge::Standing;

/// Prints what differs between two runs; whether nothing got worse.
///
/// # Errors
/// When a run's results cannot be read, or stdout is closed.
pub fn diff(old: &Path, new: &Path) -> anyhow::Result<bool> {
    let difference = Difference::between(&Results::read(old)?, &Results::read(new)?);
    let mut output = std::io::stdout().lock();
    write!(output, "{}", difference.told()).context("writing the difference")?;
    Ok(difference.is_no_worse())
}

/// What differs between two runs, by the names of cases.
#[derive(Debug, Default)]
struct Difference {
    /// With how they ended, and why.
    pass_no_more: Vec<String>,
    lost_badges: Vec<String>,
    pass_now: Vec<String>,
    won_badges: Vec<String>,
    /// Neither passed, and they did not end alike.
    end_otherwise: Vec<String>,
    new: Vec<String>,
    gone: Vec<String>,
}

impl Difference {
    fn between(old: &Results, new: &Results) -> Self {
        let mut difference = Self::default();
        let before = by_case(old);
        let after = by_case(new);
        for (case, result) in &after {
            let word = result.outcome.word();
            let passes = result.outcome == Outcome::Pass;
            let Some(earlier) = before.get(case) else {
                difference.new.push(format!("{case}: {word}"));
                continue;
            };
            let was = earlier.outcome.word();
            let passed = earlier.outcome == Outcome::Pass;
            if passed && !passes {
                let why = result.outcome.why().unwrap_or_default();
                let why = why.lines().next().unwrap_or_default();
                difference
                    .pass_no_more
                    .push(format!("{case}: {word}: {why}"));
            } else if passes && !passed {
                difference.pass_now.push(format!("{case}: was {was}"));
            } else if word != was {
                difference
                    .end_otherwise
                    .push(format!("{case}: {word}, was {was}"));
            }
        }
        let gone = before.keys().filter(|case| !after.contains_key(*case));
        difference.gone = gone.map(|case| (*case).to_owned()).collect();
        for badge in &new.badges {
            let earlier = old.badges.iter().find(|it| it.level == badge.level);
            let was_reached = earlier.is_some_and(|it| it.standing == Standing::Reached);
            let level = badge.level.word().to_owned();
            match badge.standing {
                Standing::Missed if was_reached => difference.lost_badges.push(level),
                Standing::Reached if !was_reached => difference.won_badges.push(level),
                _ => {}
            }
        }
        difference
    }

    fn is_no_worse(&self) -> bool {
        self.pass_no_more.is_empty() && self.lost_badges.is_empty()
    }

    fn told(&self) -> String {
        let mut told = String::new();
        for (heading, lines) in [
            ("pass no more", &self.pass_no_more),
            ("badges lost", &self.lost_badges),
            ("pass now", &self.pass_now),
            ("badges reached now", &self.won_badges),
            ("end otherwise", &self.end_otherwise),
            ("new", &self.new),
            ("gone", &self.gone),
        ] {
            if !lines.is_empty() {
                told += &format!("{heading}: {}\n", lines.len());
                for line in lines {
                    told += &format!("    {line}\n");
                }
            }
        }
        if told.is_empty() {
            "no case ends otherwise\n".clone_into(&mut told);
        }
        told
    }
}

fn by_case(results: &Results) -> BTreeMap<&str, &CaseResult> {
    let results = results.results.iter();
    results
        .map(|result| (result.case.as_str(), result))
        .collect()
}

//! `matrix.md`: what each run says of each case, a column for each run.
//!
//! Nothing in it changes from run to run, so that it can be committed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Results;
use super::badge::{Badge, Standing};
use crate::case::Level;
use crate::outcome::CaseResult;

/// Runs side by side, in Markdown.
pub fn render(runs: &[&Results]) -> String {
    let mut text = String::from(
        "# Cases and engines\n\n\
         ✓: passes · –: is about something that the engine does not declare · all others as the report says.\n\n",
    );
    line(&mut text, "badge", runs.iter().map(|run| heading(run)));
    rule(&mut text, runs.len());
    for level in Level::ALL {
        let cells = runs.iter().map(|run| {
            let badge = run.badges.iter().find(|badge| badge.level == level);
            badge.map_or_else(String::new, standing)
        });
        line(&mut text, level.word(), cells);
    }
    let mut cases: BTreeMap<&str, &CaseResult> = BTreeMap::new();
    for run in runs {
        cases.extend(run.results.iter().map(|it| (it.case.as_str(), it)));
    }
    let mut group = "";
    for (id, case) in cases {
        if case.group() != group {
            group = case.group();
            let _ = writeln!(text, "\n## {group}\n");
            line(&mut text, "case", runs.iter().map(|run| heading(run)));
            rule(&mut text, runs.len());
        }
        let cells = runs.iter().map(|run| {
            let result = run.results.iter().find(|it| it.case == id);
            result.map_or_else(String::new, |result| cell(result).to_owned())
        });
        let name = id.split('/').next_back().unwrap_or(id);
        let name = name.replace('_', " ");
        line(&mut text, &format!("{name} ({})", case.level.word()), cells);
    }
    text
}

fn heading(run: &Results) -> String {
    match &run.engine.plugin {
        Some(_) => format!("{} (file)", run.engine.name),
        None => run.engine.name.clone(),
    }
}

fn standing(badge: &Badge) -> String {
    match badge.standing {
        Standing::Reached => "✓".into(),
        Standing::Missed if !badge.aimed_for => "–".into(),
        Standing::Missed => "missed".into(),
        Standing::NotJudged => "not judged".into(),
    }
}

fn cell(result: &CaseResult) -> &'static str {
    match result.outcome.word() {
        "PASS" => "✓",
        "SKIP" => "–",
        word => word,
    }
}

fn line(text: &mut String, first: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {first} | {} |", cells.join(" | "));
}

fn rule(text: &mut String, columns: usize) {
    let _ = writeln!(text, "| --- |{}", " :---: |".repeat(columns));
}

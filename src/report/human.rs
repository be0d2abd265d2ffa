//! The report for a person: a line for each table and for each rule that is not plainly passed.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

use super::Report;
use crate::config::Severity;
use crate::run::result::{RuleResult, Status, Summary};

/// The report as text with ANSI colours; a writer that knows its terminal takes them out.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for summary in &report.summaries {
        table(&mut text, summary);
    }
    let rules: usize = report
        .summaries
        .iter()
        .map(|summary| summary.total_rules)
        .sum();
    let tables = report.summaries.len();
    let _ = write!(
        text,
        "\n{} in {}: ",
        counted(rules, "rule"),
        counted(tables, "table")
    );
    let sum = |of: fn(&Summary) -> usize| report.summaries.iter().map(of).sum::<usize>();
    let totals = [
        (sum(|summary| summary.passed_rules), "passed", GREEN),
        (sum(|summary| summary.failed_rules), "failed", RED),
        (sum(|summary| summary.unjudged_rules), "not judged", MAGENTA),
        (sum(|summary| summary.skipped_rules), "skipped", DIM),
        (sum(|summary| summary.reused_rules), "reused", DIM),
    ];
    let totals = totals.into_iter().filter(|(count, ..)| *count > 0);
    text.push_str(
        &totals
            .map(|(count, what, style)| format!("{style}{count} {what}{style:#}"))
            .collect::<Vec<_>>()
            .join(", "),
    );
    text.push('\n');
    text
}

/// So much of the failing rows is shown; the JSON report has all of it.
const SHOWN_SAMPLES: usize = 3;
const SHOWN_CHARACTERS: usize = 150;

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const MAGENTA: Style = AnsiColor::Magenta.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

fn table(text: &mut String, summary: &Summary) {
    let run = summary.total_rules - summary.skipped_rules;
    let _ = write!(
        text,
        "{BOLD}{}{BOLD:#}  {}/{run} rules passed",
        summary.table_name, summary.passed_rules
    );
    for (count, what) in [
        (summary.unjudged_rules, "not judged"),
        (summary.skipped_rules, "skipped"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    text.push('\n');
    let mut line = |word: &str, style: Style, message: &str| {
        let _ = writeln!(text, "  {style}{word:<7}{style:#} {message}");
    };
    if let Some((count, why)) = common_reason(summary) {
        return line(
            "ERROR",
            MAGENTA,
            &format!("none of {count} rules could be judged: {why}"),
        );
    }
    for result in &summary.results {
        if let Some((word, style)) = mark(result) {
            line(word, style, &told(result));
        }
        for shown in samples(result) {
            line("", DIM, &format!("  {DIM}{shown}{DIM:#}"));
        }
    }
}

/// A result's message, and what the state has to do with it.
fn told(result: &RuleResult) -> String {
    let plain = result.status == Status::Passed && !result.warned;
    let reason = result
        .reason
        .strip_prefix("reused ")
        .unwrap_or(&result.reason);
    match (is_explained(result), plain) {
        (false, _) => result.message.clone(),
        (true, true) => format!("{} {reason}", result.rule_name),
        (true, false) => format!("{} [{}]", result.message, result.reason),
    }
}

/// The first failing rows, where they were asked for, or why there are none.
fn samples(result: &RuleResult) -> Vec<String> {
    if let Some(why) = &result.no_samples {
        return vec![format!("no samples of '{}': {why}", result.rule_name)];
    }
    let rows = result.samples.iter().take(SHOWN_SAMPLES);
    let mut shown: Vec<String> = rows.map(row).collect();
    if result.samples.len() > SHOWN_SAMPLES {
        let more = result.samples.len() - SHOWN_SAMPLES;
        shown.push(format!("and {more} more in the JSON report"));
    }
    shown
}

/// A row in one line, without anything that a terminal would obey.
fn row(row: &Map<String, Value>) -> String {
    let cells = row
        .iter()
        .map(|(column, value)| format!("{column}: {value}"));
    let line = cells.collect::<Vec<_>>().join(", ");
    let mut shown: String = line
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(SHOWN_CHARACTERS)
        .collect();
    if line.chars().nth(SHOWN_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether it has to be told why the result was taken over or made again.
fn is_explained(result: &RuleResult) -> bool {
    result.reused || result.reason.starts_with("re-run")
}

/// Why none of several rules could be judged, where it is one reason for all.
fn common_reason(summary: &Summary) -> Option<(usize, &str)> {
    let mut reasons = summary
        .results
        .iter()
        .filter(|result| result.status != Status::Skipped)
        .map(unjudged_reason);
    let first = reasons.next()??;
    let mut count = 1;
    for reason in reasons {
        if reason? != first {
            return None;
        }
        count += 1;
    }
    (count > 1).then_some((count, first))
}

fn unjudged_reason(result: &RuleResult) -> Option<&str> {
    let told = (result.status == Status::Error).then_some(&result.message)?;
    told.strip_prefix(&format!(
        "Rule '{}' could not be judged: ",
        result.rule_name
    ))
}

/// The word for a result that is worth a line.
fn mark(result: &RuleResult) -> Option<(&'static str, Style)> {
    match (result.status, result.severity) {
        (Status::Error, _) => Some(("ERROR", MAGENTA)),
        (Status::Failed, Severity::Error) => Some(("FAILED", RED)),
        (Status::Failed, Severity::Warning) => Some(("warning", YELLOW)),
        (Status::Failed, Severity::Info) => Some(("info", DIM)),
        (Status::Passed, _) if result.warned => Some(("warning", YELLOW)),
        (Status::Passed, _) if result.reused => Some(("reused", DIM)),
        (Status::Passed, _) if is_explained(result) => Some(("passed", DIM)),
        (Status::Passed | Status::Skipped, _) => None,
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

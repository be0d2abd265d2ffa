//! `report.html`: one file without anything from elsewhere, which can be read on a phone.
//!
//! All cases stand in it as a list, those that did not end as expected opened; a script, if the browser runs
//! it, shows only a group or a result.

use std::borrow::Cow;
use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::badge::{Badge, Standing};
use super::{Results, WORDS, text};
use crate::outcome::CaseResult;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("filter.js");

/// The results as a page.
pub fn render(results: &Results) -> String {
    let title = escaped(&format!("Conformance of {}", results.engine.name)).into_owned();
    let (verdict, told) = match results.expected {
        true => ("good", "All ended as expected."),
        false => ("bad", "Not all ended as expected."),
    };
    let mut groups: Vec<&str> = results.results.iter().map(CaseResult::group).collect();
    groups.dedup();
    let outcomes = WORDS.iter().filter(|word| results.count(word) > 0);
    let outcomes: Vec<String> = outcomes.map(|word| word.to_lowercase()).collect();
    let outcomes: Vec<&str> = outcomes.iter().map(String::as_str).collect();
    fill(
        PAGE,
        &[
            ("title", &title),
            ("style", STYLE),
            ("verdict", verdict),
            ("told", told),
            ("facts", &facts(results)),
            ("badges", &badges(&results.badges)),
            ("groups", &options(&groups)),
            ("outcomes", &options(&outcomes)),
            ("cases", &cases(&results.results)),
            ("script", SCRIPT),
        ],
    )
}

/// The page with values in the places `{name}`; what stands in a value is no place.
fn fill(page: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled + rest
}

fn facts(results: &Results) -> String {
    let counts = WORDS.iter().filter(|word| results.count(word) > 0);
    let counts: Vec<String> = counts
        .map(|word| format!("{} {word}", results.count(word)))
        .collect();
    let engine = &results.engine;
    let mut facts = String::new();
    for (name, value) in [
        ("Results", counts.join(", ")),
        (
            "Plugin",
            format!("{} ({})", engine.version, engine.origin()),
        ),
        ("Engine", engine.engine_version.clone()),
        ("Suite", results.suite_version.clone()),
        ("Seed", results.seed.to_string()),
    ] {
        let value = if value.is_empty() { "–" } else { &value };
        let _ = writeln!(facts, "<dt>{name}</dt><dd>{}</dd>", escaped(value));
    }
    facts
}

fn badges(badges: &[Badge]) -> String {
    let line = |badge: &Badge| {
        let class = match badge.standing {
            Standing::Reached => "good",
            Standing::Missed if badge.aimed_for => "bad",
            Standing::Missed | Standing::NotJudged => "other",
        };
        format!(
            "<li><b>{}</b> <span class=\"{class}\">{}</span></li>\n",
            badge.level.word(),
            escaped(&text::standing_of(badge))
        )
    };
    badges.iter().map(line).collect()
}

fn options(values: &[&str]) -> String {
    let option = |value: &&str| format!("<option>{}</option>", escaped(value));
    values.iter().map(option).collect()
}

fn cases(results: &[CaseResult]) -> String {
    results.iter().map(case).collect()
}

fn case(result: &CaseResult) -> String {
    let word = result.outcome.word();
    let outcome = word.to_lowercase();
    let mut item = format!(
        "<li class=\"{outcome}\" data-group=\"{}\" data-result=\"{outcome}\">\n",
        escaped(result.group())
    );
    let open = if result.is_expected { "" } else { " open" };
    let _ = writeln!(
        item,
        "<details{open}><summary><span class=\"word\">{word}</span>{}\
         <span class=\"case\">{}</span></summary>",
        escaped(&result.title),
        escaped(&result.case)
    );
    if let Some(why) = text::why(result) {
        let _ = writeln!(item, "<pre class=\"why\">{}</pre>", escaped(why));
    }
    for sql in &result.sql {
        let _ = writeln!(item, "<pre class=\"sql\">{}</pre>", escaped(sql));
    }
    let _ = writeln!(
        item,
        "<p>Checks {} ({}, {:.1} s)</p>\n<pre class=\"reproduce\">{}</pre>\n</details>\n</li>",
        escaped(&result.checks),
        result.level.word(),
        result.seconds.as_secs_f64(),
        escaped(&result.reproduce)
    );
    item
}

/// A text as it stands in a page, with a mark in place of each character that no page may have.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.contains(is_forbidden) {
        return escape(text.replace(is_forbidden, "\u{fffd}"));
    }
    escape(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(
            escaped("<b a='1' c=\"2\">&\u{1b}"),
            "&lt;b a=&apos;1&apos; c=&quot;2&quot;&gt;&amp;\u{fffd}"
        );
    }

    #[test]
    fn what_stands_in_a_value_is_no_place() {
        let values = [("a", "{b}"), ("b", "x")];
        assert_eq!(fill("<{a}{b}{c}>", &values), "<{b}x>");
    }
}

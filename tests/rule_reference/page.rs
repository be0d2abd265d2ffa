//! The page as Markdown.

use std::fmt::Write as _;
use std::fs;

use data_validator::config::key::{Key, Kind};
use data_validator::rules::{RULE_TYPES, RuleType, Subject};

use super::sql;
use crate::support::repository;

const HEAD: &str = "\
# Rule types

What each rule type checks, what NULL and NaN mean to it, its parameters, and the SQL of its example on each engine.
Keys that all rules have are in the [README](../../README.md#keys). In the SQL, `flights` and `planes` stand for the rows in scope;
a run joins the scans of many rules into few, and takes a cheaper form where it knows of one. `--explain` shows that.

This page is made from the files beside it, by `REGENERATE=1 cargo test -p data-validator --test tests made_from`.

";

pub fn page() -> String {
    let mut page = HEAD.to_owned();
    page += "| rule_type | a record fails when |\n| --- | --- |\n";
    for RuleType { name, about, .. } in RULE_TYPES {
        writeln!(page, "| [`{name}`](#{name}) | {about} |").unwrap();
    }
    for rule_type in RULE_TYPES {
        section(&mut page, rule_type);
    }
    page
}

fn section(page: &mut String, rule_type: &RuleType) {
    let docs = Docs::of(rule_type.name);
    let columns = match rule_type.subject {
        Subject::Table => "The table as a whole, without a column.",
        Subject::Column => "One `column`.",
        Subject::Columns => "One `column`, or several `columns`.",
        Subject::ColumnsOrAll => "One `column`, several `columns`, or none, which means all.",
        Subject::Expression => "An `expression`.",
        Subject::Anything => unreachable!("no rule type of this program"),
    };
    writeln!(
        page,
        "\n## {}\n\n{}",
        rule_type.name,
        docs.section("What it checks")
    )
    .unwrap();
    writeln!(
        page,
        "\n### NULL and NaN\n\n{}",
        docs.section("NULL and NaN")
    )
    .unwrap();
    writeln!(page, "\n### Parameters\n\n{columns}").unwrap();
    if !rule_type.parameters.is_empty() {
        page.push('\n');
    }
    for key in rule_type.parameters {
        parameter(page, key, 0);
    }
    let example = docs.section("Example");
    writeln!(page, "\n### Example\n\n{example}").unwrap();
    writeln!(page, "\n### SQL\n\n{}", docs.section("SQL")).unwrap();
    for (engines, statements) in sql::of_example(&example) {
        writeln!(page, "\n{engines}:\n\n```sql\n{statements}\n```").unwrap();
    }
}

fn parameter(page: &mut String, key: &'static Key, depth: usize) {
    let indent = " ".repeat(2 * depth);
    if let Kind::Later(feature) = key.kind {
        writeln!(
            page,
            "{indent}- `{}`: not available yet ({feature}).",
            key.name
        )
        .unwrap();
        return;
    }
    let presence = match key.default {
        Some(default) => format!(", default `{default}`"),
        None if key.is_required => ", required".to_owned(),
        None => String::new(),
    };
    let about = key
        .about
        .replace('\n', &format!("\n{indent}  "))
        .replace(&format!("\n{indent}  \n"), "\n\n");
    writeln!(
        page,
        "{indent}- `{}` ({}{presence}): {about}",
        key.name,
        words(&key.kind)
    )
    .unwrap();
    let mut told = Vec::new();
    for key in keys_below(&key.kind) {
        if !told.contains(&key.name) {
            told.push(key.name);
            parameter(page, key, depth + 1);
        }
    }
}

/// The keys of a value that is a mapping, or can be one.
fn keys_below(kind: &'static Kind) -> Vec<&'static Key> {
    match kind {
        Kind::Mapping(keys) | Kind::Mappings(keys) => keys.iter().collect(),
        Kind::Either(kinds) => kinds.iter().flat_map(keys_below).collect(),
        _ => Vec::new(),
    }
}

/// What a parameter takes.
fn words(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Rate => "number from 0 to 1".to_owned(),
        Kind::Count(_) => "whole number".to_owned(),
        Kind::Duration => "time span".to_owned(),
        Kind::Bound => "number or text".to_owned(),
        Kind::ColumnType => "type".to_owned(),
        Kind::Texts => "list of texts".to_owned(),
        Kind::Constants => "list of values".to_owned(),
        Kind::Mapping(_) => "mapping".to_owned(),
        Kind::Mappings(_) => "list of mappings".to_owned(),
        Kind::OneOf(words) => {
            let words: Vec<String> = words().iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        Kind::Named(kind) => format!("mapping from names to a {}", words(kind)),
        Kind::Either(kinds) => {
            let mut choices: Vec<String> = kinds.iter().map(words).collect();
            choices.dedup();
            choices.join(" or ")
        }
        other => panic!("no rule type has a parameter of {other:?}"),
    }
}

/// The docs at the head of a rule type's file.
struct Docs(String);

impl Docs {
    fn of(name: &str) -> Self {
        let file = repository().join(format!("src/rules/{name}.rs"));
        let text = fs::read_to_string(file).unwrap();
        let lines = text.lines().take_while(|line| line.starts_with("//!"));
        let lines: Vec<&str> = lines
            .map(|line| {
                line.trim_start_matches("//!")
                    .strip_prefix(' ')
                    .unwrap_or("")
            })
            .collect();
        Self(lines.join("\n"))
    }

    fn section(&self, title: &str) -> String {
        let (_, behind) = self.0.split_once(&format!("## {title}\n")).unwrap();
        behind.split("\n## ").next().unwrap().trim().to_owned()
    }
}

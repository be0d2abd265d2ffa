//! The partner of a pair: one query per table that counts all, as a good engineer writes it.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::arguments::Case;
use crate::rule::{Check, Config, Key, Rule};
use crate::{database, flights, many, wide};

/// The failing counts of a case, or of a config with one table, in the order of the rules.
pub fn counts(what: &str, path: &Path) -> anyhow::Result<Vec<i64>> {
    match Case::from_str(what, false) {
        Ok(Case::Flights) => ask(flights::TABLE, path, flights::FUSED),
        Ok(Case::Wide) => ask(wide::TABLE, path, &query(&wide::rules(), wide::TABLE)),
        Ok(Case::Many) => many::fused(path),
        Err(_) => {
            let text = fs::read_to_string(what).with_context(|| format!("reading {what}"))?;
            let config: Config =
                serde_yaml::from_str(&text).with_context(|| format!("reading {what}"))?;
            let [table] = &*config.tables else {
                bail!(
                    "{what} has {} tables; a fused query is about one",
                    config.tables.len()
                );
            };
            ask(&table.name, path, &query(&table.rules, &table.name))
        }
    }
}

/// One `SELECT` with the failing count of each rule.
pub fn query(rules: &[Rule], from: &str) -> String {
    let counts: Vec<String> = rules.iter().map(filter).collect();
    format!("SELECT {}\nFROM {from}", counts.join(",\n       "))
}

fn ask(table: &str, path: &Path, query: &str) -> anyhow::Result<Vec<i64>> {
    let connection = database::open(table, path)?;
    database::counts(&connection, query)
        .with_context(|| format!("asking the fused query about {}", path.display()))
}

/// The failing count of a rule as one aggregate.
pub fn filter(rule: &Rule) -> String {
    match &rule.check {
        Check::Uniqueness { key } => repeated(key),
        _ => format!(
            "count(*) FILTER (WHERE {})",
            rule.failed().unwrap_or_default()
        ),
    }
}

/// How many records have a key that was there already.
pub fn repeated(key: &Key) -> String {
    match key.columns() {
        [column] => format!("count({column}) - count(DISTINCT {column})"),
        columns => {
            let present = columns
                .iter()
                .map(|column| format!("{column} IS NOT NULL"))
                .collect::<Vec<_>>()
                .join(" AND ");
            format!(
                "count(*) FILTER (WHERE {present}) - count(DISTINCT ({})) FILTER (WHERE {present})",
                columns.join(", ")
            )
        }
    }
}

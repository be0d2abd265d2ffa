//! Failing counts by rule, from a report and from the line that `fused` prints.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// A rule's name, behind that of its table, and how many records fail it.
pub type Counts = Vec<(String, i64)>;

#[derive(Deserialize)]
struct Report {
    table_results: BTreeMap<String, Table>,
}

#[derive(Deserialize)]
struct Table {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    status: String,
    message: String,
    failed_count: i64,
}

/// The counts of a JSON report, by table and then in the order of the rules.
///
/// # Errors
/// When a rule could not be judged: it has no count.
pub fn of_report(path: &Path) -> anyhow::Result<Counts> {
    let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
    let report: Report = serde_json::from_reader(BufReader::new(file))
        .with_context(|| format!("reading the report {}", path.display()))?;
    let mut counts = Vec::new();
    for (table, results) in report.table_results {
        for rule in results.rules {
            let name = qualified(&table, &rule.name);
            if rule.status != "passed" && rule.status != "failed" {
                bail!(
                    "rule {name} has no count, it is {}: {}",
                    rule.status,
                    rule.message
                );
            }
            counts.push((name, rule.failed_count));
        }
    }
    Ok(counts)
}

/// The counts of a line of numbers, one for each of these rules.
pub fn of_line(path: &Path, rules: &[String]) -> anyhow::Result<Counts> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let numbers: Vec<i64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .context("reading the fused query's counts")?;
    ensure!(
        numbers.len() == rules.len(),
        "the fused query gave {} counts for {} rules",
        numbers.len(),
        rules.len()
    );
    Ok(rules.iter().cloned().zip(numbers).collect())
}

/// The name of a rule behind that of its table.
pub fn qualified(table: &str, rule: &str) -> String {
    format!("{table}.{rule}")
}

/// Refuses two lists of counts that differ.
pub fn ensure_same(fused: &Counts, validator: &Counts) -> anyhow::Result<()> {
    ensure!(
        fused.len() == validator.len(),
        "the fused query has {} counts, the report {}",
        fused.len(),
        validator.len()
    );
    let different: Vec<String> = fused
        .iter()
        .zip(validator)
        .filter(|(fused, validator)| fused != validator)
        .map(|((name, count), (reported, found))| {
            format!("{name} has {count} in the fused query, {reported} has {found} in the report")
        })
        .collect();
    let shown = &different[..different.len().min(10)];
    ensure!(
        different.is_empty(),
        "{} of {} counts differ: {}",
        different.len(),
        fused.len(),
        shown.join("; ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn report_and_line_give_the_same_list() {
        let report = written(
            r#"{"table_results": {"b": {"rules": [{"name": "y", "status": "failed", "message": "", "failed_count": 3}]},
                "a": {"rules": [{"name": "x", "status": "passed", "message": "", "failed_count": 0}]}}}"#,
        );
        let line = written("0 3\n");
        let counts = of_report(report.path()).unwrap();
        let rules = ["a.x".to_owned(), "b.y".to_owned()];
        assert_eq!(counts, of_line(line.path(), &rules).unwrap());
        ensure_same(&counts, &counts).unwrap();
    }

    #[test]
    fn a_rule_that_was_not_judged_is_refused() {
        let report = written(
            r#"{"table_results": {"a": {"rules":
                [{"name": "x", "status": "error", "message": "no column", "failed_count": 0}]}}}"#,
        );
        let error = of_report(report.path()).unwrap_err().to_string();
        assert_eq!(error, "rule a.x has no count, it is error: no column");
    }

    #[test]
    fn a_difference_is_told_with_both_counts() {
        let fused = vec![("a.x".to_owned(), 1), ("a.y".to_owned(), 5)];
        let validator = vec![("a.x".to_owned(), 1), ("a.y".to_owned(), 6)];
        assert_eq!(
            ensure_same(&fused, &validator).unwrap_err().to_string(),
            "1 of 2 counts differ: a.y has 5 in the fused query, a.y has 6 in the report"
        );
    }
}

//! Rules that the validator judges in this process.

use std::str::FromStr;

use anyhow::{Context, anyhow};
use bigdecimal::BigDecimal;
use data_validator::config::{LoadOptions, load_with};
use data_validator::engines::catalog::Catalog;
use data_validator::run::settings::RunSettings;
use data_validator::{DataValidator, RuleResult, Status};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Performance;
use super::away::kind;
use super::tables::in_config;
use super::trouble::{Done, Trouble, fail};
use crate::case::judging::{Judge, JudgedRule};

/// So many failing rows are asked for where a case names them.
const SAMPLES: u32 = 1000;

impl Performance<'_> {
    pub(super) fn judge(&mut self, judge: &Judge) -> Done {
        let results = self.results(judge)?;
        if results.len() != judge.rules.len() {
            return Err(Trouble::Error(format!("{} results", results.len())));
        }
        for (number, (rule, result)) in judge.rules.iter().zip(&results).enumerate() {
            of_rule(rule, result, &self.first_column(&judge.table)?).map_err(|trouble| {
                let written = Value::Object(rule.rule.clone());
                trouble.at(&format!("rule {}, {written}", number + 1))
            })?;
        }
        Ok(())
    }

    fn results(&mut self, judge: &Judge) -> Done<Vec<RuleResult>> {
        let rules = judge.rules.iter().enumerate().map(|(number, rule)| {
            let mut written = Value::Object(rule.rule.clone());
            written["name"] = json!(format!("rule {}", number + 1));
            // The other side of two tables.
            let with = &written["parameters"]["with"];
            let table = with
                .as_str()
                .and_then(|with| with.strip_prefix('{')?.strip_suffix('}'));
            if let Some(table) = table {
                written["parameters"]["with"] = self.source_in_config(table);
            }
            written
        });
        let mut judged = json!({
            "name": judge.table,
            "source": self.source_in_config(&judge.table),
            "rules": rules.collect::<Vec<_>>(),
        });
        if judge.rules.iter().any(|rule| rule.failing.is_some()) {
            judged["samples"] = json!(SAMPLES);
        }
        if let Some(scope) = &judge.scope {
            judged["where"] = json!(scope);
        }
        let others = self.case.body.tables.keys();
        let others = others.filter(|name| **name != judge.table).map(|name| {
            // A rule may refer to it.
            let rule = json!({"name": "any", "rule_type": "row_count", "parameters": {"min": 0}});
            json!({"name": name, "source": self.source_in_config(name), "rules": [rule]})
        });
        let tables: Vec<Value> = std::iter::once(judged).chain(others).collect();
        let now = Timestamp::from_str(&judge.now).context("'now' is no moment")?;
        let config =
            serde_yaml::to_string(&self.config_of(&tables)).context("writing the config")?;
        let mut summaries = self.validated(&config, now)?;
        Ok(summaries.swap_remove(0))
    }

    /// A config of these tables, with the engine of the case.
    pub(super) fn config_of(&self, tables: &[Value]) -> Value {
        json!({
            "version": "1.0",
            "engine": {
                "type": self.job.engine.name,
                "connection_params": self.sessions.config.connection,
                "options": self.sessions.config.options,
            },
            "tables": tables,
        })
    }

    /// The results of the tables of a config, judged in this process.
    pub(super) fn validated(&self, config: &str, now: Timestamp) -> Done<Vec<Vec<RuleResult>>> {
        let path = self.job.places.folder.join("judged.yaml");
        std::fs::write(&path, config).context("writing the config")?;
        let catalog = Catalog::of([kind(&self.sessions)]);
        let config = load_with(&path, &LoadOptions::default(), catalog)
            .map_err(|errors| anyhow!("{errors}"))
            .context("the case's config")?;
        let mut validator = DataValidator::from_config(config);
        let settings = RunSettings {
            now: Some(now),
            ..RunSettings::default()
        };
        let outcome = validator
            .validate(&settings, &mut |_| ())
            .map_err(|error| anyhow!("{error}"))?;
        let summaries = outcome.summaries.into_iter();
        Ok(summaries.map(|summary| summary.results).collect())
    }

    /// Where the table of that name is, as a config has it.
    pub(super) fn source_in_config(&self, name: &str) -> Value {
        match self.sessions.sources.get(name) {
            Some(source) => in_config(source),
            None => json!({"table": name}),
        }
    }

    fn first_column(&self, table: &str) -> Done<String> {
        let table = self.table(table)?;
        let first = table.schema.columns.into_iter().next();
        Ok(first.map(|column| column.name).unwrap_or_default())
    }
}

fn of_rule(rule: &JudgedRule, result: &RuleResult, key: &str) -> Done {
    if let Some(error) = &rule.error {
        return match result.status == Status::Error && result.message.contains(error) {
            true => Ok(()),
            false => fail(format!(
                "it ends as {} in place of an error with '{error}'",
                told(result)
            )),
        };
    }
    let passed = rule.passed.unwrap_or(rule.failed == 0);
    let status = match passed {
        true => Status::Passed,
        false => Status::Failed,
    };
    let is_it = result.status == status
        && result.passed == passed
        && result.failed_count == rule.failed
        && result.total_count == rule.total
        && result.missing_count == rule.missing;
    if !is_it {
        return fail(format!(
            "it ends as {} in place of {}: {} failed of {}, {} missing",
            told(result),
            word(status),
            rule.failed,
            rule.total,
            rule.missing
        ));
    }
    if let Some(wanted) = &rule.observed
        && !result
            .observed
            .as_ref()
            .is_some_and(|found| is_same_number(wanted, found))
    {
        let found = result.observed.as_ref().map(Value::to_string);
        let found = found.unwrap_or_else(|| "nothing".into());
        return fail(format!("it observes {found} in place of {wanted}"));
    }
    match &rule.failing {
        None => Ok(()),
        Some(wanted) => of_failing_rows(wanted, result, key),
    }
}

/// The failing rows are these, by their key.
fn of_failing_rows(wanted: &[Value], result: &RuleResult, key: &str) -> Done {
    if let Some(why) = &result.no_samples
        && !wanted.is_empty()
    {
        return fail(format!("it gives no failing rows: {why}"));
    }
    let rows = result.samples.iter();
    let mut found: Vec<String> = rows
        .map(|row| row.get(key).map(ToString::to_string).unwrap_or_default())
        .collect();
    let mut wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    found.sort_unstable();
    wanted.sort_unstable();
    if found == wanted {
        return Ok(());
    }
    fail(format!(
        "the failing rows have the keys {} in place of {}",
        found.join(", "),
        wanted.join(", ")
    ))
}

/// Numbers as numbers, whether they come as JSON's or as text.
fn is_same_number(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (one, other) = (text(one), text(other));
    match (BigDecimal::from_str(&one), BigDecimal::from_str(&other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn told(result: &RuleResult) -> String {
    format!(
        "{}: {} failed of {}, {} missing ({})",
        word(result.status),
        result.failed_count,
        result.total_count,
        result.missing_count,
        result.message
    )
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Error => "error",
        Status::Skipped => "skipped",
    }
}

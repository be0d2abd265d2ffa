//! Validates one table.

use std::time::Duration;

use data_validator_plugin::{Dialect, Session};
use serde_json::Value;

use super::ask::{Answer, answer};
use super::prepare::{Prepared, Step, prepare};
use super::result::{RuleResult, Status, Summary};
use super::verdict;
use crate::config::{Rule, Table};
use crate::plan::Plan;
use crate::plan::question::Question;

/// Validates these rules of a table. What cannot be judged is in the summary as such; the call
/// itself does not fail.
pub fn validate(
    session: &mut dyn Session,
    dialect: &Dialect,
    table: &Table,
    rules: &[&Rule],
) -> Summary {
    let results = match prepare(session, dialect, table, rules) {
        Ok(prepared) => results(session, dialect, &prepared),
        Err(error) => return unjudged(table, rules, &error.to_string()),
    };
    Summary::new(&table.name, results)
}

/// The summary of a table of which nothing can be judged, for this reason.
pub fn unjudged(table: &Table, rules: &[&Rule], why: &str) -> Summary {
    let result = |rule: &&Rule| match rule.enabled {
        true => verdict::unjudged(rule, why),
        false => verdict::skipped(rule, "it is disabled"),
    };
    Summary::new(&table.name, rules.iter().map(result).collect())
}

fn results(
    session: &mut dyn Session,
    dialect: &Dialect,
    prepared: &Prepared<'_>,
) -> Vec<RuleResult> {
    let answers = answer(session, dialect, prepared.rows(), &prepared.plan);
    let mut results: Vec<RuleResult> = prepared
        .rules
        .iter()
        .map(|rule| judge(rule.rule, &rule.step, &answers))
        .collect();
    add_details(session, dialect, prepared, &mut results);
    results
}

fn judge(rule: &Rule, step: &Step, answers: &[Answer]) -> RuleResult {
    let (total, questions) = match step {
        Step::Skip(why) => return verdict::skipped(rule, why),
        Step::Unfit(error) => return verdict::unjudged(rule, &error.to_string()),
        Step::Ask { total, questions } => (&answers[*total], questions),
    };
    let counts: Result<Vec<u64>, _> = questions
        .iter()
        .map(|&index| answers[index].count.clone())
        .collect();
    let mut result = match (total.count.clone(), counts) {
        (Ok(total), Ok(counts)) => match rule.check.judge(total, &counts) {
            Ok(counts) => verdict::judge(rule, total, counts),
            Err(error) => verdict::unjudged(rule, &error.to_string()),
        },
        (Err(error), _) | (_, Err(error)) => {
            let mut result = verdict::unjudged(rule, &error.message);
            result
                .metadata
                .insert("error_class".into(), error.class.as_str().into());
            result
        }
    };
    let elapsed: Duration = questions.iter().map(|&index| answers[index].elapsed).sum();
    result.execution_time_ms = elapsed.as_secs_f64() * 1000.0;
    result
}

/// Asks what a reader wants to know about the rules that failed.
fn add_details(
    session: &mut dyn Session,
    dialect: &Dialect,
    prepared: &Prepared<'_>,
    results: &mut [RuleResult],
) {
    let mut plan = Plan::default();
    let mut wanted = Vec::new();
    for (position, result) in results.iter().enumerate() {
        let rule = prepared.rules[position].rule;
        if matches!(result.status, Status::Passed | Status::Failed) && result.failed_count > 0 {
            for detail in rule.check.details() {
                let question = Question {
                    scope: rule.scope.clone(),
                    ..detail.question
                };
                wanted.push((position, detail.name, plan.ask(question)));
            }
        }
    }
    plan.batch(dialect);
    let answers = answer(session, dialect, prepared.rows(), &plan);
    for (position, name, question) in wanted {
        // A detail that cannot be had leaves the verdict as it is.
        if let Ok(count) = answers[question].count {
            results[position]
                .metadata
                .insert(name.into(), Value::from(count));
        }
    }
}

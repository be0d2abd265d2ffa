//! Validates one table: takes over what is proven unchanged, asks the rest, records each answer.

use std::collections::BTreeMap;
use std::sync::RwLock;
use std::time::Duration;

use data_validator_plugin::Schema;

use super::ask::{Answer, Answers, run_scan};
use super::memory::Memory;
use super::planning::PlanOptions;
use super::prepare::{PrepareError, Prepared, Step, prepare};
use super::result::{RuleResult, Status, Summary};
use super::verdict;
use crate::config::{Config, Rule, Table};
use crate::engines::connection::{Connection, Limits};
use crate::engines::retry::Attempts;
use crate::plan::question::Question;
use crate::plan::{Known, Plan};
use crate::sources;
use crate::state::RunState;

/// What a table is validated with.
pub struct Means<'a> {
    pub config: &'a Config,
    pub connection: &'a mut Connection,
    pub limits: Limits<'a>,
    pub plan: PlanOptions,
    /// What earlier runs recorded; `None` where no state is kept.
    pub state: Option<&'a RwLock<RunState>>,
}

/// Validates these rules of a table. What cannot be judged is in the summary as such; the call
/// itself does not fail.
pub fn validate(means: Means<'_>, table: &Table, rules: &[&Rule]) -> Summary {
    let Means {
        config,
        connection,
        limits,
        plan,
        state,
    } = means;
    let mut results: Vec<Option<RuleResult>> = rules.iter().map(|rule| not_run(rule)).collect();
    let found = match sources::find(&table.source) {
        Ok(found) => found,
        Err(error) => return unjudged(table, rules, &error.to_string()),
    };
    let mut memory = Memory::new(state, config, table, rules);
    let attempts = match memory.look_at_data(&found, connection, limits) {
        Ok(attempts) => attempts,
        Err(error) => {
            for (rule, result) in rules.iter().zip(&mut results) {
                result.get_or_insert_with(|| not_prepared(rule, &error));
            }
            return Summary::new(&table.name, results.into_iter().flatten().collect());
        }
    };
    memory.take_over(&mut results);
    let wanted: Vec<usize> = (0..rules.len())
        .filter(|&index| results[index].is_none())
        .collect();
    if wanted.is_empty() && !lacks_details(rules, &results) {
        memory.complete(&results);
        return Summary::new(&table.name, results.into_iter().flatten().collect());
    }
    let wanted_rules: Vec<&Rule> = wanted.iter().map(|&index| rules[index]).collect();
    match prepare(connection, limits, table, &found, &wanted_rules, plan) {
        Ok(prepared) => {
            run_scans(
                connection,
                limits,
                &prepared,
                &wanted,
                &mut results,
                &mut memory,
            );
            add_details(
                connection,
                limits,
                &prepared,
                rules,
                &mut results,
                &mut memory,
            );
        }
        Err(error) => {
            for index in wanted {
                results[index] = Some(not_prepared(rules[index], &error));
            }
        }
    }
    for result in results.iter_mut().flatten().filter(|result| !result.reused) {
        note_attempts(result, &attempts);
    }
    memory.complete(&results);
    Summary::new(&table.name, results.into_iter().flatten().collect())
}

/// The summary of a table of which nothing can be judged, for this reason.
pub fn unjudged(table: &Table, rules: &[&Rule], why: &str) -> Summary {
    let result = |rule: &&Rule| not_run(rule).unwrap_or_else(|| verdict::unjudged(rule, why));
    Summary::new(&table.name, rules.iter().map(result).collect())
}

fn not_run(rule: &Rule) -> Option<RuleResult> {
    (!rule.enabled).then(|| verdict::skipped(rule, "it is disabled"))
}

fn not_prepared(rule: &Rule, error: &PrepareError) -> RuleResult {
    let mut result = verdict::unjudged(rule, &error.to_string());
    if let PrepareError::Engine {
        error, attempts, ..
    } = error
    {
        result
            .metadata
            .insert("error_class".into(), error.class.as_str().into());
        note_attempts(&mut result, attempts);
    }
    result
}

/// Runs the scans one by one; the rules that a scan leaves with all their answers are judged and
/// recorded before the next one starts.
fn run_scans(
    connection: &mut Connection,
    limits: Limits<'_>,
    prepared: &Prepared<'_>,
    wanted: &[usize],
    results: &mut [Option<RuleResult>],
    memory: &mut Memory<'_>,
) {
    let mut answers: Answers = vec![None; prepared.plan.questions.len()];
    for (index, count) in prepared.plan.proven() {
        answers[index] = Some(Answer::proven(count));
    }
    judge_answered(prepared, wanted, &answers, results, memory);
    for scan in &prepared.plan.scans {
        run_scan(
            connection,
            limits,
            prepared.rows(),
            &prepared.plan,
            scan,
            &mut answers,
        );
        memory.note_session(connection.session_number());
        judge_answered(prepared, wanted, &answers, results, memory);
    }
}

fn judge_answered(
    prepared: &Prepared<'_>,
    wanted: &[usize],
    answers: &Answers,
    results: &mut [Option<RuleResult>],
    memory: &mut Memory<'_>,
) {
    let mut judged = Vec::new();
    for (rule, &index) in prepared.rules.iter().zip(wanted) {
        if results[index].is_none()
            && let Some(mut result) = judge(rule.rule, &rule.step, answers)
        {
            note_attempts(&mut result, &prepared.attempts);
            results[index] = Some(result);
            judged.push(index);
        }
    }
    memory.record(&judged, results);
}

/// The result of a rule, once all its questions are answered.
fn judge(rule: &Rule, step: &Step, answers: &Answers) -> Option<RuleResult> {
    let (total, questions) = match step {
        Step::Skip(why) => return Some(verdict::skipped(rule, why)),
        Step::Unfit(error) => return Some(verdict::unjudged(rule, &error.to_string())),
        Step::Ask { total, questions } => (answers[*total].as_ref()?, questions),
    };
    let answers: Vec<&Answer> = questions
        .iter()
        .map(|&index| answers[index].as_ref())
        .collect::<Option<_>>()?;
    let counts: Result<Vec<u64>, _> = answers.iter().map(|answer| answer.count.clone()).collect();
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
    let elapsed: Duration = answers.iter().map(|answer| answer.elapsed).sum();
    result.execution_time_ms = elapsed.as_secs_f64() * 1000.0;
    for answer in answers.into_iter().chain([total]) {
        note_attempts(&mut result, &answer.attempts);
    }
    Some(result)
}

fn note_attempts(result: &mut RuleResult, attempts: &Attempts) {
    result.attempts = result.attempts.max(attempts.count);
    if attempts.last_error.is_some() {
        result.last_error.clone_from(&attempts.last_error);
    }
}

/// Whether a result that was taken over lacks what is to be told about failed records, because the
/// run that recorded it died before it asked.
fn lacks_details(rules: &[&Rule], results: &[Option<RuleResult>]) -> bool {
    rules.iter().zip(results).any(|(rule, result)| {
        result
            .as_ref()
            .is_some_and(|result| wants_details(rule, result))
    })
}

fn wants_details(rule: &Rule, result: &RuleResult) -> bool {
    let judged =
        matches!(result.status, Status::Passed | Status::Failed) && result.failed_count > 0;
    judged
        && rule
            .check
            .details()
            .iter()
            .any(|detail| !result.metadata.contains_key(detail.name))
}

/// Asks what a reader wants to know about the rules with failed records, and records it with them.
fn add_details(
    connection: &mut Connection,
    limits: Limits<'_>,
    prepared: &Prepared<'_>,
    rules: &[&Rule],
    results: &mut [Option<RuleResult>],
    memory: &mut Memory<'_>,
) {
    let mut plan = Plan::default();
    let mut wanted = Vec::new();
    for (index, (rule, result)) in rules.iter().zip(&*results).enumerate() {
        if result
            .as_ref()
            .is_some_and(|result| wants_details(rule, result))
        {
            for detail in rule.check.details() {
                let question = Question {
                    scope: rule.scope.clone(),
                    ..detail.question
                };
                wanted.push((index, detail.name, plan.ask(question)));
            }
        }
    }
    let known = Known {
        schema: &Schema::default(),
        statistics: None,
        estimated_rows: None,
        is_scoped: true,
        few_values: &BTreeMap::new(),
        wanted: None,
    };
    plan.make(&known, &connection.description().dialect);
    let mut answers: Answers = vec![None; plan.questions.len()];
    for scan in &plan.scans {
        run_scan(
            connection,
            limits,
            prepared.rows(),
            &plan,
            scan,
            &mut answers,
        );
    }
    let mut told = Vec::new();
    for (index, name, question) in wanted {
        // A detail that cannot be had leaves the verdict as it is.
        let count = answers[question]
            .as_ref()
            .and_then(|answer| answer.count.as_ref().ok());
        if let (Some(result), Some(count)) = (&mut results[index], count) {
            result.metadata.insert(name.into(), (*count).into());
            told.push(index);
        }
    }
    told.dedup();
    memory.record(&told, results);
}

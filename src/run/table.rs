//! Validates one table: takes over what is proven unchanged, asks the rest, records each answer.

use std::collections::BTreeMap;
use std::sync::RwLock;
use std::time::Duration;

use data_validator_plugin::{ErrorClass, Schema};
use jiff::Timestamp;

use super::ask::{Answer, Answers, run_scan};
use super::memory::Memory;
use super::planning::PlanOptions;
use super::prepare::{PrepareError, Prepared, PreparedRule, Preparing, Step, prepare};
use super::reach::Reach;
use super::result::{RuleResult, Status, Summary};
use super::samples::{self, Wanted};
use super::verdict;
use crate::config::{Config, Rule, Samples, Table};
use crate::engines::connection::Limits;
use crate::engines::retry::Attempts;
use crate::plan::question::Question;
use crate::plan::value::Value;
use crate::plan::{Known, Plan};
use crate::rules::{self, RuleError};
use crate::sources;
use crate::state::RunState;

/// What a table is validated with.
pub struct Means<'a, 'r> {
    pub config: &'a Config,
    pub reach: &'a mut Reach<'r>,
    pub limits: Limits<'a>,
    pub plan: PlanOptions,
    /// Failing rows to show of each rule, in place of what the table says.
    pub samples: Option<u32>,
    /// The moment that counts as now.
    pub now: Timestamp,
    /// What earlier runs recorded; `None` where no state is kept.
    pub state: Option<&'a RwLock<RunState>>,
}

/// Validates these rules of a table. What cannot be judged is in the summary as such; the call
/// itself does not fail.
pub fn validate(means: Means<'_, '_>, table: &Table, rules: &[&Rule]) -> Summary {
    let Means {
        config,
        reach,
        limits,
        plan,
        samples,
        now,
        state,
    } = means;
    let samples = Samples {
        most: samples.unwrap_or(table.samples.most),
        ..table.samples.clone()
    };
    let mut results: Vec<Option<RuleResult>> = rules.iter().map(|rule| not_run(rule)).collect();
    let found = match sources::find(&table.source) {
        Ok(found) => found,
        Err(error) => return unjudged(table, rules, &error.to_string()),
    };
    let mut memory = Memory::new(state, config, table, rules);
    let attempts = match memory.look_at_data(&found, reach, config, limits) {
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
    let lacks_samples = |results: &[Option<RuleResult>]| {
        results
            .iter()
            .flatten()
            .any(|it| samples::are_wanted(&samples, it))
    };
    if wanted.is_empty() && !lacks_details(rules, &results) && !lacks_samples(&results) {
        memory.complete(&results);
        return Summary::new(&table.name, results.into_iter().flatten().collect());
    }
    let wanted_rules: Vec<&Rule> = wanted.iter().map(|&index| rules[index]).collect();
    let read_again = rules.iter().zip(&results).filter(|(_, result)| {
        let result = result.as_ref();
        result.is_none_or(|it| samples::are_wanted(&samples, it))
    });
    let others_of: Vec<&Rule> = read_again.map(|(rule, _)| *rule).collect();
    let preparing = Preparing {
        reach,
        limits,
        config,
        options: plan,
        now,
        others_of: &others_of,
    };
    match prepare(preparing, table, &found, &wanted_rules) {
        Ok(prepared) => {
            run_scans(reach, limits, &prepared, &wanted, &mut results, &mut memory);
            add_details(reach, limits, &prepared, rules, &mut results, &mut memory);
            let connection = &mut *reach.connection;
            let wanted = Wanted {
                shown: &samples,
                kept: memory.kept_rows(),
            };
            let unread = samples::add(connection, limits, &prepared, wanted, rules, &mut results);
            memory.check_data(reach, limits);
            memory.record_waiting(&unread, &mut results);
            samples::leave_shown(&samples, &mut results);
        }
        Err(error) => {
            for index in wanted {
                results[index] = Some(not_prepared(rules[index], &error));
            }
            let taken_over = results.iter_mut().flatten();
            for result in taken_over.filter(|it| samples::are_wanted(&samples, it)) {
                result.no_samples = Some(error.to_string());
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

pub(super) fn not_run(rule: &Rule) -> Option<RuleResult> {
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
pub(super) fn run_scans(
    reach: &mut Reach<'_>,
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
            reach,
            limits,
            prepared.rows(),
            &prepared.plan,
            scan,
            &mut answers,
        );
        memory.check_data(reach, limits);
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
            && let Some(mut result) = judge(prepared, rule, answers)
        {
            note_attempts(&mut result, &prepared.attempts);
            results[index] = Some(result);
            judged.push(index);
        }
    }
    memory.record(&judged, results);
}

/// The result of a rule, once all its questions are answered.
fn judge(
    prepared: &Prepared<'_>,
    prepared_rule: &PreparedRule<'_>,
    answers: &Answers,
) -> Option<RuleResult> {
    let rule = prepared_rule.rule;
    let (total, questions) = match &prepared_rule.step {
        Step::Skip(why) => return Some(verdict::skipped(rule, why)),
        Step::Unfit(error) => return Some(unfit(rule, error)),
        Step::Ask { total, questions } => (total, questions),
    };
    let answer = |index: &usize| answers[*index].as_ref();
    let total: Option<&Answer> = match total {
        Some(total) => Some(answer(total)?),
        None => None,
    };
    let answers: Vec<&Answer> = questions.iter().map(answer).collect::<Option<_>>()?;
    let failed = answers
        .iter()
        .chain(&total)
        .find_map(|answer| answer.value.as_ref().err());
    let mut result = match failed {
        Some(error) => {
            let mut result = verdict::unjudged(rule, &error.message);
            result
                .metadata
                .insert("error_class".into(), error.class.as_str().into());
            result
        }
        None => {
            let values: Vec<&Value> = answers
                .iter()
                .filter_map(|answer| answer.value.as_ref().ok())
                .collect();
            let answers = rules::Answers {
                total: total.map_or(1, |total| total.value.as_ref().map_or(0, Value::count)),
                values: &values,
            };
            match rule.check.judge(&prepared.facts(rule), &answers) {
                Ok(counts) => verdict::judge(rule, counts),
                Err(error) => verdict::unjudged(rule, &error.to_string()),
            }
        }
    };
    let elapsed: Duration = answers.iter().map(|answer| answer.elapsed).sum();
    result.execution_time_ms = elapsed.as_secs_f64() * 1000.0;
    for answer in answers.into_iter().chain(total) {
        note_attempts(&mut result, &answer.attempts);
    }
    Some(result)
}

fn unfit(rule: &Rule, error: &RuleError) -> RuleResult {
    let mut result = verdict::unjudged(rule, &error.to_string());
    if error.is_unsupported() {
        let class = ErrorClass::Unsupported.as_str();
        result.metadata.insert("error_class".into(), class.into());
    }
    result
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
    reach: &mut Reach<'_>,
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
                    timeout: rule.timeout,
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
    plan.make(&known, &reach.connection.description().dialect);
    let mut answers: Answers = vec![None; plan.questions.len()];
    for scan in &plan.scans {
        run_scan(reach, limits, prepared.rows(), &plan, scan, &mut answers);
    }
    let mut told = Vec::new();
    for (index, name, question) in wanted {
        // A detail that cannot be had leaves the verdict as it is.
        let count = answers[question]
            .as_ref()
            .and_then(|answer| answer.value.as_ref().ok());
        if let (Some(result), Some(count)) = (&mut results[index], count) {
            result.metadata.insert(name.into(), count.count().into());
            told.push(index);
        }
    }
    told.dedup();
    memory.record(&told, results);
}

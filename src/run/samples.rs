//! Failing rows for the report: the first ones of each rule, by one query for the table.

use data_validator_plugin::{EngineError, Schema};
use serde_json::{Map, Value};

use super::masking::masked;
use super::prepare::Prepared;
use super::result::{RuleResult, Status};
use crate::config::{Mask, Rule, Samples};
use crate::engines::connection::{Connection, Limits};
use crate::engines::decode::Batches;
use crate::engines::json_value::json_values;
use crate::plan::failing::Failing;
use crate::plan::{sql, value as plan};
use crate::rules::{Answers, Facts, RuleError};
use crate::similar::similar;

/// A query for more rules than this would be too long for some engines.
const RULES_OF_A_QUERY: usize = 100;

/// Whether failing rows of the rule are to be shown.
pub fn are_wanted(samples: &Samples, result: &RuleResult) -> bool {
    samples.most > 0 && has_failing(result)
}

/// Whether something failed.
pub fn has_failing(result: &RuleResult) -> bool {
    let judged = matches!(result.status, Status::Passed | Status::Failed);
    judged && result.failed_count > 0
}

/// Which failing rows are read.
#[derive(Clone, Copy)]
pub struct Wanted<'s> {
    /// To be shown.
    pub shown: &'s Samples,
    /// So many of each new result are to be recorded with it.
    pub kept: u32,
}

impl Wanted<'_> {
    fn are_of(self, result: &RuleResult) -> bool {
        let are_kept = self.kept > 0 && !result.reused;
        (self.shown.most > 0 || are_kept) && has_failing(result)
    }
}

/// The rows that fail the rule, or `None` where it names no rows.
///
/// # Errors
/// When the rule does not fit the table.
pub fn failing_rows(rule: &Rule, facts: &Facts<'_>) -> Result<Option<Failing>, RuleError> {
    if rule.check.judges_table() {
        return Ok(None);
    }
    let questions = rule.check.questions(facts)?;
    let failed_of_row = |answers: &[u64]| {
        let values: Vec<plan::Value> = (answers.iter())
            .map(|answer| plan::Value::Integer(i128::from(*answer)))
            .collect();
        let values: Vec<&plan::Value> = values.iter().collect();
        let of_row = Answers {
            total: 1,
            values: &values,
        };
        let counts = rule.check.judge(facts, &of_row).ok()?;
        Some(counts.failed)
    };
    Ok(Failing::of(&questions, rule.scope.as_ref(), failed_of_row))
}

/// Puts failing rows into the results of the rules that have some, and gives the numbers of those whose rows an
/// engine failed to give. What cannot be had is told in the result and leaves the verdict as it is.
pub fn add(
    connection: &mut Connection,
    limits: Limits<'_>,
    prepared: &Prepared<'_>,
    wanted: Wanted<'_>,
    rules: &[&Rule],
    results: &mut [Option<RuleResult>],
) -> Vec<usize> {
    let (mut asked, mut unread) = (Vec::new(), Vec::new());
    let mask = &wanted.shown.mask;
    let most = wanted.shown.most.max(wanted.kept);
    let misspelt = unknown_column(mask, &prepared.schema);
    for (index, (rule, result)) in rules.iter().zip(results).enumerate() {
        let Some(result) = result.as_mut().filter(|it| wanted.are_of(it)) else {
            continue;
        };
        // Rather no rows than rows with a value that was to be hidden.
        let failing = match &misspelt {
            Some(why) => Err(why.clone()),
            None => failing_rows(rule, &prepared.facts(rule)).map_err(|error| error.to_string()),
        };
        match failing {
            Ok(Some(failing)) => asked.push((index, failing, result)),
            Ok(None) => result.no_samples = Some("the rule names no rows".into()),
            Err(why) => result.no_samples = Some(why),
        }
    }
    for asked in asked.chunks_mut(RULES_OF_A_QUERY) {
        let failing: Vec<&Failing> = asked.iter().map(|(_, failing, _)| failing).collect();
        let dialect = &connection.description().dialect;
        let (rows, schema) = (prepared.whole_rows(), &prepared.schema);
        let sql = sql::first_failing(dialect, rows, schema, &failing, most);
        let found = connection.call(limits, |session, call| {
            found_rows(&mut Batches::of(&mut *session.query(&sql, call)?)?)
        });
        match found.result {
            Ok(found) => {
                for row in found {
                    if let Some((_, failing, result)) = asked.get_mut(row.rule) {
                        let sample = sample(&row.values, failing, schema, mask);
                        result.samples.push(sample);
                    }
                }
            }
            Err(error) => {
                for (index, _, result) in asked {
                    unread.push(*index);
                    result.no_samples = Some(error.message.clone());
                }
            }
        }
    }
    unread
}

/// Takes out of the results what is not to be shown.
pub fn leave_shown(samples: &Samples, results: &mut [Option<RuleResult>]) {
    let most = usize::try_from(samples.most).unwrap_or(usize::MAX);
    for result in results.iter_mut().flatten() {
        result.samples.truncate(most);
        if most == 0 {
            result.no_samples = None;
        }
    }
}

/// A row that fails a rule.
struct FoundRow {
    /// The rule's number in the query.
    rule: usize,
    place: u64,
    values: Vec<Value>,
}

/// The rows of the query, by rule and place.
fn found_rows(batches: &mut Batches<'_>) -> Result<Vec<FoundRow>, EngineError> {
    let mut rows = Vec::new();
    while let Some(batch) = batches.next_batch()? {
        let columns: Vec<Vec<Value>> = batch.columns().iter().map(json_values).collect();
        let number = |column: &[Value], row: usize| column[row].as_u64().unwrap_or_default();
        if let [rules, places, values @ ..] = &*columns {
            rows.extend((0..rules.len()).map(|row| FoundRow {
                rule: number(rules, row) as usize,
                place: number(places, row),
                values: values.iter().map(|column| column[row].clone()).collect(),
            }));
        }
    }
    rows.sort_by_key(|row| (row.rule, row.place));
    Ok(rows)
}

/// A row as a report shows it, the columns that the rule looks at first.
fn sample(values: &[Value], failing: &Failing, schema: &Schema, mask: &Mask) -> Map<String, Value> {
    let own = failing.columns();
    let cells = || schema.columns.iter().map(|column| &column.name).zip(values);
    let (first, others): (Vec<_>, Vec<_>) =
        cells().partition(|(name, _)| own.contains(name.as_str()));
    let shown = first.into_iter().chain(others).map(|(name, value)| {
        let shown = match mask.columns.contains(name) {
            true => masked(value, mask),
            false => value.clone(),
        };
        (name.clone(), shown)
    });
    shown.collect()
}

/// What is wrong with a mask that names a column the table lacks.
fn unknown_column(mask: &Mask, schema: &Schema) -> Option<String> {
    let unknown = mask
        .columns
        .iter()
        .find(|name| schema.column(name).is_none())?;
    let columns = schema.columns.iter().map(|column| column.name.as_str());
    let near = similar(unknown, columns);
    let advice = match &*near {
        [] => "see the table's columns for the right name".to_owned(),
        near => format!("did you mean '{}'?", near.join("' or '")),
    };
    Some(format!(
        "'mask' names the column '{unknown}', which does not exist; {advice}"
    ))
}

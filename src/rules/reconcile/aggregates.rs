//! Numbers that are computed from each side by itself.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use data_validator_plugin::{Column, LogicalType};
use serde_json::{Map, Value, json};

use super::columns::{Both, Sides};
use super::tolerances::Tolerances;
use crate::plan::pairing::{Tolerance, nearest};
use crate::plan::question::{Condition, Question};
use crate::rules::function::{Function, Measured};
use crate::rules::number::{Number, is_number};
use crate::rules::{Answers, Counts, RuleError, calendar};

/// Sums of doubles are told with nine digits, of which the order of the additions may change the last one.
const PART_OF_SUMS: f64 = 1e-8;

/// One number of each side.
struct Metric<'s> {
    name: String,
    /// None for the number of rows.
    both: Option<Both<'s>>,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Rows,
    Values,
    Of(Function),
}

/// What is asked of the left side, and then of the right one.
pub fn questions(
    sides: &Sides<'_>,
    columns: Option<&[String]>,
    tolerances: &Tolerances,
) -> Result<Vec<Question>, RuleError> {
    let metrics = metrics(sides, columns, tolerances)?;
    let mut questions = Vec::new();
    for metric in &metrics {
        questions.extend(metric.questions(metric.both.map(|both| both.left))?);
    }
    for metric in &metrics {
        let of_right = metric.questions(metric.both.map(|both| both.right))?;
        questions.extend(of_right.into_iter().map(|question| Question {
            other: Some(Arc::clone(sides.right)),
            ..question
        }));
    }
    Ok(questions)
}

/// Each pair of numbers is a record.
pub fn judge(
    sides: &Sides<'_>,
    columns: Option<&[String]>,
    tolerances: &Tolerances,
    answers: &Answers<'_>,
) -> Result<Counts, RuleError> {
    let metrics = metrics(sides, columns, tolerances)?;
    let mut rest = answers.values;
    let mut measured = [Vec::new(), Vec::new()];
    for (of_side, measured) in measured.iter_mut().enumerate() {
        for metric in &metrics {
            let column = metric.both.map(|both| [both.left, both.right][of_side]);
            let (own, others) = rest.split_at(metric.questions(column)?.len().min(rest.len()));
            rest = others;
            measured.push(metric.measure(
                column,
                &Answers {
                    values: own,
                    ..*answers
                },
            )?);
        }
    }
    let [left, right] = &measured;
    let mut differing = Map::new();
    for ((metric, left), right) in metrics.iter().zip(left).zip(right) {
        if !metric.agree(left.as_ref(), right.as_ref(), tolerances) {
            let [left, right] = [left, right].map(|number| metric.shown(number.as_ref()));
            let of_both = json!({"left": left, "right": right});
            differing.insert(metric.name.clone(), of_both);
        }
    }
    let finding = finding(&differing, metrics.len());
    Ok(Counts {
        total: metrics.len() as u64,
        failed: differing.len() as u64,
        finding,
        metadata: Map::from_iter([("differing".to_owned(), differing.into())]),
        ..Counts::default()
    })
}

fn finding(differing: &Map<String, Value>, total: usize) -> Option<String> {
    const MOST_TOLD: usize = 3;
    if differing.is_empty() {
        return None;
    }
    let told = differing.iter().take(MOST_TOLD);
    let mut told: Vec<String> = told
        .map(|(name, both)| format!("{name} is {} and {}", both["left"], both["right"]))
        .collect();
    if differing.len() > MOST_TOLD {
        told.push(format!("{} more", differing.len() - MOST_TOLD));
    }
    Some(format!(
        "{} of {total} numbers do not agree: {}",
        differing.len(),
        told.join(", ")
    ))
}

fn metrics<'s>(
    sides: &Sides<'s>,
    columns: Option<&[String]>,
    tolerances: &Tolerances,
) -> Result<Vec<Metric<'s>>, RuleError> {
    let mut metrics = vec![Metric {
        name: "rows".to_owned(),
        both: None,
        what: What::Rows,
    }];
    for both in sides.compared(columns, &[])? {
        // Types whose values are not compared have no numbers to compare either.
        both.pair(tolerances.of(Some(&both.left.name)))?;
        let column = &both.left.name;
        let metric = |name: &str, what| Metric {
            name: format!("{column}.{name}"),
            both: Some(both),
            what,
        };
        metrics.push(metric("values", What::Values));
        let ends = [
            metric("min", What::Of(Function::Min)),
            metric("max", What::Of(Function::Max)),
        ];
        match &both.left.logical_type {
            of if is_number(of) => {
                metrics.extend(ends);
                metrics.push(metric("sum", What::Of(Function::Sum)));
            }
            LogicalType::Date | LogicalType::Timestamp | LogicalType::TimestampTz => {
                metrics.extend(ends);
            }
            _ => metrics.push(metric("distinct_count", What::Of(Function::DistinctCount))),
        }
    }
    Ok(metrics)
}

impl Metric<'_> {
    fn questions(&self, column: Option<&Column>) -> Result<Vec<Question>, RuleError> {
        Ok(match (self.what, column) {
            (What::Of(function), Some(column)) => function.questions(column)?,
            (What::Values, Some(column)) => {
                vec![Question::rows(
                    Condition::IsNull(column.name.clone()).negated(),
                )]
            }
            _ => vec![Question::rows(Condition::Always)],
        })
    }

    /// The number; none where there is no value to compute it from.
    fn measure(
        &self,
        column: Option<&Column>,
        answers: &Answers<'_>,
    ) -> Result<Option<Number>, RuleError> {
        let (What::Of(function), Some(column)) = (self.what, column) else {
            return Ok(Some(Number::Exact(answers.count(0).into())));
        };
        let number = match function.measure(column, answers)? {
            Measured::Number(number) => number,
            Measured::Missing => return Ok(None),
        };
        // Dates are counted in days, and compared with timestamps as their midnight.
        Ok(Some(match (number, &column.logical_type) {
            (Number::Exact(days), LogicalType::Date)
                if matches!(function, Function::Min | Function::Max) =>
            {
                Number::Exact(days * BigDecimal::from(86_400_000_000_i64))
            }
            (number, _) => number,
        }))
    }

    /// The number, or the moment that it stands for.
    fn shown(&self, number: Option<&Number>) -> Value {
        let Some(number) = number else {
            return Value::Null;
        };
        let is_extreme = matches!(self.what, What::Of(Function::Min | Function::Max));
        let moment = match number {
            Number::Exact(micros)
                if is_extreme && self.both.is_some_and(|it| !it.are_numbers()) =>
            {
                micros.to_plain_string().parse().ok()
            }
            _ => None,
        };
        let text = moment.and_then(|micros| calendar::text_of(micros, &LogicalType::Timestamp));
        text.map_or_else(|| number.json(), Value::String)
    }

    fn agree(
        &self,
        left: Option<&Number>,
        right: Option<&Number>,
        tolerances: &Tolerances,
    ) -> bool {
        let (Some(left), Some(right)) = (left, right) else {
            return left.is_none() && right.is_none();
        };
        let Some(both) = self.both.filter(Both::are_numbers) else {
            return left == right;
        };
        let tolerance = match self.what {
            What::Of(_) => tolerances.of(Some(&both.left.name)),
            _ => Tolerance::default(),
        };
        let is_floating =
            both.left.logical_type.can_be_nan() || both.right.logical_type.can_be_nan();
        let is_sum = matches!(self.what, What::Of(Function::Sum));
        let part = match is_floating && is_sum {
            true => PART_OF_SUMS,
            false => 0.0,
        };
        agree(left, right, &tolerance, part)
    }
}

/// Whether two numbers agree, within a tolerance or so small a part of the greater one.
pub fn agree(left: &Number, right: &Number, tolerance: &Tolerance, part: f64) -> bool {
    let exactly = match (left, right) {
        (Number::Exact(left), Number::Exact(right)) => {
            Some((left - right).abs() <= tolerance.absolute)
        }
        _ => None,
    };
    let [left, right] = [left, right].map(|number| match number {
        Number::Exact(number) => nearest(number),
        Number::Double(number) => *number,
        Number::Single(number) => f64::from(*number),
    });
    let absolute = nearest(&tolerance.absolute);
    let relative = nearest(&tolerance.relative).max(part);
    let apart = (left - right).abs();
    let is_near = exactly.unwrap_or_else(|| {
        let is_equal = left == right || left.is_nan() && right.is_nan();
        is_equal || apart.is_finite() && apart <= absolute
    });
    // An infinity is no part of another.
    let is_part = || apart.is_finite() && apart <= relative * left.abs().max(right.abs());
    is_near || relative > 0.0 && is_part()
}

//! # aggregate
//!
//! ## What it checks
//! A number computed from all values of a column lies between two bounds, of which one is enough. It judges the
//! table as a whole: one record, which passes or fails; `observed` is the number.
//!
//! Sums of floating-point numbers, and means and deviations, are judged and shown with nine digits, since
//! the order of additions, which no engine promises, changes later ones.
//!
//! ## NULL and NaN
//! NULL is left out. Where no value is left, the record is missing and does not fail (`nulls` changes that),
//! but `distinct_count` is 0 then, and `null_fraction` of rows that are all NULL 1, which are judged. NaN among
//! the values makes every function but these two NaN, which lies in no range and fails. Infinities are ordinary
//! values.
//!
//! ## Example
//! ```yaml
//! - name: usual_distance
//!   rule_type: aggregate
//!   column: distance
//!   parameters: {function: mean, min_value: 900, max_value: 1100}
//! ```
//!
//! ## SQL
//! `min("x")`, `sum("x")` and `count("x")` in the one scan of all rows; ranked values come from one sort
//! with `row_number() OVER (ORDER BY "x")`.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use data_validator_plugin::LogicalType;
use serde::Serialize;

use super::bounds::{self, Bounds};
use super::function::{self, Function, Measured};
use super::nulls::{self, Nulls};
use super::number::Number;
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, calendar, column, table_rule};
use crate::config::fields::RuleFields;
use crate::plan::question::Question;

pub const RULE_TYPE: RuleType = RuleType {
    name: "aggregate",
    about: "the number computed from the table's values lies outside of the bounds",
    subject: Subject::Column,
    parameters: &[
        function::FUNCTION,
        function::QUANTILE,
        bounds::MIN_VALUE,
        bounds::MAX_VALUE,
        bounds::TOLERANCE,
        nulls::KEY,
    ],
    semantics: 2,
    read,
};

#[derive(Debug, Serialize)]
struct Aggregate {
    column: String,
    function: Function,
    bounds: Bounds,
    nulls: Nulls,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let parameters = &mut rule.parameters;
    let nulls = Nulls::read(parameters);
    let function = Function::read(parameters);
    let bounds = Bounds::read(parameters, "an aggregate");
    Some(Arc::new(Aggregate {
        column: column?,
        function: function?,
        bounds: bounds?,
        nulls,
    }))
}

impl Check for Aggregate {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = column(facts.schema, &self.column)?;
        let questions = self.function.questions(column)?;
        // Bounds that do not fit are told before anything is asked.
        self.bounds.interval(
            &self.function.result_type(&column.logical_type),
            &self.column,
        )?;
        Ok(questions)
    }

    fn judge(&self, facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let column = column(facts.schema, &self.column)?;
        let number = match self.function.measure(column, answers)? {
            Measured::Number(number) => number,
            Measured::Missing => {
                return Ok(Counts {
                    finding: Some(format!("column '{}' has no value", column.name)),
                    ..self.nulls.counts(1, 0, 1)
                });
            }
        };
        let of = self.function.result_type(&column.logical_type);
        let interval = self.bounds.interval(&of, &self.column)?;
        let what = format!("the {} of column '{}'", self.function.name(), column.name);
        let observed = match date(&number, &of) {
            Some(text) => text.into(),
            None => number.json(),
        };
        let shown = |number: &Number| date(number, &of).unwrap_or_else(|| number.to_string());
        Ok(table_rule::judge(
            &what, &number, &interval, observed, &shown,
        ))
    }

    fn judges_table(&self) -> bool {
        true
    }
}

/// The text of a number that stands for a date or timestamp.
fn date(number: &Number, of: &LogicalType) -> Option<String> {
    match (number, of) {
        (
            Number::Exact(number),
            LogicalType::Date | LogicalType::Timestamp | LogicalType::TimestampTz,
        ) => calendar::text_of(whole(number)?, of),
        _ => None,
    }
}

fn whole(number: &BigDecimal) -> Option<i64> {
    number.to_plain_string().parse().ok()
}

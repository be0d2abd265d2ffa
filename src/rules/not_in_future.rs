//! # not_in_future
//!
//! ## What it checks
//! No date or timestamp lies behind the present moment, which is that of the run, or what `--now` says, in UTC
//! and to the microsecond. A date is in the future when it comes after today's in UTC; a timestamp without
//! zone is taken for UTC.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that).
//!
//! ## Example
//! ```yaml
//! - {name: happened, rule_type: not_in_future, column: created_at}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE "created_at" > CAST('2026-01-01 12:00:00' AS TIMESTAMP))`

use std::sync::Arc;

use data_validator_plugin::{Column, LogicalType, Schema};
use serde::Serialize;

use super::nulls::{self, Nulls};
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, column, moment, row_rule};
use crate::config::fields::RuleFields;
use crate::plan::question::{Condition, Operator, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "not_in_future",
    about: "the date or timestamp comes after now",
    subject: Subject::Column,
    parameters: &[
        nulls::KEY,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct NotInFuture {
    column: String,
    nulls: Nulls,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let nulls = Nulls::read(&mut rule.parameters);
    Some(Arc::new(NotInFuture {
        column: column?,
        nulls,
    }))
}

/// The column, if it has dates or timestamps.
pub fn column_in_time<'s>(schema: &'s Schema, name: &str) -> Result<&'s Column, RuleError> {
    let column = column(schema, name)?;
    match column.logical_type {
        LogicalType::Date | LogicalType::Timestamp | LogicalType::TimestampTz => Ok(column),
        ref other => Err(RuleError::Unfit(format!(
            "the present is compared with dates and timestamps, but column '{name}' is {other}; a custom rule can cast it"
        ))),
    }
}

impl Check for NotInFuture {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = column_in_time(facts.schema, &self.column)?;
        let failed = Condition::Compare {
            column: column.name.clone(),
            operator: Operator::Greater,
            literal: moment::literal_of(moment::in_utc(facts.now), &column.logical_type),
        };
        Ok(row_rule::questions(&column.name, failed))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }

    fn not_reusable(&self) -> Option<&'static str> {
        Some("it depends on the time of the run")
    }
}

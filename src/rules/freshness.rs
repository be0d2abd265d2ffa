//! # freshness
//!
//! ## What it checks
//! The latest date or timestamp of a column is not older than a time span. It judges the table as a whole:
//! one record, which passes or fails; `observed` is the age in seconds, less than 0 for a value in the future.
//!
//! The age is counted from the present moment, which is that of the run, or what `--now` says, to the
//! microsecond. A date is its midnight in UTC, and a timestamp without zone is taken for UTC.
//!
//! ## NULL and NaN
//! NULL is left out. Where no row has a value, nothing shows that the table is fresh, and the rule fails.
//!
//! ## Example
//! ```yaml
//! - {name: loaded_today, rule_type: freshness, column: loaded_at, parameters: {max_age: 24h}}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE "loaded_at" >= CAST('2025-12-31 12:00:00' AS TIMESTAMP))`, and the latest value
//! for `observed`.

use std::sync::Arc;
use std::time::Duration;

use bigdecimal::BigDecimal;
use data_validator_plugin::LogicalType;
use jiff::civil::{DateTime, Time};
use serde::Serialize;

use super::not_in_future::column_in_time;
use super::number::Number;
use super::{
    Answers, Check, Counts, Facts, RuleError, RuleType, Subject, calendar, column, moment, table_rule,
};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Computation, Condition, End, Literal, Operator, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "freshness",
    about: "the latest value of the table is older, or there is none",
    subject: Subject::Column,
    parameters: &[
        Key::required("max_age", Kind::Duration, "The greatest age: a span such as `90m`, `12h` or `7d`, or a number of seconds."),
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct Freshness {
    column: String,
    max_age: Duration,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    if !rule.parameters.was_given("max_age") {
        rule.parameters.required::<String>("max_age");
        return None;
    }
    let max_age = rule.parameters.duration("max_age");
    Some(Arc::new(Freshness {
        column: column?,
        max_age: max_age?,
    }))
}

impl Freshness {
    /// The earliest value that is fresh.
    fn earliest(&self, now: DateTime, logical_type: &LogicalType) -> Literal {
        // What is older than the calendar is as old as the calendar.
        let at = now
            .checked_sub(self.max_age)
            .unwrap_or(DateTime::constant(1, 1, 1, 0, 0, 0, 0));
        let at = at.max(DateTime::constant(1, 1, 1, 0, 0, 0, 0));
        let is_within_a_day = *logical_type == LogicalType::Date && at.time() != Time::midnight();
        let at = match at.tomorrow() {
            Ok(tomorrow) if is_within_a_day => tomorrow,
            _ => at,
        };
        moment::literal_of(at, logical_type)
    }
}

impl Check for Freshness {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = column_in_time(facts.schema, &self.column)?;
        let name = column.name.clone();
        let literal = self.earliest(moment::in_utc(facts.now), &column.logical_type);
        Ok(vec![
            Question::rows(Condition::Compare {
                column: name.clone(),
                operator: Operator::GreaterOrEqual,
                literal,
            }),
            Question::rows(Condition::IsNull(name.clone()).negated()),
            Question::value(
                &name,
                Computation::Extreme {
                    end: End::Greatest,
                    of: column.logical_type.clone(),
                },
            ),
        ])
    }

    fn judge(&self, facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let column = column(facts.schema, &self.column)?;
        if answers.count(1) == 0 {
            let finding = format!("column '{}' has no value that could be fresh", column.name);
            return Ok(Counts {
                missing: 1,
                ..table_rule::counts(None, Some(finding))
            });
        }
        let latest = calendar::moment_of(answers.value(2), &column.logical_type);
        let age = latest.map(|latest| {
            let age = moment::in_utc(facts.now).duration_since(latest);
            Number::Exact(BigDecimal::new(age.as_micros().into(), 6))
        });
        let finding = (answers.count(0) == 0).then(|| match (latest, &age) {
            (Some(latest), Some(age)) => format!(
                "the latest value of column '{}' is {latest}, {age} seconds old, more than {} seconds",
                column.name,
                self.max_age.as_secs_f64()
            ),
            _ => format!("no value of column '{}' is fresh", column.name),
        });
        Ok(table_rule::counts(age.map(|age| age.json()), finding))
    }

    fn judges_table(&self) -> bool {
        true
    }

    fn not_reusable(&self) -> Option<&'static str> {
        Some("it depends on the time of the run")
    }
}

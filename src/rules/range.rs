//! # range
//!
//! ## What it checks
//! Every value lies between two bounds, of which one is enough. Numbers, dates, timestamps, and text by code
//! point.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). NaN fails; infinities are ordinary.
//!
//! ## Example
//! ```yaml
//! - {name: months, rule_type: range, column: month, parameters: {min_value: 1, max_value: 12}}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE "month" < 1 OR "month" > 12)`. Bounds are rounded to the column's type
//! first, `month < 0.5` becoming `month < 1`, so that no engine casts a column.

use std::sync::Arc;

use serde::Serialize;

use super::bound::{self, Bound, Side};
use super::nulls::{self, Nulls};
use super::row_rule;
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, column};
use crate::config::fields::RuleFields;
use crate::plan::question::{Condition, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "range",
    about: "the value lies outside of the bounds",
    subject: Subject::Column,
    parameters: &[
        bound::MIN_VALUE,
        bound::MAX_VALUE,
        bound::EXCLUSIVE_MIN,
        bound::EXCLUSIVE_MAX,
        nulls::KEY,
    ],
    semantics: 2,
    read,
};

#[derive(Debug, Serialize)]
struct Range {
    column: String,
    bounds: Vec<Bound>,
    nulls: Nulls,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let nulls = Nulls::read(&mut rule.parameters);
    let min = Bound::read(&mut rule.parameters, Side::Min);
    let max = Bound::read(&mut rule.parameters, Side::Max);
    if let (Some(min), Some(max)) = (&min, &max)
        && !min.leaves_room_below(max)
    {
        rule.parameters.refuse(
            "min_value",
            &format!("min_value {min} and max_value {max} leave no value that could pass"),
            "swap them, or make the bounds inclusive",
        );
    }
    if min.is_none() && max.is_none() {
        rule.parameters.refuse_unless_refused(
            "a range needs min_value or max_value",
            "give one of them, or both",
        );
        return None;
    }
    Some(Arc::new(Range {
        column: column?,
        bounds: min.into_iter().chain(max).collect(),
        nulls,
    }))
}

impl Check for Range {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = column(facts.schema, &self.column)?;
        let mut failed = Vec::new();
        for bound in &self.bounds {
            failed.extend(bound.violated_by(column)?);
        }
        if column.logical_type.can_be_nan() {
            failed.push(Condition::IsNan(column.name.clone()));
        }
        Ok(row_rule::questions(&column.name, Condition::any(failed)))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }
}

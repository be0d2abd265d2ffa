//! # comparison
//!
//! ## What it checks
//! Every value stands in a relation to the value of another column of its row.
//!
//! Whole and decimal numbers are compared exactly with each other, whole numbers with floating-point ones as
//! doubles. Dates are compared with timestamps as their midnight, timestamps without zone with those with one
//! as UTC. Texts are compared by code point. All other pairs of types are errors.
//!
//! ## NULL and NaN
//! A record with NULL in either column is missing and does not fail (`nulls` changes that). NaN fails, also
//! against NaN, for NaN is less than, equal to and greater than nothing, and not told from anything either.
//!
//! ## Example
//! ```yaml
//! - {name: order, rule_type: comparison, column: starts, parameters: {operator: "<=", other_column: ends}}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE NOT ("starts" <= "ends"))`

use std::sync::Arc;

use data_validator_plugin::{Column, LogicalType};
use serde::{Deserialize, Serialize};

use super::nulls::{self, Nulls};
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, column, row_rule};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Operand, Operator, Question, ReadAs};

pub const RULE_TYPE: RuleType = RuleType {
    name: "comparison",
    about: "the comparison is FALSE",
    subject: Subject::Column,
    parameters: &[
        Key::required("operator", Kind::one_of::<Relation>(), "Read from `column` to `other_column`."),
        Key::required("other_column", Kind::Text, "The column to compare with."),
        nulls::KEY,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct Comparison {
    column: String,
    operator: Relation,
    other_column: String,
    nulls: Nulls,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Relation {
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
    #[serde(rename = "=", alias = "==")]
    Equal,
    #[serde(rename = "!=", alias = "<>")]
    NotEqual,
}

impl Relation {
    fn operator(self) -> Operator {
        match self {
            Self::Less => Operator::Less,
            Self::LessOrEqual => Operator::LessOrEqual,
            Self::Greater => Operator::Greater,
            Self::GreaterOrEqual => Operator::GreaterOrEqual,
            Self::Equal => Operator::Equal,
            Self::NotEqual => Operator::NotEqual,
        }
    }
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let parameters = &mut rule.parameters;
    let nulls = Nulls::read(parameters);
    let operator = parameters.required("operator");
    let other_column: Option<String> = parameters.required("other_column");
    if column.is_some() && column == other_column {
        parameters.refuse(
            "other_column",
            "a column is compared with itself",
            "name another column",
        );
    }
    Some(Arc::new(Comparison {
        column: column?,
        operator: operator?,
        other_column: other_column?,
        nulls,
    }))
}

/// What both columns are read as.
fn reading(left: &Column, right: &Column) -> Result<(ReadAs, ReadAs), RuleError> {
    use LogicalType as T;
    let exact = |of: &T| matches!(of, T::Integer | T::Decimal { .. });
    Ok(match (&left.logical_type, &right.logical_type) {
        (left, right) if exact(left) && exact(right) => (ReadAs::Itself, ReadAs::Itself),
        (left, right)
            if (left.can_be_nan() || *left == T::Integer)
                && (right.can_be_nan() || *right == T::Integer) =>
        {
            (ReadAs::Double, ReadAs::Double)
        }
        (T::Text, T::Text) => (ReadAs::TextByCodePoint, ReadAs::TextByCodePoint),
        (T::Date, T::Timestamp) => (ReadAs::TimestampOfDate, ReadAs::Itself),
        (T::Timestamp, T::Date) => (ReadAs::Itself, ReadAs::TimestampOfDate),
        (T::Date, T::TimestampTz) => (ReadAs::MomentOfDate, ReadAs::Itself),
        (T::TimestampTz, T::Date) => (ReadAs::Itself, ReadAs::MomentOfDate),
        (T::Timestamp, T::TimestampTz) => (ReadAs::MomentOfTimestamp, ReadAs::Itself),
        (T::TimestampTz, T::Timestamp) => (ReadAs::Itself, ReadAs::MomentOfTimestamp),
        (T::Boolean, T::Boolean)
        | (T::Date, T::Date)
        | (T::Timestamp, T::Timestamp)
        | (T::TimestampTz, T::TimestampTz)
        | (T::Time, T::Time) => (ReadAs::Itself, ReadAs::Itself),
        _ => {
            return Err(RuleError::Unfit(format!(
                "column '{}' of type {} is not compared with column '{}' of type {}; a custom rule can cast one of them",
                left.name, left.logical_type, right.name, right.logical_type
            )));
        }
    })
}

impl Check for Comparison {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let left = column(facts.schema, &self.column)?;
        let right = column(facts.schema, &self.other_column)?;
        let (left_as, right_as) = reading(left, right)?;
        let operand = |column: &Column, read_as| Operand {
            column: column.name.clone(),
            read_as,
        };
        let holds = Condition::CompareColumns {
            left: operand(left, left_as),
            operator: self.operator.operator(),
            right: operand(right, right_as),
        };
        let is_null = |column: &Column| Condition::IsNull(column.name.clone());
        let mut failed = vec![holds.negated()];
        for (one, other) in [(left, right), (right, left)] {
            if one.logical_type.can_be_nan() {
                failed.push(Condition::All(vec![
                    Condition::IsNan(one.name.clone()),
                    is_null(other).negated(),
                ]));
            }
        }
        let missing = Condition::any(vec![is_null(left), is_null(right)]);
        Ok(row_rule::missing_and_failed(
            missing,
            Condition::any(failed),
        ))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }
}

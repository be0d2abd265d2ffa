//! # comparison
//!
//! ## What it checks
//! Every value stands in a relation to the value of another column of its row.
//!
//! Whole and decimal numbers are compared exactly with each other, whole numbers with floating-point ones as
//! doubles; a decimal without digits behind the point is a whole number. Dates are compared with timestamps as
//! their midnight, timestamps without zone with those with one as UTC, and all of them to the microsecond. Texts
//! are compared by code point; booleans (false before true), times of day and bytes with their like. All other
//! pairs of types are errors.
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

use data_validator_plugin::Column;
use serde::{Deserialize, Serialize};

use super::nulls::{self, Nulls};
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, column, reading, row_rule};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Literal, Operand, Operator, Question, ReadAs};

pub const RULE_TYPE: RuleType = RuleType {
    name: "comparison",
    about: "the comparison is FALSE",
    subject: Subject::Column,
    parameters: &[
        Key::required("operator", Kind::one_of::<Relation>(), "Read from `column` to `other_column`."),
        Key::required("other_column", Kind::Text, "The column to compare with."),
        nulls::KEY,
    ],
    semantics: 2,
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
    /// Read from the other column.
    fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

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

/// The values that stand wrongly to whatever the other column has: NaN, and exact numbers that the type in which
/// both are compared has no room for, where it has room for all of the other column.
fn told_alone(column: &Column, read_as: ReadAs, relation: Relation) -> Vec<Condition> {
    if column.logical_type.can_be_nan() {
        return vec![Condition::IsNan(column.name.clone())];
    }
    let ReadAs::Decimal { scale, of_column } = read_as else {
        return Vec::new();
    };
    let beyond = |operator, sign| Condition::Compare {
        column: column.name.clone(),
        operator,
        literal: Literal::beyond_decimals(sign, scale, of_column),
    };
    let greater = beyond(Operator::GreaterOrEqual, "");
    let less = beyond(Operator::LessOrEqual, "-");
    match relation {
        Relation::Less | Relation::LessOrEqual => vec![greater],
        Relation::Greater | Relation::GreaterOrEqual => vec![less],
        Relation::Equal => vec![greater, less],
        Relation::NotEqual => Vec::new(),
    }
}

impl Check for Comparison {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let left = column(facts.schema, &self.column)?;
        let right = column(facts.schema, &self.other_column)?;
        let read_as = reading::of_comparable(&left.logical_type, &right.logical_type);
        let (left_as, right_as) = read_as.ok_or_else(|| {
            RuleError::Unfit(format!(
                "column '{}' of type {} is not compared with column '{}' of type {}; a custom rule can cast one of them",
                left.name, left.logical_type, right.name, right.logical_type
            ))
        })?;
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
        let sides = [
            (left, left_as, right, self.operator),
            (right, right_as, left, self.operator.turned()),
        ];
        for (one, read_as, other, relation) in sides {
            for condition in told_alone(one, read_as, relation) {
                failed.push(Condition::All(vec![condition, is_null(other).negated()]));
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

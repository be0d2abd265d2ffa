//! A condition on a row as SQL knows it, with three truth values.
//!
//! Only what means the same on every engine is here: what else SQL says is the engine's affair.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::table::Row;
use super::value::Value;

/// A condition, which is TRUE, FALSE or UNKNOWN for a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    IsNull(String),
    IsNotNull(String),
    /// A boolean column by itself.
    Flag(String),
    /// A column and a value of its type.
    Compare {
        column: String,
        operator: Operator,
        value: String,
    },
    /// Two columns of one type.
    CompareColumns {
        left: String,
        operator: Operator,
        right: String,
    },
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

/// How one value stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

impl Operator {
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether values of this order stand so to each other.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Expression {
    /// TRUE, FALSE, or none where it is UNKNOWN.
    pub fn evaluate(&self, row: &Row<'_>) -> Option<bool> {
        match self {
            Self::IsNull(column) => Some(row.value(column).is_null()),
            Self::IsNotNull(column) => Some(!row.value(column).is_null()),
            Self::Flag(column) => match row.value(column) {
                Value::Boolean(flag) => Some(flag),
                _ => None,
            },
            Self::Compare {
                column,
                operator,
                value,
            } => {
                let literal = row.table().type_of(column)?.value(Some(value));
                compare(&row.value(column), *operator, &literal)
            }
            Self::CompareColumns {
                left,
                operator,
                right,
            } => compare(&row.value(left), *operator, &row.value(right)),
            Self::Not(inner) => inner.evaluate(row).map(|truth| !truth),
            Self::And(one, other) => match (one.evaluate(row), other.evaluate(row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(one, other) => match (one.evaluate(row), other.evaluate(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }

    /// The columns that it reads.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::IsNull(column)
            | Self::IsNotNull(column)
            | Self::Flag(column)
            | Self::Compare { column, .. } => vec![column],
            Self::CompareColumns { left, right, .. } => vec![left, right],
            Self::Not(inner) => inner.columns(),
            Self::And(one, other) | Self::Or(one, other) => {
                [one.columns(), other.columns()].concat()
            }
        }
    }
}

/// As engines compare: NaN equals NaN and is greater than every number.
pub fn compare(one: &Value, operator: Operator, other: &Value) -> Option<bool> {
    if one.is_null() || other.is_null() {
        return None;
    }
    let order = match (one.is_nan(), other.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => one.order(other)?,
    };
    Some(operator.holds(order))
}

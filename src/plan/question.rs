//! What a rule wants to know, in words that belong to no engine.

use std::collections::BTreeSet;

use data_validator_plugin::LogicalType;

use super::custom_sql::{SqlExpression, SqlQuery};
use super::regex::{Extent, Pattern};

/// A number that is asked about the rows of one table; the answer is always a count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Only rows for which this is TRUE are looked at; the table's own scope comes before it.
    pub scope: Option<SqlExpression>,
    pub count: Count,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// Rows for which the condition is TRUE.
    Rows(Condition),
    /// Keys, over the rows in which no column of the key is NULL.
    Keys {
        columns: Vec<String>,
        which: KeyCount,
    },
    /// What a user's query gives.
    Query { query: SqlQuery, which: QueryCount },
}

/// Which keys are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyCount {
    /// Different keys.
    Distinct,
    /// Keys that more than one row has.
    Repeated,
    /// Rows whose key another row has too.
    RowsWithRepeated,
}

/// How a user's query tells its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryCount {
    /// In the first cell of its only row.
    FirstCell,
    /// By the number of its rows.
    Rows,
}

/// A condition on one row: TRUE, FALSE or, where a NULL takes part, UNKNOWN.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// TRUE for each row.
    Always,
    /// TRUE for no row.
    Never,
    IsNull(String),
    /// The double is NaN.
    IsNan(String),
    Compare {
        column: String,
        operator: Operator,
        literal: Literal,
    },
    /// The text contains a match, or is one as a whole.
    Matches {
        column: String,
        pattern: Pattern,
        extent: Extent,
    },
    /// As [`Condition::Matches`], with a pattern in the engine's own language.
    MatchesNative {
        column: String,
        pattern: String,
    },
    IsFalse(SqlExpression),
    IsUnknown(SqlExpression),
    Not(Box<Self>),
    /// At least one is TRUE; never empty.
    Any(Vec<Self>),
}

/// How a column's value stands to a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

/// A value with its type, as text that is valid for the type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Literal {
    pub logical_type: LogicalType,
    pub text: String,
}

impl Question {
    /// A question about all rows of the table's scope.
    pub fn new(count: Count) -> Self {
        Self { scope: None, count }
    }

    /// Whether the engine has to know patterns.
    pub fn has_pattern(&self) -> bool {
        matches!(&self.count, Count::Rows(condition) if condition.patterns() > 0)
    }
}

impl Condition {
    /// The one column that decides the condition, if it is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::IsNull(column)
            | Self::IsNan(column)
            | Self::Compare { column, .. }
            | Self::Matches { column, .. }
            | Self::MatchesNative { column, .. } => Some(column),
            Self::Not(condition) => condition.column(),
            Self::Any(conditions) => {
                let mut columns = conditions.iter().map(Self::column);
                let first = columns.next()??;
                columns.all(|column| column == Some(first)).then_some(first)
            }
            Self::Always | Self::Never | Self::IsFalse(_) | Self::IsUnknown(_) => None,
        }
    }

    /// Adds the columns that the condition reads; `None` where an expression of the user may read any.
    pub fn add_columns<'c>(&'c self, columns: &mut BTreeSet<&'c str>) -> Option<()> {
        match self {
            Self::Not(condition) => condition.add_columns(columns),
            Self::Any(conditions) => conditions
                .iter()
                .try_for_each(|condition| condition.add_columns(columns).ok_or(()))
                .ok(),
            Self::IsFalse(_) | Self::IsUnknown(_) => None,
            _ => {
                columns.extend(self.column());
                Some(())
            }
        }
    }

    /// How many patterns are tried on each value.
    pub fn patterns(&self) -> usize {
        match self {
            Self::Matches { .. } | Self::MatchesNative { .. } => 1,
            Self::Not(condition) => condition.patterns(),
            Self::Any(conditions) => conditions.iter().map(Self::patterns).sum(),
            _ => 0,
        }
    }

    /// Whether it is made of comparisons alone, which statistics can rule out for many rows at once.
    pub fn compares_only(&self) -> bool {
        match self {
            Self::Compare { .. } => true,
            Self::Any(conditions) => conditions.iter().all(Self::compares_only),
            _ => false,
        }
    }

    /// TRUE where at least one of the conditions is; of none, never.
    pub fn any(mut conditions: Vec<Self>) -> Self {
        match conditions.len() {
            0 => Self::Never,
            1 => conditions.remove(0),
            _ => Self::Any(conditions),
        }
    }
}

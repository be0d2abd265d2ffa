//! What a rule wants to know, in words that belong to no engine.

use std::sync::Arc;
use std::time::Duration;

use data_validator_plugin::{LogicalType, Relation};

use super::custom_sql::{SqlExpression, SqlQuery};
use super::other_rows::OtherRows;
use super::pairing::{PairCount, Pairing};

pub use super::condition::{Condition, Literal, Operand, Operator, ReadAs};

/// Something that is asked about the rows of one table; the answer is one
/// [`Value`](super::value::Value).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The rows that are asked about, where they are not the table's own.
    pub other: Option<Arc<OtherRows>>,
    /// Only rows for which this is TRUE are looked at; the scope of the table, or of the other rows, comes before it.
    pub scope: Option<SqlExpression>,
    /// How long a query for it may take.
    pub timeout: Option<Duration>,
    pub count: Count,
}

/// What is counted or computed. All but [`Count::Value`] are answered with a whole number from 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// Rows for which the condition is TRUE.
    Rows(Condition),
    /// Keys, over the rows in which no column of the key is NULL.
    Keys {
        columns: Vec<String>,
        which: KeyCount,
    },
    /// Rows with a complete key that no row of another relation has.
    Orphans {
        columns: Vec<String>,
        parent: Parent,
    },
    /// Keys of the table and of another relation, by how their rows stand side by side.
    Pairs {
        pairing: Arc<Pairing>,
        which: PairCount,
    },
    /// What a user's query gives.
    Query { query: SqlQuery, which: QueryCount },
    /// Something computed from the values of a column, NULL left out.
    Value {
        column: String,
        computation: Computation,
    },
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

/// The rows that a foreign key leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parent {
    pub relation: Relation,
    /// One for each column of the key, in its order.
    pub columns: Vec<ParentColumn>,
}

/// A column of a referenced key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ParentColumn {
    pub name: String,
    pub read_as: ReadAs,
    /// What its partner is read as.
    pub partner_as: ReadAs,
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

/// What is made of the values of a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Computation {
    /// The smallest or the greatest value of such a type.
    Extreme { end: End, of: LogicalType },
    /// The exact sum of integers or decimals with so many digits behind the point.
    ExactSum { scale: u8 },
    /// The sum of the doubles that are finite.
    FiniteSum,
    /// The standard deviation of the doubles that are finite.
    Deviation { of_sample: bool, of: LogicalType },
    /// The value at a place when the values are in order, of those that are no NaN.
    Ranked { rank: Rank, of: LogicalType },
}

/// One end of the order of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    Least,
    Greatest,
}

/// A place among `n` values in order: `(n - 1) * share / of` values stand before it, rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rank {
    pub share: u32,
    /// A power of ten.
    pub of: u32,
    pub rounded: Rounded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounded {
    Down,
    Up,
}

impl Question {
    /// A question about all rows of the table's scope.
    pub fn new(count: Count) -> Self {
        Self {
            other: None,
            scope: None,
            timeout: None,
            count,
        }
    }

    /// How many rows of the scope fulfil a condition.
    pub fn rows(condition: Condition) -> Self {
        Self::new(Count::Rows(condition))
    }

    /// Something computed from a column.
    pub fn value(column: &str, computation: Computation) -> Self {
        Self::new(Count::Value {
            column: column.to_owned(),
            computation,
        })
    }
}

impl Computation {
    /// Whether it needs the values in order, and so a query of its own.
    pub fn is_ranked(&self) -> bool {
        matches!(self, Self::Ranked { .. })
    }
}

//! Conditions on one row, in words that belong to no engine.

use std::collections::BTreeSet;

use data_validator_plugin::LogicalType;

use super::custom_sql::SqlExpression;
use super::regex::{Extent, Pattern};

/// The most digits that every engine has room for in a decimal.
pub const MOST_DIGITS: u8 = 38;

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
    /// The value equals one of these, which are of one type; never none.
    IsOneOf {
        column: String,
        literals: Vec<Literal>,
    },
    CompareColumns {
        left: Operand,
        operator: Operator,
        right: Operand,
    },
    /// The text has so many Unicode scalar values.
    Length {
        column: String,
        operator: Operator,
        characters: u64,
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
    /// The text is JSON.
    IsJson(String),
    IsFalse(SqlExpression),
    IsUnknown(SqlExpression),
    Not(Box<Self>),
    /// At least one is TRUE; never empty.
    Any(Vec<Self>),
    /// Each is TRUE; never empty.
    All(Vec<Self>),
}

/// How a column's value stands to another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// A value with its type, as text that is valid for the type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Literal {
    pub logical_type: LogicalType,
    pub text: String,
}

/// A column on one side of a comparison with another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    pub column: String,
    pub read_as: ReadAs,
}

/// What a value is turned into before it is compared, so that no engine chooses a cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadAs {
    Itself,
    TextByCodePoint,
    Double,
    /// A decimal of 38 digits, so many of them behind the point; NULL where it has no room for the value.
    Decimal {
        scale: u8,
        /// The digits that the column itself has behind the point.
        of_column: u8,
    },
    /// A timestamp without zone to the microsecond, which is finer in some columns.
    Timestamp,
    /// A moment to the microsecond.
    Moment,
    /// Midnight of a date.
    TimestampOfDate,
    /// Midnight of a date in UTC.
    MomentOfDate,
    /// A timestamp without zone in UTC.
    MomentOfTimestamp,
}

impl Literal {
    /// The least number, or with the sign `-` the greatest, that a decimal of 38 digits with `scale` of them behind
    /// the point has no room for, for a column that has fewer behind the point.
    pub fn beyond_decimals(sign: &str, scale: u8, of_column: u8) -> Self {
        let zeros = "0".repeat((MOST_DIGITS - scale).into());
        Self {
            logical_type: LogicalType::Decimal {
                precision: MOST_DIGITS,
                scale: of_column,
            },
            text: format!("{sign}1{zeros}"),
        }
    }
}

impl Condition {
    /// The one column that decides the condition, if it is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::IsNull(column)
            | Self::IsNan(column)
            | Self::IsJson(column)
            | Self::Compare { column, .. }
            | Self::IsOneOf { column, .. }
            | Self::Length { column, .. }
            | Self::Matches { column, .. }
            | Self::MatchesNative { column, .. } => Some(column),
            Self::Not(condition) => condition.column(),
            Self::Any(conditions) | Self::All(conditions) => {
                let mut columns = conditions.iter().map(Self::column);
                let first = columns.next()??;
                columns.all(|column| column == Some(first)).then_some(first)
            }
            Self::Always
            | Self::Never
            | Self::CompareColumns { .. }
            | Self::IsFalse(_)
            | Self::IsUnknown(_) => None,
        }
    }

    /// Adds the columns that the condition reads; `None` where an expression of the user may read any.
    pub fn add_columns<'c>(&'c self, columns: &mut BTreeSet<&'c str>) -> Option<()> {
        match self {
            Self::Not(condition) => condition.add_columns(columns),
            Self::Any(conditions) | Self::All(conditions) => conditions
                .iter()
                .try_for_each(|condition| condition.add_columns(columns).ok_or(()))
                .ok(),
            Self::CompareColumns { left, right, .. } => {
                columns.extend([left.column.as_str(), right.column.as_str()]);
                Some(())
            }
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
            Self::Any(conditions) | Self::All(conditions) => {
                conditions.iter().map(Self::patterns).sum()
            }
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

    /// The conditions inside this one, and itself.
    pub fn each(&self, look: &mut dyn FnMut(&Self)) {
        look(self);
        match self {
            Self::Not(condition) => condition.each(look),
            Self::Any(conditions) | Self::All(conditions) => {
                for condition in conditions {
                    condition.each(look);
                }
            }
            _ => {}
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

    /// TRUE where the condition is FALSE.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            condition => Self::Not(Box::new(condition)),
        }
    }
}

//! The forms of a question: different queries that give the same number.

use std::fmt;

use super::question::{Count, KeyCount};

/// One form of a question. All that a question has are exact; they differ in what they cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The number itself, proven by statistics.
    Proof(u64),
    /// Rows less `count(column)`: the rows without a value.
    CountColumn,
    /// An aggregate over all rows, of which one scan takes many.
    Conditional,
    /// A scan of its own with the condition in `WHERE`: statistics keep most rows from being read.
    Pruned,
    /// The condition on each different value of the column, with the number of rows that have it.
    DistinctValues { of_text: bool },
    /// `count(DISTINCT column)`.
    CountDistinct,
    /// `GROUP BY` the key.
    Groups,
    /// A bit for each integer between the bounds.
    Bitmap { min: i128, max: i128 },
    /// The rows whose key has no partner.
    AntiJoin,
    /// All rows of a key of both sides together.
    SideBySide,
    /// Both sides in order, put side by side by the host.
    Merge,
    /// As the user wrote it.
    Query,
    /// One aggregate over all rows.
    Aggregate,
    /// The values in order, of which some are taken.
    Ranking,
}

/// A form by its name, to ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FormName {
    Proof,
    CountColumn,
    Conditional,
    Pruned,
    DistinctValues,
    CountDistinct,
    Groups,
    Bitmap,
}

impl Form {
    /// The form that every engine has, and that fails only if the question does.
    pub fn plain(count: &Count) -> Self {
        match count {
            Count::Rows(_) => Self::Conditional,
            Count::Keys {
                columns,
                which: KeyCount::Distinct,
            } if columns.len() == 1 => Self::CountDistinct,
            Count::Keys { .. } => Self::Groups,
            Count::Orphans { .. } => Self::AntiJoin,
            Count::Pairs { pairing, .. } => match pairing.right.is_elsewhere {
                true => Self::Merge,
                false => Self::SideBySide,
            },
            Count::Query { .. } => Self::Query,
            Count::Value { computation, .. } if computation.is_ranked() => Self::Ranking,
            Count::Value { .. } => Self::Aggregate,
        }
    }

    pub fn is_called(self, name: FormName) -> bool {
        matches!(
            (self, name),
            (Self::Proof(_), FormName::Proof)
                | (Self::CountColumn, FormName::CountColumn)
                | (Self::Conditional, FormName::Conditional)
                | (Self::Pruned, FormName::Pruned)
                | (Self::DistinctValues { .. }, FormName::DistinctValues)
                | (Self::CountDistinct, FormName::CountDistinct)
                | (Self::Groups, FormName::Groups)
                | (Self::Bitmap { .. }, FormName::Bitmap)
        )
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proof(_) => "proof",
            Self::CountColumn => "count-column",
            Self::Conditional => "conditional",
            Self::Pruned => "pruned",
            Self::DistinctValues { .. } => "distinct-values",
            Self::CountDistinct => "count-distinct",
            Self::Groups => "groups",
            Self::Bitmap { .. } => "bitmap",
            Self::AntiJoin => "anti-join",
            Self::SideBySide => "side-by-side",
            Self::Merge => "merge",
            Self::Query => "query",
            Self::Aggregate => "aggregate",
            Self::Ranking => "ranking",
        })
    }
}

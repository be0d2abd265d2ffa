//! What a check counts, row by row.

use serde::{Deserialize, Serialize};

use super::table::{Row, Table};
use super::value::ColumnType;

/// What a check found among the rows in scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows in scope; 1 of a rule about the table as a whole.
    pub total: usize,
    pub failed: usize,
    pub missing: usize,
    /// Rows that the success rate leaves out.
    pub excluded: usize,
    /// Of uniqueness, where something failed.
    pub duplicates: Option<Duplicates>,
    /// The number that was measured on the table as a whole.
    pub observed: Option<String>,
    /// What no engine promises decides, such as the order of additions: any answer is right.
    pub is_open: bool,
}

/// Keys that more than one row has, and the rows that have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicates {
    pub keys: usize,
    pub rows: usize,
}

/// The rule does not fit the table, for this reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged(pub String);

/// What a rule says of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    Passes,
    Fails,
    /// There is no value to judge.
    Missing,
}

/// What a missing value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nulls {
    Pass,
    Fail,
    Exclude,
}

/// Judges each row.
pub fn count_rows(
    rows: &[Row<'_>],
    nulls: Option<Nulls>,
    judge: impl Fn(&Row<'_>) -> Judged,
) -> Counts {
    let mut counts = Counts {
        total: rows.len(),
        ..Counts::default()
    };
    for row in rows {
        counts.add(judge(row), nulls);
    }
    counts
}

/// The counts of a rule about the table as a whole, which is its one record.
pub fn count_table(judged: Judged, nulls: Option<Nulls>, observed: Option<String>) -> Counts {
    let mut counts = Counts {
        total: 1,
        observed,
        ..Counts::default()
    };
    counts.add(judged, nulls);
    counts
}

impl Counts {
    fn add(&mut self, judged: Judged, nulls: Option<Nulls>) {
        match judged {
            Judged::Passes => {}
            Judged::Fails => self.failed += 1,
            Judged::Missing => {
                self.missing += 1;
                match nulls.unwrap_or(Nulls::Pass) {
                    Nulls::Pass => {}
                    Nulls::Fail => self.failed += 1,
                    Nulls::Exclude => self.excluded += 1,
                }
            }
        }
    }
}

/// TRUE passes, FALSE fails, UNKNOWN is missing.
pub fn judged(truth: Option<bool>) -> Judged {
    match truth {
        Some(true) => Judged::Passes,
        Some(false) => Judged::Fails,
        None => Judged::Missing,
    }
}

/// The type of a column that has to be there.
///
/// # Errors
/// When it is not.
pub fn type_of<'t>(table: &'t Table, column: &str) -> Result<&'t ColumnType, Unjudged> {
    table
        .type_of(column)
        .ok_or_else(|| Unjudged(format!("there is no column '{column}'")))
}

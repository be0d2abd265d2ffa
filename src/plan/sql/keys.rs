//! Counts of keys as SQL.

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, LogicalType};

use super::{Rows, select_list};
use crate::plan::question::KeyCount;

/// Number of different values of the column.
pub fn count_distinct(
    dialect: &Dialect,
    rows: Rows<'_>,
    scopes: &[String],
    column: &str,
) -> String {
    format!(
        "SELECT count(DISTINCT {}) AS c0 FROM {}",
        rows.key(dialect, column),
        rows.filtered(scopes)
    )
}

/// Number of different values of an integer column that has none outside the bounds.
pub fn bitmap(
    dialect: &Dialect,
    rows: Rows<'_>,
    scopes: &[String],
    column: &str,
    (min, max): (i128, i128),
) -> String {
    let places = [
        ("value", &*dialect.identifier(column)),
        ("min", &*min.to_string()),
        ("max", &*max.to_string()),
    ];
    let template = dialect.count_distinct_bitmap.as_deref().unwrap_or_default();
    let count = fill(template, &places);
    // Of no row there is no bitmap.
    format!(
        "SELECT coalesce({count}, 0) AS c0 FROM {}",
        rows.filtered(scopes)
    )
}

/// Counts of the groups that the rows with a complete key form.
pub fn groups(
    dialect: &Dialect,
    rows: Rows<'_>,
    mut scopes: Vec<String>,
    columns: &[String],
    which: &[KeyCount],
) -> String {
    let is_there = |column: &String| format!("{} IS NOT NULL", dialect.identifier(column));
    scopes.extend(columns.iter().map(is_there));
    let keys: Vec<String> = columns
        .iter()
        .map(|column| rows.key(dialect, column))
        .collect();
    let groups = format!(
        "SELECT count(*) AS n FROM {} GROUP BY {}",
        rows.filtered(&scopes),
        keys.join(", ")
    );
    let integer = dialect
        .type_names
        .of(&LogicalType::Integer)
        .unwrap_or_default();
    let counts: Vec<String> = which
        .iter()
        .map(|which| match which {
            KeyCount::Distinct => "count(*)".to_owned(),
            KeyCount::Repeated => fill(&dialect.count_where, &[("condition", "n > 1")]),
            KeyCount::RowsWithRepeated => {
                format!("CAST(coalesce(sum(CASE WHEN n > 1 THEN n END), 0) AS {integer})")
            }
        })
        .collect();
    format!("SELECT {} FROM ({groups}) AS keys", select_list(&counts))
}

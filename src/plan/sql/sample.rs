//! A look at the first rows, which says how many different values columns may have.

use data_validator_plugin::Dialect;

use super::condition::text_by_code_point;
use super::{Rows, select_list};

/// Enough rows that a value which all of them lack is rare in the rest.
const SAMPLE_ROWS: u32 = 20_000;

/// For each text column three cells: how many rows of a sample have a value of the column, how many
/// different values these are, and how many rows have one that no other row of the sample has.
///
/// The share of the third in the first estimates how likely the next row has a value that was not seen
/// yet (Good, "The population frequencies of species", Biometrika 40, 1953).
pub fn sample(dialect: &Dialect, rows: Rows<'_>, columns: &[&str]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|name| dialect.identifier(name))
        .collect();
    let counts: Vec<String> = columns
        .iter()
        .zip(&names)
        .flat_map(|(column, name)| {
            let groups = format!(
                "SELECT count(*) AS n FROM data_validator_sample WHERE {name} IS NOT NULL GROUP BY {}",
                text_by_code_point(dialect, column)
            );
            [
                "coalesce(sum(n), 0)",
                "count(*)",
                "count(CASE WHEN n = 1 THEN 1 END)",
            ]
            .map(|count| format!("(SELECT {count} FROM ({groups}) AS keys)"))
        })
        .collect();
    format!(
        "WITH data_validator_sample AS (SELECT {} FROM {} LIMIT {SAMPLE_ROWS}) SELECT {}",
        names.join(", "),
        rows.relation.sql,
        select_list(&counts)
    )
}

//! Keys without a partner, as SQL.

use data_validator_plugin::Dialect;

use super::Rows;
use super::parent_keys::{distinct_keys, key_value};
use crate::plan::question::Parent;

/// Number of rows with a complete key that no row of the other relation has.
///
/// Both sides get names of our own, since a column may be called the same in both.
pub fn orphans(
    dialect: &Dialect,
    rows: Rows<'_>,
    mut scopes: Vec<String>,
    columns: &[String],
    parent: &Parent,
) -> String {
    let mut child_keys = Vec::new();
    let mut parent_names = Vec::new();
    let mut equal = Vec::new();
    for (number, (column, partner)) in columns.iter().zip(&parent.columns).enumerate() {
        scopes.push(format!("{} IS NOT NULL", dialect.identifier(column)));
        let value = key_value(dialect, column, partner.partner_as);
        child_keys.push(format!("{value} AS child_{number}"));
        parent_names.push(format!("parent_{number}"));
        equal.push(format!("child_{number} = parent_{number}"));
    }
    format!(
        "SELECT count(*) AS c0 FROM (SELECT {} FROM {}) AS children LEFT JOIN {} AS parents ON {} WHERE parent_0 IS NULL",
        child_keys.join(", "),
        rows.filtered(&scopes),
        distinct_keys(dialect, parent, &parent_names),
        equal.join(" AND ")
    )
}

//! Keys without a partner, as SQL.

use data_validator_plugin::Dialect;

use super::Rows;
use super::condition::operand_sql;
use crate::plan::question::{Operand, Parent, ReadAs};

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
    let value = |column: &str, read_as: ReadAs| {
        let column = column.to_owned();
        operand_sql(dialect, &Operand { column, read_as })
    };
    let mut child_keys = Vec::new();
    let mut parent_keys = Vec::new();
    let mut present = Vec::new();
    let mut equal = Vec::new();
    for (number, (column, partner)) in columns.iter().zip(&parent.columns).enumerate() {
        scopes.push(format!("{} IS NOT NULL", dialect.identifier(column)));
        present.push(format!("{} IS NOT NULL", dialect.identifier(&partner.name)));
        child_keys.push(format!(
            "{} AS child_{number}",
            value(column, partner.partner_as)
        ));
        parent_keys.push(format!(
            "{} AS parent_{number}",
            value(&partner.name, partner.read_as)
        ));
        equal.push(format!("child_{number} = parent_{number}"));
    }
    format!(
        "SELECT count(*) AS c0 FROM (SELECT {} FROM {}) AS children LEFT JOIN (SELECT DISTINCT {} FROM {} WHERE {}) AS parents \
         ON {} WHERE parent_0 IS NULL",
        child_keys.join(", "),
        rows.filtered(&scopes),
        parent_keys.join(", "),
        parent.relation.sql,
        present.join(" AND "),
        equal.join(" AND ")
    )
}

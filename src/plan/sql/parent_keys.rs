//! The keys of another relation, as SQL.

use data_validator_plugin::Dialect;

use super::condition::operand_sql;
use crate::plan::question::{Operand, Parent, ReadAs};

/// The complete keys that the relation has, each once, in a subquery whose columns have these names.
pub fn distinct_keys(dialect: &Dialect, parent: &Parent, names: &[String]) -> String {
    let keys: Vec<String> = parent
        .columns
        .iter()
        .zip(names)
        .map(|(column, name)| {
            let value = key_value(dialect, &column.name, column.read_as);
            format!("{value} AS {name}")
        })
        .collect();
    let present: Vec<String> = parent
        .columns
        .iter()
        .map(|column| format!("{} IS NOT NULL", dialect.identifier(&column.name)))
        .collect();
    format!(
        "(SELECT DISTINCT {} FROM {} WHERE {})",
        keys.join(", "),
        parent.relation.sql,
        present.join(" AND ")
    )
}

/// A column as keys are compared.
pub fn key_value(dialect: &Dialect, column: &str, read_as: ReadAs) -> String {
    let column = column.to_owned();
    operand_sql(dialect, &Operand { column, read_as })
}

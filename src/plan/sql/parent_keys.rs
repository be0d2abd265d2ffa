//! The keys of another relation, as SQL.

use data_validator_plugin::Dialect;
use data_validator_plugin::quote::fill;

use crate::plan::question::Parent;

/// The complete keys that the relation has, each once, in a subquery whose columns have these names.
pub fn distinct_keys(dialect: &Dialect, parent: &Parent, names: &[String]) -> String {
    let keys: Vec<String> = parent
        .columns
        .iter()
        .zip(names)
        .map(|(column, name)| {
            let value = key_value(dialect, &column.name, column.is_text);
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

/// A column as keys are compared: texts are told apart by their characters.
pub fn key_value(dialect: &Dialect, column: &str, is_text: bool) -> String {
    let column = dialect.identifier(column);
    match is_text {
        true => fill(&dialect.text_by_code_point, &[("value", &column)]),
        false => column,
    }
}

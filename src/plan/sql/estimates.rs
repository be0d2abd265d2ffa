//! What an engine's catalogue has an idea of.

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, Relation};

use super::select_list;

/// One row: about how many rows there are, and for each column about how many different values it has, NULL
/// where the engine has no idea; `None` for an engine that never has one.
pub fn estimates(dialect: &Dialect, relation: &Relation, columns: &[&str]) -> Option<String> {
    let rows = dialect.estimated_rows.as_ref()?;
    let values = dialect.estimated_values.as_ref()?;
    let relation = dialect.string(&relation.sql);
    let of_columns = columns.iter().map(|column| {
        let column = dialect.string(column);
        fill(values, &[("relation", &relation), ("column", &column)])
    });
    let cells: Vec<String> = std::iter::once(fill(rows, &[("relation", &relation)]))
        .chain(of_columns)
        .collect();
    Some(format!("SELECT {}", select_list(&cells)))
}

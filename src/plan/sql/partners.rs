//! Rows beside the keys that they lead to, as SQL.

use data_validator_plugin::{Dialect, Relation, Schema};

use super::failing::free_name;
use super::parent_keys::{distinct_keys, key_value};
use crate::plan::failing::{Failing, Mark};
use crate::plan::question::Parent;

/// The other relations whose keys it takes to tell which rows fail, each joined once.
///
/// A join and no `NOT EXISTS`, which engines lack outside of `WHERE`. Names of our own stand for the columns of
/// the other relation, so that each other name stays one of the table.
pub struct Partners<'f> {
    joined: Vec<&'f Mark>,
}

impl<'f> Partners<'f> {
    pub fn of(rules: impl IntoIterator<Item = &'f Failing>) -> Self {
        let mut joined: Vec<&Mark> = Vec::new();
        for mark in rules.into_iter().flat_map(|failing| &failing.marks) {
            if matches!(mark, Mark::HasNoPartner { .. }) && !joined.contains(&mark) {
                joined.push(mark);
            }
        }
        Self { joined }
    }

    /// The rows of the relation, each once, beside the keys.
    pub fn join(&self, dialect: &Dialect, schema: &Schema, relation: &Relation) -> Relation {
        let mut sql = relation.sql.clone();
        for (number, mark) in self.joined.iter().enumerate() {
            if let Mark::HasNoPartner { columns, parent } = mark {
                sql += &join_sql(dialect, schema, number, columns, parent);
            }
        }
        Relation { sql }
    }

    /// TRUE for a row with a complete key that has no partner, else FALSE.
    pub fn lacks(
        &self,
        dialect: &Dialect,
        schema: &Schema,
        mark: &Mark,
        columns: &[String],
    ) -> String {
        let number = self.joined.iter().position(|joined| *joined == mark);
        let present = columns
            .iter()
            .map(|column| format!("{} IS NOT NULL", dialect.identifier(column)));
        let none = number.map(|number| format!("{} IS NULL", name(dialect, schema, number, 0)));
        present.chain(none).collect::<Vec<_>>().join(" AND ")
    }
}

/// The name of a column of a key.
fn name(dialect: &Dialect, schema: &Schema, number: usize, column: usize) -> String {
    dialect.identifier(&free_name(schema, &format!("partner_{number}_{column}")))
}

fn join_sql(
    dialect: &Dialect,
    schema: &Schema,
    number: usize,
    columns: &[String],
    parent: &Parent,
) -> String {
    let names: Vec<String> = (0..columns.len())
        .map(|place| name(dialect, schema, number, place))
        .collect();
    let equal: Vec<String> = columns
        .iter()
        .zip(&parent.columns)
        .zip(&names)
        .map(|((column, partner), name)| {
            let value = key_value(dialect, column, partner.partner_as);
            format!("{value} = {name}")
        })
        .collect();
    format!(
        " LEFT JOIN {} AS partners_{number} ON {}",
        distinct_keys(dialect, parent, &names),
        equal.join(" AND ")
    )
}

//! A hash of all rows of a relation.

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, Relation, Schema};

/// The query for a text that is another one for other rows; `None` where the engine has none.
///
/// It does not tell the columns' names and types, which no row has.
pub fn content(dialect: &Dialect, relation: &Relation, schema: &Schema) -> Option<String> {
    let hash = dialect.content_hash.as_ref()?;
    let value = |name: &str| fill(&hash.value, &[("value", &dialect.identifier(name))]);
    let columns = schema.columns.iter();
    let values: Vec<String> = columns.map(|column| value(&column.name)).collect();
    let places = [("values", &*values.join(", ")), ("relation", &relation.sql)];
    Some(fill(&hash.query, &places))
}

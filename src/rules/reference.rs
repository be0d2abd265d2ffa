//! The other relation that a rule reads.

use std::collections::BTreeSet;

use data_validator_plugin::TableName;
use serde::Serialize;

use crate::config::fields::Fields;
use crate::config::key::{Key, Kind};

pub const REFERENCES: Key = Key::required(
    "references",
    Kind::Mapping(KEYS),
    "The other table, one of the config, with all its rows whatever its own `where` says, or else a relation of the same \
     engine; and a column of it for each of the rule's.",
);

const KEYS: &[Key] = &[
    Key::required("table", Kind::Text, "The name of the table."),
    Key::optional("column", Kind::Text, "The column of its key."),
    Key::optional("columns", Kind::Texts, "The columns of its key."),
];

/// The columns of another table: one of the config, or a relation of the same engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    pub table: String,
    pub columns: Vec<String>,
}

impl Reference {
    /// Reads `{table: …, columns: […]}` under a key.
    pub fn read(parameters: &mut Fields<'_>, key: &'static str) -> Option<Self> {
        if !parameters.was_given(key) {
            parameters.required::<serde_yaml::Value>(key);
            return None;
        }
        let mut fields = parameters.section(key);
        let table: Option<String> = fields.required("table");
        let column: Option<String> = fields.optional("column");
        let columns = match column {
            Some(column) if !fields.was_given("columns") => Some(vec![column]),
            Some(_) => {
                let message = "'column' and 'columns' are both given";
                fields.refuse("columns", message, "keep one of them");
                None
            }
            None if fields.was_given("columns") => fields.texts("columns"),
            None => {
                fields.refuse_unless_refused(
                    "the reference names no columns",
                    "add 'columns: […]' with one for each column of the key",
                );
                None
            }
        };
        fields.finish();
        let (table, columns) = (table?, columns?);
        let mut seen = BTreeSet::new();
        let wrong = match columns.iter().find(|column| !seen.insert(*column)) {
            Some(column) => Some(format!("column '{column}' is referenced twice")),
            None if columns.is_empty() => Some("the reference names no columns".to_owned()),
            None => name_of(&table)
                .is_none()
                .then(|| format!("'{table}' is no name of a table")),
        };
        if let Some(message) = wrong {
            parameters.refuse(key, &message, "write {table: TABLE, columns: [COLUMN]}");
            return None;
        }
        Some(Self { table, columns })
    }

    /// The name as one of a relation of the engine.
    pub fn relation(&self) -> Option<TableName> {
        name_of(&self.table)
    }
}

/// `table`, `schema.table` or `catalog.schema.table`.
fn name_of(text: &str) -> Option<TableName> {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.iter().any(|part| part.trim().is_empty()) {
        return None;
    }
    let owned = |part: &str| Some(part.to_owned());
    match parts[..] {
        [table] => Some(TableName {
            catalog: None,
            schema: None,
            table: table.to_owned(),
        }),
        [schema, table] => Some(TableName {
            catalog: None,
            schema: owned(schema),
            table: table.to_owned(),
        }),
        [catalog, schema, table] => Some(TableName {
            catalog: owned(catalog),
            schema: owned(schema),
            table: table.to_owned(),
        }),
        _ => None,
    }
}

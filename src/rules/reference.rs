//! The other relation that a rule reads.

use std::collections::BTreeSet;

use data_validator_plugin::TableName;
use serde::Serialize;

use super::Other;
use crate::config::SourceSpec;
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reference {
    pub table: String,
    pub columns: Vec<String>,
    #[serde(skip)]
    pub other: Other,
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
        let relation = match (
            columns.iter().find(|column| !seen.insert(*column)),
            name_of(&table),
        ) {
            (Some(column), _) => Err(format!("column '{column}' is referenced twice")),
            (None, _) if columns.is_empty() => Err("the reference names no columns".to_owned()),
            (None, None) => Err(format!("'{table}' is no name of a table")),
            (None, Some(relation)) => Ok(relation),
        };
        match relation {
            Ok(relation) => Some(Self {
                other: Other {
                    name: table.clone(),
                    can_be_table: true,
                    engine: None,
                    source: SourceSpec::Table(relation),
                    scope: None,
                    is_beside: true,
                },
                table,
                columns,
            }),
            Err(message) => {
                parameters.refuse(key, &message, "write {table: TABLE, columns: [COLUMN]}");
                None
            }
        }
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

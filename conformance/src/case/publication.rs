//! What a case publishes, with places for the number of the publication.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use data_validator_plugin::{
    Column, Fence, LogicalType, NewTable, Publication, Replacement, Rows, Scalar, Schema, TableName,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A publication in which `{n}` stands for its number and `{previous}` for the one before. Text that is
/// nothing but one of them becomes a number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationTemplate {
    key: String,
    #[serde(default)]
    fence: Option<Fence>,
    /// Tables with their columns' types.
    #[serde(default)]
    create: BTreeMap<String, BTreeMap<String, LogicalType>>,
    #[serde(default)]
    tables: BTreeMap<String, RowsTemplate>,
}

/// Rows as maps of column to value. All rows of a list have the same columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RowsTemplate {
    delete: Vec<Map<String, Value>>,
    insert: Vec<Map<String, Value>>,
    /// Each row that is inserted comes so many times.
    copies: Option<usize>,
}

impl PublicationTemplate {
    /// The publication of that number.
    ///
    /// # Errors
    /// When a value is none of the interface's.
    pub fn numbered(&self, n: u64) -> anyhow::Result<Publication> {
        let create = self.create.iter().map(|(table, columns)| {
            let columns = columns.iter().map(|(name, logical_type)| Column {
                name: name.clone(),
                logical_type: logical_type.clone(),
            });
            NewTable {
                table: table_name(table),
                schema: Schema {
                    columns: columns.collect(),
                },
            }
        });
        let tables = self.tables.iter().map(|(table, rows)| {
            let mut insert = rows_of(&rows.insert, n)?;
            if let Some(copies) = rows.copies {
                let once = insert.rows.clone();
                insert.rows = std::iter::repeat_n(once, copies).flatten().collect();
            }
            Ok(Replacement {
                table: table_name(table),
                delete: rows_of(&rows.delete, n)?,
                insert,
            })
        });
        Ok(Publication {
            key: self.key_numbered(n),
            fence: self.fence.clone(),
            create: create.collect(),
            tables: tables.collect::<anyhow::Result<_>>()?,
        })
    }

    /// The key of the publication of that number.
    pub fn key_numbered(&self, n: u64) -> String {
        numbered_text(&self.key, n)
    }
}

/// The table of that name, in the place where the settings let the engine look.
pub fn table_name(table: &str) -> TableName {
    TableName {
        catalog: None,
        schema: None,
        table: table.to_owned(),
    }
}

/// A text with the number in the places for it.
pub fn numbered_text(text: &str, n: u64) -> String {
    text.replace("{n}", &n.to_string())
        .replace("{previous}", &n.saturating_sub(1).to_string())
}

fn rows_of(rows: &[Map<String, Value>], n: u64) -> anyhow::Result<Rows> {
    let columns: Vec<String> = rows
        .first()
        .map(|row| row.keys().cloned().collect())
        .unwrap_or_default();
    let values = rows.iter().map(|row| {
        let values = columns.iter().map(|column| {
            let value = row
                .get(column)
                .with_context(|| format!("a row has no value for '{column}'"))?;
            scalar(value, n)
        });
        values.collect::<anyhow::Result<Vec<_>>>()
    });
    Ok(Rows {
        rows: values.collect::<anyhow::Result<_>>()?,
        columns,
    })
}

fn scalar(value: &Value, n: u64) -> anyhow::Result<Scalar> {
    Ok(match value {
        Value::Null => Scalar::Null,
        Value::Bool(truth) => Scalar::Boolean(*truth),
        Value::Number(number) => Scalar::Number(number.clone()),
        Value::String(text) if text == "{n}" => n.into(),
        Value::String(text) if text == "{previous}" => n.saturating_sub(1).into(),
        Value::String(text) => Scalar::Text(numbered_text(text, n)),
        Value::Array(_) | Value::Object(_) => bail!("{value} is no value of a row"),
    })
}

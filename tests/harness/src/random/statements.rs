//! A table as SQL that makes it.

use super::config::{identifier, string};
use crate::oracle::table::Table;
use crate::oracle::value::{ColumnType, TextForm};

/// Statements that make the table on PostgreSQL.
pub fn postgres(name: &str, table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            format!(
                "{} {}",
                identifier(&column.name),
                type_name(&column.column_type)
            )
        })
        .collect();
    let mut statements = format!("CREATE TABLE {name} ({});\n", columns.join(", "));
    let rows = table
        .columns
        .first()
        .map_or(0, |column| column.values.len());
    let rows: Vec<String> = (0..rows)
        .map(|row| {
            let values: Vec<String> = table
                .columns
                .iter()
                .map(|column| literal(&column.column_type, column.values[row].as_deref()))
                .collect();
            format!("({})", values.join(", "))
        })
        .collect();
    if !rows.is_empty() {
        statements += &format!("INSERT INTO {name} VALUES {};\n", rows.join(", "));
    }
    statements
}

/// The table with columns of the types that they have there: the largest whole numbers are decimals.
pub fn stored(table: &Table) -> Table {
    let mut stored = table.clone();
    for column in &mut stored.columns {
        if column.column_type == ColumnType::Uint64 {
            column.column_type = ColumnType::Decimal {
                precision: 20,
                scale: 0,
            };
        }
    }
    stored
}

/// The server reads a text as what the column holds.
fn literal(column_type: &ColumnType, value: Option<&str>) -> String {
    match (column_type, value) {
        (_, None) => "NULL".into(),
        (ColumnType::Binary, Some(digits)) => string(&format!("\\x{digits}")),
        (ColumnType::TimestampTz(..), Some(value)) => string(&format!("{value}Z")),
        (_, Some(value)) => string(value),
    }
}

fn type_name(column_type: &ColumnType) -> String {
    match column_type {
        ColumnType::Boolean => "boolean",
        ColumnType::Int8 | ColumnType::Int16 | ColumnType::Uint8 => "smallint",
        ColumnType::Int32 | ColumnType::Uint16 => "integer",
        ColumnType::Int64 | ColumnType::Uint32 => "bigint",
        ColumnType::Uint64 => "numeric(20,0)",
        ColumnType::Float => "real",
        ColumnType::Double => "double precision",
        ColumnType::Decimal { precision, scale } => return format!("numeric({precision},{scale})"),
        ColumnType::Text(TextForm::Plain) => "text",
        // Another order than by code point, which must not show.
        ColumnType::Text(TextForm::View) => "text COLLATE \"en-x-icu\"",
        ColumnType::Text(_) => "varchar",
        ColumnType::Date => "date",
        ColumnType::Timestamp(_) => "timestamp",
        ColumnType::TimestampTz(..) => "timestamptz",
        ColumnType::Time => "time",
        ColumnType::Binary => "bytea",
    }
    .to_owned()
}

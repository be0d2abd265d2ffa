//! Random tables.
//!
//! What is drawn are numbers alone, which a table is then made of. So numbers become smaller when a failing
//! case is shrunk, and with them everything else becomes plainer.

use proptest::collection::vec;
use proptest::prelude::*;

use super::pools;
use crate::oracle::table::{Column, Table};
use crate::oracle::value::{ColumnType, TextForm, Unit};

/// The most columns of a table.
const MOST_COLUMNS: usize = 5;

/// Names that SQL, our own SQL or an engine could take for something else; no two differ in case alone, which
/// not every engine can tell apart.
const NAMES: &[&str] = &[
    "a",
    "b",
    "id",
    "Name",
    "two words",
    "select",
    "ORDER",
    "quo\"te",
    "it's",
    "n",
    "n rows",
    "c0",
    "rows_by_value",
    "keys",
    "answer",
    "data_validator_table",
    "data_validator_sample",
    "é",
    "😀",
    "table",
    "{table}",
    "a.b",
    "--",
    "/*",
    "1",
    "count(*)",
    "null",
    "back\\slash",
    " ",
    "%s",
    "filename",
    "rowid",
    "value",
    "$1",
    ":x",
    "?",
    "x;y",
    "group",
    "user",
    "excluded",
    "tab\there",
];

/// A column as it is drawn.
#[derive(Clone, Debug)]
pub struct RawColumn {
    name: u16,
    column_type: u16,
    /// How many NULLs.
    nulls: u16,
    /// Where in the values of the type it starts, and how many different ones it has.
    offset: u16,
    spread: u16,
}

/// Rows as they are drawn.
pub type RawRow = [u16; MOST_COLUMNS];

pub fn columns() -> impl Strategy<Value = Vec<RawColumn>> {
    let column =
        any::<[u16; 5]>().prop_map(|[name, column_type, nulls, offset, spread]| RawColumn {
            name,
            column_type,
            nulls,
            offset,
            spread,
        });
    vec(column, 1..=MOST_COLUMNS)
}

pub fn rows() -> impl Strategy<Value = Vec<RawRow>> {
    prop_oneof![
        1 => vec(any::<RawRow>(), 0..=2),
        6 => vec(any::<RawRow>(), 0..=24),
    ]
}

/// The table that was drawn.
pub fn table(columns: &[RawColumn], rows: &[RawRow]) -> Table {
    let mut made: Vec<Column> = Vec::new();
    for (number, raw) in columns.iter().enumerate() {
        let column_type = column_type(raw.column_type);
        let pool = pools::of(&column_type);
        let values = rows
            .iter()
            .map(|row| cell(raw, &pool, row[number]))
            .collect();
        let names =
            (0..NAMES.len()).map(|step| NAMES[(usize::from(raw.name) + step) % NAMES.len()]);
        let mut free = names.filter(|name| made.iter().all(|column| column.name != *name));
        let name = free.next().unwrap_or_default().to_owned();
        made.push(Column {
            name,
            column_type,
            values,
        });
    }
    Table { columns: made }
}

fn cell(column: &RawColumn, pool: &[String], drawn: u16) -> Option<String> {
    let is_null = match column.nulls % 10 {
        0..=4 => drawn % 8 == 7,
        5..=7 => false,
        8 => drawn % 2 == 1,
        _ => true,
    };
    let spread = 1 + usize::from(column.spread) % pool.len();
    let index = usize::from(column.offset) + usize::from(drawn / 8) % spread;
    (!is_null).then(|| pool[index % pool.len()].clone())
}

/// The common types first and most often.
fn column_type(drawn: u16) -> ColumnType {
    let decimal = |precision, scale| ColumnType::Decimal { precision, scale };
    let zoned = |unit, zone: &str| ColumnType::TimestampTz(unit, zone.to_owned());
    match drawn % 40 {
        0..=3 => ColumnType::Int64,
        4..=6 => ColumnType::Text(TextForm::Plain),
        7..=9 => ColumnType::Double,
        10 | 11 => ColumnType::Date,
        12 | 13 => ColumnType::Boolean,
        14 => ColumnType::Int32,
        15 => decimal(10, 2),
        16 => ColumnType::Timestamp(Unit::Microseconds),
        17 => zoned(Unit::Microseconds, "UTC"),
        18 => ColumnType::Float,
        19 => ColumnType::Int16,
        20 => ColumnType::Int8,
        21 => ColumnType::Uint8,
        22 => ColumnType::Uint16,
        23 => ColumnType::Uint32,
        24 => ColumnType::Uint64,
        25 => decimal(38, 10),
        26 => decimal(38, 0),
        27 => decimal(4, 4),
        28 => decimal(38, 38),
        29 => decimal(18, 3),
        30 => ColumnType::Timestamp(Unit::Milliseconds),
        31 => ColumnType::Timestamp(Unit::Nanoseconds),
        32 => zoned(Unit::Milliseconds, "Europe/Paris"),
        33 => zoned(Unit::Nanoseconds, "+05:30"),
        34 => ColumnType::Text(TextForm::Dictionary),
        35 => ColumnType::Text(TextForm::Large),
        36 => ColumnType::Text(TextForm::View),
        37 => ColumnType::Time,
        38 => ColumnType::Binary,
        _ => zoned(Unit::Microseconds, "America/New_York"),
    }
}

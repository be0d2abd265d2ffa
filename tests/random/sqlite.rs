//! What of a case the engine in C can be asked, and its tables.

use std::path::Path;

use data_validator_harness::oracle::aggregate::Function;
use data_validator_harness::oracle::reconcile::Mode;
use data_validator_harness::oracle::rule::Check;
use data_validator_harness::oracle::table::{Column, Table};
use data_validator_harness::oracle::value::{ColumnType, Value};
use data_validator_harness::random::case::Case;
use data_validator_harness::random::config::identifier;
use data_validator_harness::random::part::part as harness_part;

/// The case with the columns and rules that SQLite has types for; none where nothing is left.
pub fn part(case: &Case) -> Option<Case> {
    let mut case = case.clone();
    let table = &case.table;
    case.rules
        .retain(|rule| !is_sum_beyond_64_bits(table, &rule.check));
    harness_part(&case, is_kept)
}

/// What is judged by patterns, by the characters of a text or by deviations, of which SQLite has none.
pub fn lacks(check: &Check, table: &Table) -> bool {
    match check {
        Check::Pattern(_) | Check::Format(_) | Check::Length(_) => true,
        // A column of the type needs no pattern.
        Check::Castable(castable) => table
            .type_of(&castable.column)
            .is_none_or(ColumnType::is_text),
        Check::AcceptedValues(listed) | Check::RejectedValues(listed) => {
            listed.parameters.case_sensitive == Some(false)
        }
        Check::Aggregate(aggregate) => {
            let function = aggregate.parameters.function;
            matches!(function, Function::StddevPop | Function::StddevSamp)
        }
        _ => false,
    }
}

/// SQLite gives no sum, but an error, where one needs more.
fn is_sum_beyond_64_bits(table: &Table, check: &Check) -> bool {
    let is_summed = |column: &&Column| match check {
        Check::Aggregate(aggregate) => {
            let function = aggregate.parameters.function;
            let is_sum = matches!(function, Function::Sum | Function::Mean);
            is_sum && aggregate.column == column.name
        }
        Check::Reconcile(reconcile) => reconcile.parameters.mode == Some(Mode::Aggregates),
        _ => false,
    };
    let size = |column: &Column| {
        let values = table.rows().map(|row| row.value(&column.name));
        let sizes = values.map(|value| match value {
            Value::Integer(number) => number.abs(),
            _ => 0,
        });
        sizes.sum::<i128>()
    };
    let mut summed = table.columns.iter().filter(is_summed);
    summed.any(|column| size(column) > i64::MAX.into())
}

/// SQLite has 64 bits for an integer, and stores NaN as NULL.
fn is_kept(column: &Column) -> bool {
    match column.column_type {
        ColumnType::Double => !column.values.iter().flatten().any(|value| value == "NaN"),
        ColumnType::Text(_) => true,
        ColumnType::Uint64 => false,
        ref other => other.is_integer(),
    }
}

/// Makes a database with the tables.
pub fn write(path: &Path, cases: impl Iterator<Item = (usize, Case)>) {
    let mut database = rusqlite::Connection::open(path).unwrap();
    database.pragma_update(None, "synchronous", "off").unwrap();
    let transaction = database.transaction().unwrap();
    // Even without a table it is a database.
    transaction.execute("CREATE TABLE none (a)", []).unwrap();
    for (number, case) in cases {
        write_table(&transaction, &format!("t{number}"), &case.table);
    }
    transaction.commit().unwrap();
}

fn write_table(database: &rusqlite::Connection, name: &str, table: &Table) {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let type_name = match column.column_type {
                ColumnType::Double => "REAL",
                ColumnType::Text(_) => "TEXT",
                _ => "INTEGER",
            };
            format!("{} {type_name}", identifier(&column.name))
        })
        .collect();
    let create = format!("CREATE TABLE {name} ({})", columns.join(", "));
    database.execute(&create, []).unwrap();
    let marks = vec!["?"; columns.len()].join(", ");
    let mut insert = database
        .prepare(&format!("INSERT INTO {name} VALUES ({marks})"))
        .unwrap();
    for row in table.rows() {
        let cells = table
            .columns
            .iter()
            .map(|column| stored(row.value(&column.name)));
        insert.execute(rusqlite::params_from_iter(cells)).unwrap();
    }
}

fn stored(value: Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => i64::try_from(number).unwrap().into(),
        Value::Double(number) => number.into(),
        Value::Text(text) => text.into(),
        other => panic!("{other:?} is not for SQLite"),
    }
}

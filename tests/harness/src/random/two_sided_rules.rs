//! Random rules that hold a table against another relation.

use std::collections::BTreeMap;

use super::draws::Draws;
use super::expressions::expression;
use super::rules::name;
use crate::oracle::reconcile::{Amounts, Mode, Parameters, Reconcile, With};
use crate::oracle::rule::Check;
use crate::oracle::table::{Column, Table};
use crate::oracle::value::ColumnType;

/// Engines that read files, as they are called in the config.
const ENGINES: &[&str] = &["duckdb", "datafusion", "postgres, streamed"];

/// The table beside itself, each side with a scope.
pub fn reconcile(draws: &mut Draws<'_>, table: &Table) -> Check {
    let scope = (!draws.once_in(3)).then(|| expression(draws, table));
    let engine = draws.once_in(3).then(|| draws.pick(ENGINES).to_owned());
    let mode = draws.pick(&[
        None,
        None,
        Some(Mode::Rows),
        Some(Mode::Count),
        Some(Mode::Aggregates),
    ]);
    let is_rows = matches!(mode, None | Some(Mode::Rows));
    let keys = is_rows.then(|| keys(draws, table));
    let others = compared(draws, table, keys.as_deref().unwrap_or_default());
    let columns = match mode {
        Some(Mode::Count) => None,
        // Mostly those that can be compared.
        _ => (!others.is_empty() && !draws.once_in(6)).then(|| others.clone()),
    };
    let (tolerance, relative_tolerance) = match mode {
        Some(Mode::Count) => (
            draws.pick(&[None, Some(Amounts::OfAll(1.0))]),
            draws.pick(&[None, None, Some(Amounts::OfAll(0.25))]),
        ),
        _ => (
            amounts(draws, table, &others, &[1.0, 0.01, 0.0]),
            amounts(draws, table, &others, &[0.0, 0.3]),
        ),
    };
    Check::Reconcile(Reconcile {
        columns,
        parameters: Parameters {
            with: With { scope, engine },
            mode,
            keys,
            tolerance,
            relative_tolerance,
        },
    })
}

/// Mostly columns that can be keys.
fn keys(draws: &mut Draws<'_>, table: &Table) -> Vec<String> {
    let can_be_key = |column: &Column| {
        !column.column_type.is_floating() && column.column_type != ColumnType::Binary
    };
    let mut keys: Vec<String> = Vec::new();
    for _ in 0..=draws.pick(&[0, 0, 1, 2]) {
        let column = super::rules::fitting(draws, table, can_be_key);
        let name = name(draws, column);
        if !keys.contains(&name) {
            keys.push(name);
        }
    }
    keys
}

/// Some of the other columns, mostly of types that can be compared.
fn compared(draws: &mut Draws<'_>, table: &Table, keys: &[String]) -> Vec<String> {
    let takes_bytes = draws.once_in(20);
    let others = table.columns.iter().filter(|column| {
        let is_comparable = takes_bytes || column.column_type != ColumnType::Binary;
        is_comparable && !keys.contains(&column.name)
    });
    let others: Vec<&Column> = others.collect();
    let some = others.into_iter().filter(|_| !draws.once_in(3));
    some.map(|column| column.name.clone()).collect()
}

/// A tolerance for some columns of numbers, or rarely for a column that has none.
fn amounts(
    draws: &mut Draws<'_>,
    table: &Table,
    compared: &[String],
    sizes: &[f64],
) -> Option<Amounts> {
    if draws.below(2) == 0 {
        return None;
    }
    // Of numbers with more digits no engine can tell how far they lie apart.
    let takes_tolerance = |column: &&Column| match &column.column_type {
        ColumnType::Decimal { precision, .. } => *precision <= 18,
        other => other.is_integer() || other.is_floating(),
    };
    let is_wrong = draws.once_in(30);
    let columns = table
        .columns
        .iter()
        .filter(|column| compared.contains(&column.name));
    let columns = columns.filter(|column| is_wrong || takes_tolerance(column));
    let columns: Vec<&Column> = columns.collect();
    let amounts: BTreeMap<String, f64> = columns
        .into_iter()
        .map(|column| (column.name.clone(), draws.pick(sizes)))
        .collect();
    (!amounts.is_empty()).then_some(Amounts::ByColumn(amounts))
}

//! Random conditions that mean the same on every engine.

use super::draws::Draws;
use super::pools;
use crate::oracle::expression::{Expression, Operator};
use crate::oracle::table::{Column, Table};
use crate::oracle::value::ColumnType;

const OPERATORS: &[Operator] = &[
    Operator::Equal,
    Operator::NotEqual,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
];

/// A condition on columns of the table.
pub fn expression(draws: &mut Draws<'_>, table: &Table) -> Expression {
    let first = term(draws, table);
    match draws.below(6) {
        0..=2 => first,
        3 => Expression::Not(Box::new(first)),
        4 => Expression::And(Box::new(first), Box::new(term(draws, table))),
        _ => Expression::Or(Box::new(first), Box::new(term(draws, table))),
    }
}

fn term(draws: &mut Draws<'_>, table: &Table) -> Expression {
    let column = &table.columns[draws.below(table.columns.len())];
    let is_compared = draws.below(5) < 4;
    let name = column.name.clone();
    if is_compared && column.column_type == ColumnType::Boolean {
        return Expression::Flag(name);
    }
    if is_compared && let Some(operators) = operators(&column.column_type) {
        let operator = draws.pick(operators);
        if draws.once_in(4)
            && let Some(other) = of_same_type(draws, table, column)
        {
            return Expression::CompareColumns {
                left: name,
                operator,
                right: other.name.clone(),
            };
        }
        let values = literals(&column.column_type);
        return Expression::Compare {
            column: name,
            operator,
            value: draws.pick(&values),
        };
    }
    match draws.below(2) {
        0 => Expression::IsNull(name),
        _ => Expression::IsNotNull(name),
    }
}

/// The operators that mean the same everywhere: the order of text is the engine's, and its decimals too.
fn operators(column_type: &ColumnType) -> Option<&'static [Operator]> {
    match column_type {
        ColumnType::Text(_) => Some(&OPERATORS[..2]),
        ColumnType::Date | ColumnType::Float | ColumnType::Double => Some(OPERATORS),
        integer if integer.is_integer() => Some(OPERATORS),
        _ => None,
    }
}

/// The values of the type that have a literal which every engine reads as this value.
fn literals(column_type: &ColumnType) -> Vec<String> {
    match column_type {
        ColumnType::Float | ColumnType::Double => ["0", "1", "1.5", "-1", "2", "100"]
            .map(str::to_owned)
            .to_vec(),
        // Numbers beyond 64 bits are literals of different types.
        integer if integer.is_integer() => pools::of(&ColumnType::Int32),
        other => pools::of(other),
    }
}

fn of_same_type<'t>(
    draws: &mut Draws<'_>,
    table: &'t Table,
    column: &Column,
) -> Option<&'t Column> {
    let others: Vec<&Column> = table
        .columns
        .iter()
        .filter(|other| other.name != column.name && other.column_type == column.column_type)
        .collect();
    match others.is_empty() {
        true => None,
        false => Some(draws.pick(&others)),
    }
}

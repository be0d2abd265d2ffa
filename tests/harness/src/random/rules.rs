//! Random rules on a table.

use super::draws::Draws;
use super::expressions::expression;
use super::{row_rules, table_rules, two_sided_rules};
use crate::oracle::counts::Nulls;
use crate::oracle::rule::{Check, OnEmpty, Rule};
use crate::oracle::table::{Column, Table};

/// Draws a check of one rule type.
type Draw = fn(&mut Draws<'_>, &Table) -> Check;

/// The rule types that are drawn, a line each.
pub const RULE_TYPES: &[Draw] = &[
    row_rules::completeness,
    row_rules::uniqueness,
    row_rules::range,
    row_rules::pattern,
    table_rules::custom,
    row_rules::primary_key,
    row_rules::accepted_values,
    row_rules::rejected_values,
    row_rules::length,
    row_rules::comparison,
    row_rules::not_in_future,
    table_rules::freshness,
    table_rules::row_count,
    table_rules::aggregate,
    row_rules::foreign_key,
    row_rules::format,
    row_rules::castable,
    table_rules::schema,
    two_sided_rules::reconcile,
];

/// So many numbers decide about a rule.
pub const NUMBERS_A_RULE: usize = 40;

/// A rule of one of the types, which may or may not fit the table.
pub fn rule(numbers: &[u16], table: &Table) -> Rule {
    let mut draws = Draws::new(numbers);
    let draw = draws.pick(RULE_TYPES);
    let (threshold, max_failed, warn_threshold) = match draws.below(8) {
        0..=3 => (None, None, None),
        4 => (Some(0.5), None, Some(0.9)),
        5 => (Some(0.9), None, None),
        6 => (Some(0.0), None, Some(1.0)),
        _ => (None, Some(2), Some(0.75)),
    };
    let on_empty = match draws.below(8) {
        0..=5 => None,
        6 => Some(OnEmpty::Fail),
        _ => draws.pick(&[Some(OnEmpty::Error), Some(OnEmpty::Pass)]),
    };
    let is_narrowed = draws.once_in(4);
    let check = draw(&mut draws, table);
    let scope = is_narrowed.then(|| expression(&mut draws, table));
    Rule {
        check,
        scope,
        threshold,
        max_failed,
        warn_threshold,
        on_empty,
    }
}

pub fn nulls(draws: &mut Draws<'_>) -> Option<Nulls> {
    draws.pick(&[
        None,
        Some(Nulls::Fail),
        Some(Nulls::Exclude),
        Some(Nulls::Pass),
    ])
}

/// One to three different columns.
pub fn columns(draws: &mut Draws<'_>, table: &Table) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for _ in 0..=draws.pick(&[0, 0, 1, 2]) {
        let column = column(draws, table);
        let name = name(draws, column);
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns
}

pub fn column<'t>(draws: &mut Draws<'_>, table: &'t Table) -> &'t Column {
    &table.columns[draws.below(table.columns.len())]
}

/// Mostly a column of the kind, if there is one.
pub fn fitting<'t>(
    draws: &mut Draws<'_>,
    table: &'t Table,
    fits: impl Fn(&Column) -> bool,
) -> &'t Column {
    let fitting: Vec<&Column> = table.columns.iter().filter(|column| fits(column)).collect();
    match fitting.is_empty() || draws.once_in(12) {
        true => column(draws, table),
        false => draws.pick(&fitting),
    }
}

/// The column's name, or rarely one that the table lacks.
pub fn name(draws: &mut Draws<'_>, column: &Column) -> String {
    match draws.once_in(60) {
        true => "no such column".into(),
        false => column.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::oracle::evaluate;
    use crate::random::tables;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

        #[test]
        fn the_oracle_has_an_answer_to_every_rule(
            columns in tables::columns(),
            rows in tables::rows(),
            numbers in vec(vec(any::<u16>(), NUMBERS_A_RULE), 8),
        ) {
            let table = tables::table(&columns, &rows);
            for numbers in numbers {
                let rule = rule(&numbers, &table);
                let written = serde_json::to_value(&rule).map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(&serde_json::from_value::<Rule>(written).ok(), &Some(rule.clone()));
                evaluate(&table, None, &rule);
            }
        }
    }
}

//! What rules mean, evaluated row by row: the answer that every engine has to give.
//!
//! There is no SQL here and nothing clever, so that it can be believed by reading. Each rule type is one file.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`value`], [`table`] | typed values, columns and rows |
//! | [`expression`] | the conditions of `where` and custom rules, with three truth values |
//! | [`rule`] | a rule as data |
//! | [`counts`], [`keys`] | what checks of one kind have in common |
//! | [`side_by_side`] | rows of two tables, put side by side |
//! | [`statistic`] | numbers that are computed from all values of a column |
//! | [`mod@verdict`] | counts and limits → passed or failed |
//! | [`mod@reported`] | a report's result in the same words |

pub mod aggregate;
pub mod castable;
pub mod comparison;
pub mod completeness;
pub mod counts;
pub mod custom;
pub mod expression;
pub mod foreign_key;
pub mod format;
pub mod freshness;
pub mod keys;
pub mod length;
pub mod listed_values;
pub mod not_in_future;
pub mod pattern;
pub mod primary_key;
pub mod range;
pub mod reconcile;
pub mod reported;
pub mod row_count;
pub mod rule;
pub mod schema;
pub mod side_by_side;
pub mod statistic;
pub mod table;
#[cfg(test)]
mod tests;
pub mod uniqueness;
mod url;
pub mod value;
pub mod verdict;

use jiff::civil::DateTime;

use expression::Expression;
use rule::Rule;
use table::{Row, Table};
use verdict::{Outcome, verdict};

/// The moment that counts as now, in UTC.
pub const NOW: DateTime = DateTime::constant(2020, 6, 15, 12, 30, 0, 0);

/// What a rule says of a table, of which only the rows in this scope count.
pub fn evaluate(table: &Table, scope: Option<&Expression>, rule: &Rule) -> Outcome {
    let is_in = |scope: Option<&Expression>, row: &Row<'_>| {
        scope.is_none_or(|scope| scope.evaluate(row) == Some(true))
    };
    let rows: Vec<Row<'_>> = table
        .rows()
        .filter(|row| is_in(scope, row) && is_in(rule.scope.as_ref(), row))
        .collect();
    match rule.check.counts(table, &rows) {
        Ok(counts) => verdict(rule, counts),
        Err(_) => Outcome::Unjudged,
    }
}

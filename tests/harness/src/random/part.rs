//! What of a case is left for an engine that has not all types.

use super::case::Case;
use crate::oracle::expression::Expression;
use crate::oracle::table::Column;

/// The case with the columns that are kept, and the rules that read no other; none where nothing is left.
pub fn part(case: &Case, is_kept: impl Fn(&Column) -> bool) -> Option<Case> {
    let mut part = case.clone();
    part.table.columns.retain(&is_kept);
    let is_there = |name: &str| case.table.column(name).is_none_or(&is_kept);
    let reads = |scope: &Option<Expression>| {
        let columns = scope.as_ref().map(Expression::columns);
        columns.is_none_or(|columns| columns.into_iter().all(is_there))
    };
    part.rules
        .retain(|rule| reads(&rule.scope) && rule.check.columns().into_iter().all(is_there));
    let is_empty = part.table.columns.is_empty() || part.rules.is_empty();
    (!is_empty && reads(&case.scope)).then_some(part)
}

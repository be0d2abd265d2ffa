//! A condition on one row as SQL.

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, LogicalType};

use crate::plan::question::{Condition, Literal, Operator};

/// The condition: TRUE, FALSE or UNKNOWN for a row.
pub fn condition_sql(dialect: &Dialect, condition: &Condition) -> String {
    let text = |column: &str| text_by_code_point(dialect, column);
    match condition {
        Condition::Always => "TRUE".into(),
        Condition::Never => "FALSE".into(),
        Condition::IsNull(column) => format!("{} IS NULL", dialect.identifier(column)),
        Condition::IsNan(column) => {
            fill(&dialect.is_nan, &[("value", &dialect.identifier(column))])
        }
        Condition::Compare {
            column,
            operator,
            literal,
        } => {
            let value = match literal.logical_type {
                LogicalType::Text => text(column),
                _ => dialect.identifier(column),
            };
            format!(
                "{value} {} {}",
                operator_sql(*operator),
                literal_sql(dialect, literal)
            )
        }
        Condition::Matches {
            column,
            pattern,
            extent,
        } => {
            let pattern = pattern.render(dialect.regex_flavour, *extent);
            regex_sql(dialect, column, &pattern)
        }
        Condition::MatchesNative { column, pattern } => regex_sql(dialect, column, pattern),
        Condition::IsFalse(expression) => format!("NOT ({})", expression.as_sql()),
        Condition::IsUnknown(expression) => format!("({}) IS NULL", expression.as_sql()),
        Condition::Not(condition) => format!("NOT ({})", condition_sql(dialect, condition)),
        Condition::Any(conditions) => conditions
            .iter()
            .map(|condition| condition_sql(dialect, condition))
            .collect::<Vec<_>>()
            .join(" OR "),
    }
}

fn regex_sql(dialect: &Dialect, column: &str, pattern: &str) -> String {
    fill(
        &dialect.regex_search,
        &[
            ("value", &dialect.identifier(column)),
            ("pattern", &dialect.string(pattern)),
        ],
    )
}

fn operator_sql(operator: Operator) -> &'static str {
    match operator {
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Equal => "=",
    }
}

/// Numbers stand as they are; everything else is cast from text, so that no engine guesses a type.
fn literal_sql(dialect: &Dialect, literal: &Literal) -> String {
    match literal.logical_type {
        LogicalType::Integer => literal.text.clone(),
        LogicalType::Text => dialect.string(&literal.text),
        ref logical_type => match dialect.type_names.of(logical_type) {
            Some(type_name) => format!("CAST({} AS {type_name})", dialect.string(&literal.text)),
            None => dialect.string(&literal.text),
        },
    }
}

/// A text column ordered and grouped by code point.
pub fn text_by_code_point(dialect: &Dialect, column: &str) -> String {
    let value = dialect.identifier(column);
    fill(&dialect.text_by_code_point, &[("value", &value)])
}

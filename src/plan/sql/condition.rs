//! A condition on one row as SQL.

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, LogicalType};

use crate::plan::question::{Condition, Literal, Operand, Operator, ReadAs};

/// The condition: TRUE, FALSE or UNKNOWN for a row.
pub fn condition_sql(dialect: &Dialect, condition: &Condition) -> String {
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
        } => format!(
            "{} {} {}",
            comparable(dialect, column, literal),
            operator_sql(*operator),
            literal_sql(dialect, literal)
        ),
        Condition::IsOneOf { column, literals } => is_one_of(dialect, column, literals),
        Condition::CompareColumns {
            left,
            operator,
            right,
        } => format!(
            "{} {} {}",
            operand_sql(dialect, left),
            operator_sql(*operator),
            operand_sql(dialect, right)
        ),
        Condition::Length {
            column,
            operator,
            characters,
        } => format!(
            "{} {} {characters}",
            optional(dialect.text_length.as_deref(), &dialect.identifier(column)),
            operator_sql(*operator)
        ),
        Condition::Matches {
            column,
            pattern,
            extent,
        } => {
            let pattern = pattern.render(dialect.regex_flavour, *extent);
            regex_sql(dialect, column, &pattern)
        }
        Condition::MatchesNative { column, pattern } => regex_sql(dialect, column, pattern),
        Condition::IsJson(column) => {
            optional(dialect.is_json.as_deref(), &dialect.identifier(column))
        }
        Condition::IsFalse(expression) => format!("NOT ({})", expression.as_sql()),
        Condition::IsUnknown(expression) => format!("({}) IS NULL", expression.as_sql()),
        Condition::Not(condition) => format!("NOT ({})", condition_sql(dialect, condition)),
        Condition::Any(conditions) => joined(dialect, conditions, " OR "),
        Condition::All(conditions) => joined(dialect, conditions, " AND "),
    }
}

/// Conditions inside others are put in brackets, except where they are simple on all sides.
fn joined(dialect: &Dialect, conditions: &[Condition], word: &str) -> String {
    let each = conditions.iter().map(|condition| {
        let sql = condition_sql(dialect, condition);
        match condition {
            Condition::Any(_) | Condition::All(_) => format!("({sql})"),
            _ => sql,
        }
    });
    each.collect::<Vec<_>>().join(word)
}

fn is_one_of(dialect: &Dialect, column: &str, literals: &[Literal]) -> String {
    let Some(first) = literals.first() else {
        return "FALSE".into();
    };
    let list: Vec<String> = literals
        .iter()
        .map(|literal| literal_sql(dialect, literal))
        .collect();
    format!(
        "{} IN ({})",
        comparable(dialect, column, first),
        list.join(", ")
    )
}

/// The column as it is compared with such a literal.
fn comparable(dialect: &Dialect, column: &str, literal: &Literal) -> String {
    match literal.logical_type {
        LogicalType::Text => text_by_code_point(dialect, column),
        _ => dialect.identifier(column),
    }
}

pub fn operand_sql(dialect: &Dialect, operand: &Operand) -> String {
    let value = dialect.identifier(&operand.column);
    let in_utc = |timestamp: &str| optional(dialect.moment_in_utc.as_deref(), timestamp);
    match operand.read_as {
        ReadAs::Itself => value,
        ReadAs::TextByCodePoint => text_by_code_point(dialect, &operand.column),
        ReadAs::Double => cast(dialect, &value, &LogicalType::Double),
        ReadAs::TimestampOfDate => cast(dialect, &value, &LogicalType::Timestamp),
        ReadAs::MomentOfDate => in_utc(&cast(dialect, &value, &LogicalType::Timestamp)),
        ReadAs::MomentOfTimestamp => in_utc(&value),
    }
}

/// The value in a type that things are cast to.
pub fn cast(dialect: &Dialect, value: &str, logical_type: &LogicalType) -> String {
    let type_name = dialect.type_names.of(logical_type).unwrap_or_default();
    format!("CAST({value} AS {type_name})")
}

/// What an engine may lack, which is looked at before a question is asked.
pub fn optional(template: Option<&str>, value: &str) -> String {
    fill(template.unwrap_or("NULL"), &[("value", value)])
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
        Operator::NotEqual => "<>",
    }
}

/// Numbers stand as they are; everything else is cast from text, so that no engine guesses a type.
pub fn literal_sql(dialect: &Dialect, literal: &Literal) -> String {
    match literal.logical_type {
        LogicalType::Integer => literal.text.clone(),
        LogicalType::Text => dialect.string(&literal.text),
        ref logical_type => match dialect.type_names.of(logical_type) {
            Some(_) => cast(dialect, &dialect.string(&literal.text), logical_type),
            None => dialect.string(&literal.text),
        },
    }
}

/// A text column ordered and grouped by code point.
pub fn text_by_code_point(dialect: &Dialect, column: &str) -> String {
    let value = dialect.identifier(column);
    fill(&dialect.text_by_code_point, &[("value", &value)])
}

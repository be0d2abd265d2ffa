//! The SQL of a scan, rendered from an engine's dialect.

use std::borrow::Borrow;

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, LogicalType, Relation};

use super::custom_sql::SqlExpression;
use super::question::{Condition, Count, KeyCount, Literal, Operator, QueryCount, Question};

/// The rows that a table's rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub relation: &'a Relation,
    /// The table's `where`.
    pub scope: Option<&'a SqlExpression>,
}

/// The query that answers the questions of one scan: one row, a cell for each, in their order.
///
/// A query of a user that tells its count in a cell keeps its own columns and rows.
pub fn scan(dialect: &Dialect, rows: Rows<'_>, questions: &[impl Borrow<Question>]) -> String {
    let first: &Question = questions[0].borrow();
    match &first.count {
        Count::Rows(_) => {
            let counts = questions
                .iter()
                .map(|question| count_rows(dialect, question.borrow()))
                .collect::<Vec<_>>();
            format!(
                "SELECT {} FROM {}{}",
                select_list(&counts),
                rows.relation.sql,
                where_clause(&[scope_sql(rows.scope)])
            )
        }
        Count::Keys { columns, .. } => {
            let which: Vec<KeyCount> = questions
                .iter()
                .filter_map(|question| match &question.borrow().count {
                    Count::Keys { which, .. } => Some(*which),
                    _ => None,
                })
                .collect();
            count_keys(dialect, rows, first.scope.as_ref(), columns, &which)
        }
        Count::Query { query, which } => {
            let scopes = where_clause(&[scope_sql(rows.scope), scope_sql(first.scope.as_ref())]);
            let answer = match which {
                QueryCount::FirstCell => "*",
                QueryCount::Rows => "count(*)",
            };
            query.over(
                &format!("SELECT * FROM {}{scopes}", rows.relation.sql),
                answer,
            )
        }
    }
}

fn count_rows(dialect: &Dialect, question: &Question) -> String {
    let Count::Rows(condition) = &question.count else {
        return "NULL".into();
    };
    match (&question.scope, condition) {
        (_, Condition::Never) => "0".into(),
        (None, Condition::Always) => "count(*)".into(),
        (Some(scope), Condition::Always) => {
            fill(&dialect.count_where, &[("condition", scope.as_sql())])
        }
        (None, condition) => fill(
            &dialect.count_where,
            &[("condition", &condition_sql(dialect, condition))],
        ),
        (Some(scope), condition) => {
            let both = format!(
                "({}) AND ({})",
                scope.as_sql(),
                condition_sql(dialect, condition)
            );
            fill(&dialect.count_where, &[("condition", &both)])
        }
    }
}

fn count_keys(
    dialect: &Dialect,
    rows: Rows<'_>,
    scope: Option<&SqlExpression>,
    columns: &[String],
    which: &[KeyCount],
) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| dialect.identifier(column))
        .collect();
    if let ([column], [KeyCount::Distinct]) = (&*columns, which) {
        let scopes = where_clause(&[scope_sql(rows.scope), scope_sql(scope)]);
        return format!(
            "SELECT count(DISTINCT {column}) AS c0 FROM {}{scopes}",
            rows.relation.sql
        );
    }
    let complete = columns
        .iter()
        .map(|column| Some(format!("{column} IS NOT NULL")));
    let conditions: Vec<_> = [scope_sql(rows.scope), scope_sql(scope)]
        .into_iter()
        .chain(complete)
        .collect();
    let groups = format!(
        "SELECT count(*) AS n FROM {}{} GROUP BY {}",
        rows.relation.sql,
        where_clause(&conditions),
        columns.join(", ")
    );
    let integer = dialect
        .type_names
        .of(&LogicalType::Integer)
        .unwrap_or_default();
    let counts: Vec<String> = which
        .iter()
        .map(|which| match which {
            KeyCount::Distinct => "count(*)".to_owned(),
            KeyCount::Repeated => fill(&dialect.count_where, &[("condition", "n > 1")]),
            KeyCount::RowsWithRepeated => {
                format!("CAST(coalesce(sum(CASE WHEN n > 1 THEN n END), 0) AS {integer})")
            }
        })
        .collect();
    format!("SELECT {} FROM ({groups}) AS keys", select_list(&counts))
}

fn condition_sql(dialect: &Dialect, condition: &Condition) -> String {
    let text = |column: &str| {
        fill(
            &dialect.text_by_code_point,
            &[("value", &dialect.identifier(column))],
        )
    };
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

fn select_list(expressions: &[String]) -> String {
    expressions
        .iter()
        .enumerate()
        .map(|(index, expression)| format!("{expression} AS c{index}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn scope_sql(scope: Option<&SqlExpression>) -> Option<String> {
    scope.map(|scope| format!("({})", scope.as_sql()))
}

fn where_clause(conditions: &[Option<String>]) -> String {
    let conditions: Vec<&str> = conditions.iter().flatten().map(String::as_str).collect();
    if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    }
}

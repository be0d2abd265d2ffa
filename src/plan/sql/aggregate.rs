//! What is computed from the values of a column, as SQL.
//!
//! Numbers leave the engine as doubles, whole numbers or text with all digits, by a cast that stands here,
//! so that no driver decides.

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, LogicalType};

use super::condition::{cast, literal_sql, optional};
use super::{Rows, select_list};
use crate::plan::custom_sql::SqlExpression;
use crate::plan::question::{Computation, End, Literal, Question, Rounded};

/// One aggregate over the rows, of which a scan takes many.
pub fn aggregate_sql(
    dialect: &Dialect,
    scope: Option<&SqlExpression>,
    column: &str,
    computation: &Computation,
) -> String {
    let column = dialect.identifier(column);
    let mut conditions: Vec<String> = Vec::new();
    conditions.extend(scope.map(|scope| format!("({})", scope.as_sql())));
    match computation {
        Computation::Extreme { end, of } => {
            let function = match end {
                End::Least => "min",
                End::Greatest => "max",
            };
            number(
                dialect,
                &format!("{function}({})", chosen(&conditions, &column)),
                of,
            )
        }
        Computation::ExactSum { scale } => {
            let template = dialect.exact_sum.as_deref().unwrap_or("NULL");
            let value = chosen(&conditions, &column);
            fill(
                template,
                &[("value", &value), ("scale", &scale.to_string())],
            )
        }
        Computation::FiniteSum => {
            conditions.push(is_finite(dialect, &column));
            let value = chosen(&conditions, &cast(dialect, &column, &LogicalType::Double));
            cast(dialect, &format!("sum({value})"), &LogicalType::Double)
        }
        Computation::Deviation { of_sample, of } => {
            if of.can_be_nan() {
                conditions.push(is_finite(dialect, &column));
            }
            let template = match of_sample {
                true => dialect.stddev_samp.as_deref(),
                false => dialect.stddev_pop.as_deref(),
            };
            let value = chosen(&conditions, &cast(dialect, &column, &LogicalType::Double));
            cast(dialect, &optional(template, &value), &LogicalType::Double)
        }
        Computation::Ranked { .. } => "NULL".into(),
    }
}

/// For each question the value at a place of the order, from one sort.
pub fn ranks(
    dialect: &Dialect,
    rows: Rows<'_>,
    mut scopes: Vec<String>,
    column: &str,
    questions: &[&Computation],
) -> String {
    let column = dialect.identifier(column);
    scopes.push(format!("{column} IS NOT NULL"));
    if let Some(Computation::Ranked { of, .. }) = questions.first()
        && of.can_be_nan()
    {
        let is_nan = fill(&dialect.is_nan, &[("value", &column)]);
        scopes.push(format!("NOT ({is_nan})"));
    }
    let from = rows.filtered(&scopes);
    let values: Vec<String> = questions
        .iter()
        .map(|computation| match computation {
            Computation::Ranked { rank, of } => {
                // The place is the one whole number that lies so near, said without a division.
                let (before, share, whole) = ("(place - 1)", rank.share, rank.of);
                let wanted = format!("(n - 1) * {share}");
                let condition = match rank.rounded {
                    Rounded::Down => {
                        format!("{before} * {whole} <= {wanted} AND {wanted} < place * {whole}")
                    }
                    Rounded::Up => format!(
                        "(place - 2) * {whole} < {wanted} AND {wanted} <= {before} * {whole}"
                    ),
                };
                number(
                    dialect,
                    &format!("min(CASE WHEN {condition} THEN v END)"),
                    of,
                )
            }
            _ => "NULL".into(),
        })
        .collect();
    format!(
        "SELECT {} FROM (SELECT {column} AS v, row_number() OVER (ORDER BY {column}) AS place FROM {from}) AS ranked \
         CROSS JOIN (SELECT count(*) AS n FROM {from}) AS counted",
        select_list(&values)
    )
}

/// The computation that a question asks for.
pub fn computation(question: &Question) -> Option<&Computation> {
    match &question.count {
        crate::plan::question::Count::Value { computation, .. } => Some(computation),
        _ => None,
    }
}

/// The value where all conditions are TRUE.
fn chosen(conditions: &[String], value: &str) -> String {
    match conditions {
        [] => value.to_owned(),
        conditions => format!("CASE WHEN {} THEN {value} END", conditions.join(" AND ")),
    }
}

/// A value of such a type as a number. Dates are given where they lie in the years that all engines know.
fn number(dialect: &Dialect, value: &str, of: &LogicalType) -> String {
    let template = match of {
        LogicalType::Float | LogicalType::Double => {
            return cast(dialect, value, &LogicalType::Double);
        }
        LogicalType::Date => dialect.days_since_epoch.as_deref(),
        LogicalType::Timestamp | LogicalType::TimestampTz => {
            dialect.microseconds_since_epoch.as_deref()
        }
        _ => return cast(dialect, value, &LogicalType::Text),
    };
    // A timestamp that counts nanoseconds has no room for those years.
    let value = &match of {
        LogicalType::Date => value.to_owned(),
        _ => cast(dialect, value, of),
    };
    let literal = |text: &str| {
        let literal = Literal {
            logical_type: of.clone(),
            text: text.to_owned(),
        };
        literal_sql(dialect, &literal)
    };
    let (first, last) = match of {
        LogicalType::Date => ("0001-01-01", "9999-12-31"),
        LogicalType::Timestamp => ("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"),
        _ => ("0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"),
    };
    format!(
        "CASE WHEN {value} >= {} AND {value} <= {} THEN {} END",
        literal(first),
        literal(last),
        cast(dialect, &optional(template, value), &LogicalType::Integer)
    )
}

/// By the greatest double, since not every engine reads a word for infinity.
fn is_finite(dialect: &Dialect, column: &str) -> String {
    let limit = |number: f64| {
        let text = dialect.string(&format!("{number:e}"));
        cast(dialect, &text, &LogicalType::Double)
    };
    let is_nan = fill(&dialect.is_nan, &[("value", column)]);
    format!(
        "NOT ({is_nan}) AND {column} >= {} AND {column} <= {}",
        limit(f64::MIN),
        limit(f64::MAX)
    )
}

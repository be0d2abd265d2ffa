//! # custom
//!
//! ## What it checks
//! What an SQL `expression` says. A scalar expression is judged for each record, which fails where
//! it is FALSE. A query gives the number of failed records itself; it calls the rows in scope
//! `{table}`.
//!
//! ## NULL and NaN
//! A record for which the expression is UNKNOWN is missing and does not fail (`nulls` changes that).
//!
//! ## Example
//! ```yaml
//! - {name: order, rule_type: custom, expression: "dep_time <= arr_time OR arr_time < 600"}
//! - {name: odd, rule_type: custom, expression: "SELECT COUNT(*) FROM {table} WHERE air_time < 0"}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE NOT (dep_time <= arr_time OR arr_time < 600))`; a query runs as it is
//! written, over a common table expression with the rows in scope.

use std::sync::Arc;

use serde::Serialize;

use super::nulls::{self, Nulls};
use super::row_rule;
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::custom_sql::{SqlExpression, SqlQuery};
use crate::plan::question::{Condition, Count, QueryCount, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "custom",
    about: "the expression is FALSE, or as the query counts",
    subject: Subject::Expression,
    parameters: &[
        Key::optional("expression", Kind::Text, "The SQL, which may also stand beside `parameters`: one expression, or one query that only reads."),
        Key::optional("returns", Kind::one_of::<Returns>(), "For queries: `failed_count`, the only cell of the only row is the number of failed records; `failed_rows`, each row of the query is one.").or("failed_count"),
        nulls::KEY_OF_EXPRESSIONS,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Custom {
    Expression {
        expression: SqlExpression,
        nulls: Nulls,
    },
    Query {
        query: SqlQuery,
        which: QueryCount,
    },
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Returns {
    #[default]
    FailedCount,
    FailedRows,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let nulls = rule.parameters.optional::<Nulls>("nulls");
    let returns = rule.parameters.optional::<Returns>("returns");
    let text = rule.expression()?;
    let parsed = if SqlQuery::is_query(&text, rule.dialect()) {
        if nulls.is_some() {
            rule.parameters.refuse(
                "nulls",
                "'nulls' does not apply to a query",
                "say in the query what NULL means",
            );
        }
        let which = match returns.unwrap_or_default() {
            Returns::FailedCount => QueryCount::FirstCell,
            Returns::FailedRows => QueryCount::Rows,
        };
        SqlQuery::parse(&text, rule.dialect()).map(|query| Custom::Query { query, which })
    } else {
        if returns.is_some() {
            rule.parameters.refuse(
                "returns",
                "'returns' applies to a query only",
                "remove it, or write a query",
            );
        }
        let nulls = nulls.unwrap_or_default();
        SqlExpression::parse(&text, rule.dialect())
            .map(|expression| Custom::Expression { expression, nulls })
    };
    match parsed {
        Ok(custom) => Some(Arc::new(custom)),
        Err(error) => {
            rule.refuse_expression(&error.to_string());
            None
        }
    }
}

impl Check for Custom {
    fn questions(&self, _facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        Ok(match self {
            Self::Expression { expression, .. } => vec![
                Question::new(Count::Rows(Condition::IsUnknown(expression.clone()))),
                Question::new(Count::Rows(Condition::IsFalse(expression.clone()))),
            ],
            Self::Query { query, which } => {
                vec![Question::new(Count::Query {
                    query: query.clone(),
                    which: *which,
                })]
            }
        })
    }

    fn not_reusable(&self) -> Option<&'static str> {
        match self {
            Self::Expression { expression, .. } => expression.not_reusable(),
            Self::Query { query, .. } => query.not_reusable(),
        }
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let (total, first) = (answers.total, answers.count(0));
        match self {
            Self::Expression { nulls, .. } => Ok(row_rule::judge(*nulls, answers)),
            Self::Query { .. } if first > total => Err(RuleError::BadAnswer(format!(
                "the query gave {first} failed records, but only {total} rows are in scope"
            ))),
            Self::Query { .. } => Ok(Counts {
                total,
                failed: first,
                ..Counts::default()
            }),
        }
    }
}

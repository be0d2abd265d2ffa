//! The SQL of a scan, rendered from an engine's dialect.

use std::borrow::Borrow;

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Column, Dialect, LogicalType, Relation, Schema};

use super::custom_sql::SqlExpression;
use super::pairing::PairCount;
use super::question::{Computation, Condition, Count, KeyCount, QueryCount, Question};
use super::scans::Shape;
use condition::{condition_sql, text_by_code_point};

mod aggregate;
mod condition;
mod content;
mod estimates;
mod failing;
mod keys;
mod orphans;
mod pairs;
mod parent_keys;
mod partners;
mod sample;

pub use content::content;
pub use estimates::estimates;
pub use failing::{first_failing, select_columns, with_failed_rules};
pub use pairs::{Numbered, SideRows};
pub use sample::sample;

/// The rows that a table's rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub relation: &'a Relation,
    /// Its columns.
    pub schema: &'a Schema,
    /// The table's `where`.
    pub scope: Option<&'a SqlExpression>,
}

impl Rows<'_> {
    /// A column as what is grouped and told apart: text by code point, whatever collation it has.
    fn key(&self, dialect: &Dialect, column: &str) -> String {
        let is_text = |column: &Column| column.logical_type == LogicalType::Text;
        match self.schema.column(column).is_some_and(is_text) {
            true => text_by_code_point(dialect, column),
            false => dialect.identifier(column),
        }
    }

    /// What stands behind `FROM`: the relation and all conditions on its rows.
    fn filtered(&self, conditions: &[String]) -> String {
        let scope = self.scope.map(|scope| format!("({})", scope.as_sql()));
        let conditions: Vec<&str> = scope.iter().chain(conditions).map(String::as_str).collect();
        match conditions.is_empty() {
            true => self.relation.sql.clone(),
            false => format!("{} WHERE {}", self.relation.sql, conditions.join(" AND ")),
        }
    }
}

/// The query that answers the questions of one scan: one row, a cell for each, in their order.
///
/// A query of a user that tells its count in a cell keeps its own columns and rows.
pub fn scan(
    dialect: &Dialect,
    rows: Rows<'_>,
    shape: Shape,
    questions: &[impl Borrow<Question>],
) -> String {
    let first: &Question = questions[0].borrow();
    let scopes = scopes(first);
    let each = |count: &dyn Fn(&Question) -> String| {
        let counts: Vec<String> = questions.iter().map(|it| count(it.borrow())).collect();
        select_list(&counts)
    };
    match (shape, &first.count) {
        (Shape::Filter, Count::Rows(condition)) => {
            let condition = format!("({})", condition_sql(dialect, condition));
            let conditions = [scopes, vec![condition]].concat();
            format!("SELECT count(*) AS c0 FROM {}", rows.filtered(&conditions))
        }
        (Shape::Values { of_text }, Count::Rows(condition)) => {
            let column = condition.column().unwrap_or_default();
            let value = match of_text {
                true => text_by_code_point(dialect, column),
                false => dialect.identifier(column),
            };
            format!(
                "SELECT {} FROM (SELECT {} AS {}, count(*) AS {} FROM {} GROUP BY 1) AS rows_by_value",
                each(&|question| sum_rows(dialect, question)),
                value,
                dialect.identifier(column),
                rows_of_value(dialect, column),
                rows.filtered(&[])
            )
        }
        (Shape::Ranks, Count::Value { column, .. }) => {
            let computations: Vec<&Computation> = questions
                .iter()
                .filter_map(|it| aggregate::computation(it.borrow()))
                .collect();
            aggregate::ranks(dialect, rows, scopes, column, &computations)
        }
        (_, Count::Rows(_) | Count::Value { .. }) => format!(
            "SELECT {} FROM {}",
            each(&|question| over_all_rows(dialect, question)),
            rows.filtered(&[])
        ),
        (_, Count::Pairs { pairing, .. }) => {
            let which: Vec<PairCount> = questions
                .iter()
                .filter_map(|it| pair_count(it.borrow()))
                .collect();
            pairs::counts(dialect, rows, &scopes, pairing, &which)
        }
        (_, Count::Orphans { columns, parent }) => {
            orphans::orphans(dialect, rows, scopes, columns, parent)
        }
        (Shape::CountDistinct, Count::Keys { columns, .. }) => {
            keys::count_distinct(dialect, rows, &scopes, &columns[0])
        }
        (Shape::Bitmap { min, max }, Count::Keys { columns, .. }) => {
            keys::bitmap(dialect, rows, &scopes, &columns[0], (min, max))
        }
        (_, Count::Keys { columns, .. }) => {
            let which: Vec<KeyCount> = questions
                .iter()
                .filter_map(|it| key_count(it.borrow()))
                .collect();
            keys::groups(dialect, rows, scopes, columns, &which)
        }
        (_, Count::Query { query, which }) => {
            let answer = match which {
                QueryCount::FirstCell => "*",
                QueryCount::Rows => "count(*)",
            };
            query.over(&format!("SELECT * FROM {}", rows.filtered(&scopes)), answer)
        }
    }
}

/// The condition on the rows that a question is about, besides that of the relation.
pub fn scopes(question: &Question) -> Vec<String> {
    let scope = question.scope.iter();
    scope.map(|scope| format!("({})", scope.as_sql())).collect()
}

/// The number of rows that have a value, where rows are grouped by it; longer than the column's own name,
/// and so another one.
fn rows_of_value(dialect: &Dialect, column: &str) -> String {
    dialect.identifier(&format!("{column} rows"))
}

fn over_all_rows(dialect: &Dialect, question: &Question) -> String {
    let condition = match &question.count {
        Count::Rows(condition) => condition,
        Count::Value {
            column,
            computation,
        } => {
            let scope = question.scope.as_ref();
            return aggregate::aggregate_sql(dialect, scope, column, computation);
        }
        _ => return "NULL".into(),
    };
    let condition = match (&question.scope, condition) {
        (_, Condition::Never) => return "0".into(),
        (None, Condition::Always) => return "count(*)".into(),
        (None, Condition::IsNull(column)) => {
            return format!("count(*) - count({})", dialect.identifier(column));
        }
        (Some(scope), Condition::Always) => scope.as_sql().to_owned(),
        (None, condition) => condition_sql(dialect, condition),
        (Some(scope), condition) => format!(
            "({}) AND ({})",
            scope.as_sql(),
            condition_sql(dialect, condition)
        ),
    };
    fill(&dialect.count_where, &[("condition", &condition)])
}

/// As [`over_all_rows`], for a condition and over values with the number of their rows.
fn sum_rows(dialect: &Dialect, question: &Question) -> String {
    let Count::Rows(condition) = &question.count else {
        return "NULL".into();
    };
    let integer = dialect
        .type_names
        .of(&LogicalType::Integer)
        .unwrap_or_default();
    format!(
        "CAST(coalesce(sum(CASE WHEN {} THEN {} END), 0) AS {integer})",
        condition_sql(dialect, condition),
        rows_of_value(dialect, condition.column().unwrap_or_default())
    )
}

fn key_count(question: &Question) -> Option<KeyCount> {
    match question.count {
        Count::Keys { which, .. } => Some(which),
        _ => None,
    }
}

fn pair_count(question: &Question) -> Option<PairCount> {
    match question.count {
        Count::Pairs { which, .. } => Some(which),
        _ => None,
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

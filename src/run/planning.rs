//! Learns what is known of a table's rows, and plans the scans by it.

use std::collections::BTreeMap;

use data_validator_plugin::{Dialect, Relation, Statistics};

use crate::engines::connection::{Connection, Limits};
use crate::engines::decode::{Cell, first_rows};
use crate::plan::choice::{are_few, worth_a_look};
use crate::plan::{FormName, Known, Plan, Rows, sql};

/// Files of fewer bytes are read as fast as their footers, and again as fast as they are copied.
pub const SMALL_BYTES: u64 = 1 << 18;

/// A column has few different values if at most this share of a sample's rows have one of their own, and
/// there are at most so many in a row, which tells where equal values stand together.
const FEW_OF_THEIR_OWN: f64 = 0.01;
const FEW_A_ROW: f64 = 0.1;

/// A smaller sample says nothing.
const LEAST_SAMPLE: f64 = 1000.0;

/// How a plan is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanOptions {
    /// The form that each question takes if it has it, whatever it costs.
    pub form: Option<FormName>,
    /// Whether nothing is copied, since nothing will be run.
    pub only_shown: bool,
}

/// Makes the plan for the questions it was asked.
///
/// What cannot be learned is not known: then the plain forms are chosen, whose queries will say why.
pub fn make(
    plan: &mut Plan,
    connection: &mut Connection,
    limits: Limits<'_>,
    rows: Rows<'_>,
    bytes: Option<u64>,
    options: PlanOptions,
) {
    let worth_asking = options.form.is_some() || bytes.is_none_or(|bytes| bytes > SMALL_BYTES);
    let statistics = match worth_asking {
        true => statistics(plan, connection, limits, rows.relation),
        false => None,
    };
    let mut known = Known {
        schema: rows.schema,
        statistics: statistics.as_ref(),
        estimated_rows: None,
        is_scoped: rows.scope.is_some(),
        few_values: &BTreeMap::new(),
        wanted: options.form,
    };
    let dialect = connection.description().dialect.clone();
    let columns: Vec<&str> = match options.form {
        Some(_) => Vec::new(),
        None => worth_a_look(&plan.questions, &known, &dialect)
            .into_iter()
            .collect(),
    };
    let mut ask = |sql: &str| ask(sql, connection, limits);
    let (estimated_rows, few_values) = match &statistics {
        _ if columns.is_empty() => Default::default(),
        Some(_) => (None, few_in_sample(&columns, &dialect, rows, &mut ask)),
        None => estimates(&columns, &dialect, rows.relation, &mut ask),
    };
    known.estimated_rows = estimated_rows;
    known.few_values = &few_values;
    plan.make(&known, &dialect);
}

/// Columns that seem to have few different values, and why.
type FewValues = BTreeMap<String, &'static str>;

fn statistics(
    plan: &Plan,
    connection: &mut Connection,
    limits: Limits<'_>,
    relation: &Relation,
) -> Option<Statistics> {
    let columns: Vec<&str> = plan.provable_columns().into_iter().collect();
    let asked = connection.call(limits, |session, call| {
        session.statistics(relation, &columns, call)
    });
    asked.result.ok().flatten()
}

/// The cells of a query's first row; none where it fails, for then nothing is learned from it.
fn ask(sql: &str, connection: &mut Connection, limits: Limits<'_>) -> Vec<Cell> {
    let asked = connection.call(limits, |session, call| {
        first_rows(&mut *session.query(sql, call)?, 1)
    });
    asked.result.unwrap_or_default().pop().unwrap_or_default()
}

/// Those of the columns that have few different values in the first rows.
fn few_in_sample(
    columns: &[&str],
    dialect: &Dialect,
    rows: Rows<'_>,
    ask: &mut impl FnMut(&str) -> Vec<Cell>,
) -> FewValues {
    let number = |cell: &Cell| match cell {
        Cell::Integer(number) => *number as f64,
        Cell::Null | Cell::Double(_) | Cell::Text(_) | Cell::Other(_) => 0.0,
    };
    let cells: Vec<f64> = ask(&sql::sample(dialect, rows, columns))
        .iter()
        .map(number)
        .collect();
    let is_few = |counts: &[f64]| match counts {
        [rows, values, own] => {
            *rows >= LEAST_SAMPLE && values / rows <= FEW_A_ROW && own / rows <= FEW_OF_THEIR_OWN
        }
        _ => false,
    };
    let few = columns.iter().zip(cells.chunks(3));
    few.filter(|(_, counts)| is_few(counts))
        .map(|(column, _)| ((*column).to_owned(), "a sample shows few different values"))
        .collect()
}

/// What the engine's catalogue has an idea of: the number of rows, and which columns have few values.
fn estimates(
    columns: &[&str],
    dialect: &Dialect,
    relation: &Relation,
    ask: &mut impl FnMut(&str) -> Vec<Cell>,
) -> (Option<u64>, FewValues) {
    let cells = match sql::estimates(dialect, relation, columns) {
        Some(sql) => ask(&sql),
        None => Vec::new(),
    };
    let number = |cell: &Cell| match cell {
        Cell::Integer(number) => u64::try_from(*number).ok(),
        Cell::Null | Cell::Double(_) | Cell::Text(_) | Cell::Other(_) => None,
    };
    let mut numbers = cells.iter().map(number);
    let Some(Some(rows)) = numbers.next() else {
        return Default::default();
    };
    let few = columns.iter().zip(numbers);
    let few = few.filter(|(_, values)| values.is_some_and(|values| are_few(values, rows)));
    let why = "the engine estimates few different values";
    (
        Some(rows),
        few.map(|(column, _)| ((*column).to_owned(), why)).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimated(told: &[Cell]) -> (String, Option<u64>, FewValues) {
        let dialect = Dialect {
            estimated_rows: Some("rows({relation})".into()),
            estimated_values: Some("values({relation}, {column})".into()),
            ..Dialect::ansi()
        };
        let relation = Relation {
            sql: "\"t\"".into(),
        };
        let mut asked = String::new();
        let (rows, few) = estimates(&["a", "it's"], &dialect, &relation, &mut |sql| {
            sql.clone_into(&mut asked);
            told.to_vec()
        });
        (asked, rows, few)
    }

    #[test]
    fn a_column_has_few_values_where_many_rows_share_one() {
        let told = [6400, 100, 101].map(Cell::Integer);
        let (asked, rows, few) = estimated(&told);
        assert_eq!(
            asked,
            "SELECT rows('\"t\"') AS c0, values('\"t\"', 'a') AS c1, values('\"t\"', 'it''s') AS c2"
        );
        assert_eq!(rows, Some(6400));
        assert_eq!(few.into_keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn what_is_not_known_is_not_taken_for_few() {
        let known = [Cell::Integer(6400), Cell::Null, Cell::Integer(1)];
        let (_, rows, few) = estimated(&known);
        assert_eq!(rows, Some(6400));
        assert_eq!(few.into_keys().collect::<Vec<_>>(), ["it's"]);
        for told in [vec![Cell::Null, Cell::Integer(1), Cell::Integer(1)], vec![]] {
            let (_, rows, few) = estimated(&told);
            assert_eq!((rows, few), (None, FewValues::new()));
        }
    }
}

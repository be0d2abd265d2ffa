//! Learns what is known of a table's rows, and plans the scans by it.

use std::collections::BTreeSet;

use data_validator_plugin::{Relation, Schema, Statistics};

use crate::engines::connection::{Connection, Limits};
use crate::engines::decode::{Cell, first_rows};
use crate::plan::choice::worth_a_sample;
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
    schema: &Schema,
    bytes: Option<u64>,
    options: PlanOptions,
) {
    let worth_asking = options.form.is_some() || bytes.is_none_or(|bytes| bytes > SMALL_BYTES);
    let statistics = match worth_asking {
        true => statistics(plan, connection, limits, rows.relation),
        false => None,
    };
    let mut known = Known {
        schema,
        statistics: statistics.as_ref(),
        is_scoped: rows.scope.is_some(),
        few_values: &BTreeSet::new(),
        wanted: options.form,
    };
    let dialect = connection.description().dialect.clone();
    let columns: Vec<&str> = match options.form {
        Some(_) => Vec::new(),
        None => worth_a_sample(&plan.questions, &known, &dialect)
            .into_iter()
            .collect(),
    };
    let few_values = few_values(&columns, connection, limits, rows);
    known.few_values = &few_values;
    plan.make(&known, &dialect);
}

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

/// Those of the columns that seem to have few different values.
fn few_values(
    columns: &[&str],
    connection: &mut Connection,
    limits: Limits<'_>,
    rows: Rows<'_>,
) -> BTreeSet<String> {
    if columns.is_empty() {
        return BTreeSet::new();
    }
    let sql = sql::sample(&connection.description().dialect, rows, columns);
    let sampled = connection.call(limits, |session, call| {
        first_rows(&mut *session.query(&sql, call)?, 1)
    });
    let number = |cell: &Cell| match cell {
        Cell::Integer(number) => *number as f64,
        Cell::Null | Cell::Double(_) | Cell::Text(_) | Cell::Other(_) => 0.0,
    };
    let cells: Vec<f64> = sampled
        .result
        .iter()
        .flatten()
        .flatten()
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
        .map(|(column, _)| (*column).to_owned())
        .collect()
}

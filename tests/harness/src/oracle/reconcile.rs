//! reconcile: a key fails, or a number, when the table and another relation do not agree about it.

use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, Zero};
use serde::{Deserialize, Serialize};

use super::aggregate::{Aggregate, Function};
use super::counts::{Counts, Unjudged, count_table, judged, type_of};
use super::expression::Expression;
use super::side_by_side::{SideBySide, Tolerance};
use super::statistic::Statistic;
use super::table::{Row, Table};
use super::value::{ColumnType, Value, parsed};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reconcile {
    /// What is compared: all but the keys, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    pub with: With,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Amounts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_tolerance: Option<Amounts>,
}

/// The other side: the table that is judged, in a scope of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct With {
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Expression>,
    /// The engine that reads it, where it can; else the table's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Rows,
    Count,
    Aggregates,
}

/// How far numbers may lie apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amounts {
    OfAll(f64),
    ByColumn(BTreeMap<String, f64>),
}

/// Sums of doubles agree in so many digits whatever the tolerance.
const PART_OF_SUMS: f64 = 1e-8;

impl Reconcile {
    /// # Errors
    /// When a column is not there, or cannot be a key, or is not compared, or has no numbers for its tolerance.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let scope = self.parameters.with.scope.as_ref();
        let is_in = |row: &Row<'_>| scope.is_none_or(|scope| scope.evaluate(row) == Some(true));
        let others: Vec<Row<'_>> = table.rows().filter(is_in).collect();
        match self.mode() {
            Mode::Count => self.count(rows.len(), others.len()),
            Mode::Rows => self.keys(table, rows, &others),
            Mode::Aggregates => self.aggregates(table, rows, &others),
        }
    }

    /// The columns that it reads of a table.
    pub fn columns(&self) -> Vec<&str> {
        let parameters = &self.parameters;
        let amounts = [&parameters.tolerance, &parameters.relative_tolerance];
        let of_amounts = amounts.into_iter().flatten().flat_map(Amounts::columns);
        let own = [&self.columns, &parameters.keys];
        let own = own.into_iter().flatten().flatten().map(String::as_str);
        let scope = parameters.with.scope.iter().flat_map(Expression::columns);
        own.chain(of_amounts).chain(scope).collect()
    }

    fn mode(&self) -> Mode {
        self.parameters.mode.unwrap_or(Mode::Rows)
    }

    fn count(&self, left: usize, right: usize) -> Result<Counts, Unjudged> {
        let [left, right] = [left, right].map(|rows| Value::Integer(rows as i128));
        self.check_tolerances(&[])?;
        let agree = numbers_agree(&left, &right, &self.tolerance(None), 0.0);
        let more = left
            .as_exact()
            .zip(right.as_exact())
            .map(|(left, right)| left - right);
        let observed = more.map(|more| more.to_string());
        Ok(count_table(judged(Some(agree)), None, observed))
    }

    fn keys(&self, table: &Table, left: &[Row<'_>], right: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let keys = self.parameters.keys.clone().unwrap_or_default();
        for key in &keys {
            let of = comparable(table, key)?;
            if of.is_floating() {
                return Err(Unjudged(format!("{of:?} is no key")));
            }
        }
        let compared = self.compared(table, &keys)?;
        let tolerances = (compared.iter())
            .filter(|(_, of)| is_number(of))
            .map(|(name, _)| (name.clone(), self.tolerance(Some(name))));
        let side_by_side = SideBySide {
            tolerances: tolerances.collect(),
            columns: compared.iter().map(|(name, _)| name.clone()).collect(),
            keys,
        };
        let tally = side_by_side.tally(left, right);
        Ok(Counts {
            total: tally.keys as usize,
            failed: tally.failed() as usize,
            ..Counts::default()
        })
    }

    /// Each pair of numbers is a record, the rows first.
    fn aggregates(
        &self,
        table: &Table,
        left: &[Row<'_>],
        right: &[Row<'_>],
    ) -> Result<Counts, Unjudged> {
        let mut counts = Counts::default();
        let mut add = |agree: bool| {
            counts.total += 1;
            counts.failed += usize::from(!agree);
        };
        add(left.len() == right.len());
        let mut is_open = false;
        for (column, of) in self.compared(table, &[])? {
            let values = |rows: &[Row<'_>]| {
                let values = rows.iter().filter(|row| !row.value(&column).is_null());
                values.count()
            };
            add(values(left) == values(right));
            let tolerance = match is_number(&of) {
                true => self.tolerance(Some(&column)),
                false => Tolerance::default(),
            };
            for function in functions(&of) {
                let aggregate = Aggregate::of(&column, *function);
                let part = match of.is_floating() && *function == Function::Sum {
                    true => PART_OF_SUMS,
                    false => 0.0,
                };
                match (aggregate.statistic(left), aggregate.statistic(right)) {
                    (Statistic::Open, _) | (_, Statistic::Open) => is_open = true,
                    (Statistic::Number(left), Statistic::Number(right)) => {
                        add(numbers_agree(&left, &right, &tolerance, part));
                    }
                    (left, right) => add(matches!(
                        (left, right),
                        (Statistic::Missing, Statistic::Missing)
                    )),
                }
            }
        }
        counts.is_open = is_open;
        Ok(counts)
    }

    /// The columns that are compared, with their types.
    fn compared(
        &self,
        table: &Table,
        keys: &[String],
    ) -> Result<Vec<(String, ColumnType)>, Unjudged> {
        let all = table.columns.iter().map(|column| &column.name);
        let all = all.filter(|name| !keys.contains(name)).cloned().collect();
        let names: Vec<String> = self.columns.clone().unwrap_or(all);
        let compared = names.into_iter().map(|name| {
            let of = comparable(table, &name)?.clone();
            Ok((name, of))
        });
        let compared: Vec<(String, ColumnType)> = compared.collect::<Result<_, _>>()?;
        self.check_tolerances(&compared)?;
        Ok(compared)
    }

    /// A tolerance is of a column of numbers that is compared.
    fn check_tolerances(&self, compared: &[(String, ColumnType)]) -> Result<(), Unjudged> {
        let amounts = [
            &self.parameters.tolerance,
            &self.parameters.relative_tolerance,
        ];
        for named in amounts.into_iter().flatten().flat_map(Amounts::columns) {
            let is_compared = |(name, of): &(String, ColumnType)| name == named && is_number(of);
            if !compared.iter().any(is_compared) {
                return Err(Unjudged(format!("there is no number '{named}' to compare")));
            }
        }
        Ok(())
    }

    fn tolerance(&self, column: Option<&str>) -> Tolerance {
        let amount = |amounts: &Option<Amounts>| match amounts {
            None => 0.0,
            Some(Amounts::OfAll(amount)) => *amount,
            Some(Amounts::ByColumn(amounts)) => column
                .and_then(|name| amounts.get(name))
                .copied()
                .unwrap_or_default(),
        };
        Tolerance {
            absolute: parsed(&amount(&self.parameters.tolerance).to_string()),
            relative: amount(&self.parameters.relative_tolerance),
        }
    }
}

impl Amounts {
    fn columns(&self) -> impl Iterator<Item = &str> {
        let by_column = match self {
            Self::OfAll(_) => None,
            Self::ByColumn(amounts) => Some(amounts.keys().map(String::as_str)),
        };
        by_column.into_iter().flatten()
    }
}

/// The type of a column whose values can be compared.
fn comparable<'t>(table: &'t Table, column: &str) -> Result<&'t ColumnType, Unjudged> {
    match type_of(table, column)? {
        ColumnType::Binary => Err(Unjudged(format!("'{column}' is not compared"))),
        of => Ok(of),
    }
}

fn is_number(of: &ColumnType) -> bool {
    of.is_exact() || of.is_floating()
}

/// The numbers that are compared of a column, beside how many values it has.
fn functions(of: &ColumnType) -> &'static [Function] {
    match of {
        of if is_number(of) => &[Function::Min, Function::Max, Function::Sum],
        of if *of == ColumnType::Date || of.is_timestamp() => &[Function::Min, Function::Max],
        _ => &[Function::DistinctCount],
    }
}

/// Whether two numbers of one kind agree, within a tolerance or so small a part of the greater one.
fn numbers_agree(left: &Value, right: &Value, tolerance: &Tolerance, part: f64) -> bool {
    let exact = left.as_exact().zip(right.as_exact());
    let doubles = left.as_double().zip(right.as_double());
    let is_equal = match doubles {
        Some((left, right)) if exact.is_none() => left == right || left.is_nan() && right.is_nan(),
        // Exact numbers are near; what is left are dates and timestamps.
        Some(_) => false,
        None => left.is_same_key(right),
    };
    let is_near = match exact {
        Some((left, right)) => (left - right).abs() <= tolerance.absolute,
        None => doubles
            .is_some_and(|(left, right)| (left - right).abs() <= nearest(&tolerance.absolute)),
    };
    let relative = tolerance.relative.max(part);
    let is_part = doubles.is_some_and(|(left, right)| {
        let apart = (left - right).abs();
        relative > 0.0 && apart.is_finite() && apart <= relative * left.abs().max(right.abs())
    });
    is_equal || is_near || is_part
}

fn nearest(number: &BigDecimal) -> f64 {
    match number.is_zero() {
        true => 0.0,
        false => parsed(&number.to_string()),
    }
}

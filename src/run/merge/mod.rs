//! Puts rows of two engines side by side, as their SQL would if one engine read both.
//!
//! Both sides give their rows in the order of their keys, which is the same one everywhere, and each row is looked
//! at once: what is held in memory does not grow with the rows.

use std::cmp::Ordering;

use data_validator_plugin::EngineError;

use super::ask::not_opened;
use super::reach::Reach;
use crate::engines::connection::{Connection, Limits};
use crate::engines::retry::Outcome;
use crate::plan::pairing::{PairCount, Pairing};
use crate::plan::question::{Count, Question};
use crate::plan::sql::SideRows;
use crate::plan::value::Value;
use crate::plan::{Rows, sql};
use agreement::Agreement;
use rows::SideQueries;
use side::{Keys, NextBatch, Run, Side};

mod agreement;
mod rows;
mod side;
mod values;

/// What the keys of both sides are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    keys: u64,
    missing_left: u64,
    missing_right: u64,
    repeated: u64,
    changed: u64,
    changed_in: Vec<u64>,
}

/// What kept a side from being read.
#[derive(Debug)]
enum Failed {
    Left(EngineError),
    Right(EngineError),
}

/// The answers to the questions of one scan, whose rows are the left side.
pub fn answers(
    reach: &mut Reach<'_>,
    limits: Limits<'_>,
    rows: Rows<'_>,
    questions: &[&Question],
) -> Outcome<Vec<Value>> {
    let Count::Pairs { pairing, .. } = &questions[0].count else {
        return not_opened("of no other side");
    };
    let left = &mut *reach.connection;
    let Some(right) = reach.elsewhere.opened(&pairing.right.engine) else {
        return not_opened(&pairing.right.engine);
    };
    let queries = |connection: &Connection, rows: SideRows<'_>| {
        let dialect = &connection.description().dialect;
        SideQueries {
            // No attached source has a name that ends in a tab.
            name: format!("{:?}\t", rows.side()),
            ordered: rows.ordered(dialect),
            numbered: rows.numbered(dialect),
        }
    };
    let scopes = sql::scopes(questions[0]);
    let of_left = queries(left, SideRows::left(pairing, rows, &scopes));
    let of_right = queries(right, SideRows::right(pairing));
    let Outcome { result, attempts } = merge(pairing, limits, (left, &of_left), (right, &of_right));
    let value = |tally: &Tally, question: &Question| match question.count {
        Count::Pairs { which, .. } => Value::Integer(tally.count(which).into()),
        _ => Value::Missing,
    };
    Outcome {
        result: result.map(|tally| questions.iter().map(|it| value(&tally, it)).collect()),
        attempts,
    }
}

/// Reads both sides and counts. What fails on a side is tried again as the policy of its engine says, from the
/// beginning of both.
fn merge(
    pairing: &Pairing,
    limits: Limits<'_>,
    (left, left_queries): (&mut Connection, &SideQueries),
    (right, right_queries): (&mut Connection, &SideQueries),
) -> Outcome<Tally> {
    let mut attempts = None;
    let mut outcome = left.call(limits, |left, left_call| {
        let both = right.call(limits, |right, right_call| {
            let merged = left_queries.read(left, left_call, |next_left| {
                let merged = right_queries.read(right, right_call, |next_right| {
                    tally(pairing, next_left, next_right)
                });
                merged.map_err(Failed::Right).flatten()
            });
            match merged.map_err(Failed::Left).flatten() {
                Ok(tally) => Ok(Ok(tally)),
                // The other side's engine does not answer for it.
                Err(Failed::Left(error)) => Ok(Err(error)),
                Err(Failed::Right(error)) => Err(error),
            }
        });
        attempts = Some(both.attempts);
        match both.result {
            Ok(Ok(tally)) => Ok(Ok(tally)),
            Ok(Err(left)) => Err(left),
            // It was tried often enough.
            Err(right) => Ok(Err(right)),
        }
    });
    if let Some(right) = attempts.filter(|right| right.count > outcome.attempts.count) {
        outcome.attempts = right;
    }
    Outcome {
        result: outcome.result.flatten(),
        attempts: outcome.attempts,
    }
}

fn tally(pairing: &Pairing, left: NextBatch<'_>, right: NextBatch<'_>) -> Result<Tally, Failed> {
    let keys = Keys::of(pairing).map_err(Failed::Left)?;
    let agreements: Vec<Agreement> = pairing.columns.iter().map(Agreement::of).collect();
    let mut tally = Tally {
        changed_in: vec![0; agreements.len()],
        ..Tally::default()
    };
    let mut left = Side::new(pairing, &keys, left);
    let mut right = Side::new(pairing, &keys, right);
    let mut next_left = || left.next_run().map_err(Failed::Left);
    let mut next_right = || right.next_run().map_err(Failed::Right);
    let (mut of_left, mut of_right) = (next_left()?, next_right()?);
    loop {
        let order = match (&of_left, &of_right) {
            (None, None) => return Ok(tally),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => {
                let order = left.key().cmp(&right.key());
                if order == Ordering::Equal {
                    tally.add_both(left, right, &agreements);
                }
                order
            }
        };
        tally.keys += 1;
        tally.missing_right += u64::from(order == Ordering::Less);
        tally.missing_left += u64::from(order == Ordering::Greater);
        if order != Ordering::Greater {
            of_left = next_left()?;
        }
        if order != Ordering::Less {
            of_right = next_right()?;
        }
    }
}

impl Tally {
    fn count(&self, which: PairCount) -> u64 {
        match which {
            PairCount::Keys => self.keys,
            PairCount::MissingLeft => self.missing_left,
            PairCount::MissingRight => self.missing_right,
            PairCount::Repeated => self.repeated,
            PairCount::Changed => self.changed,
            PairCount::ChangedIn(column) => self.changed_in.get(column).copied().unwrap_or(0),
        }
    }

    /// Adds a key that both sides have.
    fn add_both(&mut self, left: &Run, right: &Run, agreements: &[Agreement]) {
        if agreements.is_empty() {
            self.repeated += u64::from(left.rows != right.rows);
            return;
        }
        if left.rows > 1 || right.rows > 1 {
            self.repeated += 1;
            return;
        }
        let mut is_changed = false;
        for (column, agreement) in agreements.iter().enumerate() {
            let holds = match (left.value(column), right.value(column)) {
                (Some(left), Some(right)) => agreement.holds(left, right),
                _ => false,
            };
            if !holds {
                is_changed = true;
                self.changed_in[column] += 1;
            }
        }
        self.changed += u64::from(is_changed);
    }
}

//! Runs the scans of a plan and takes the answers.

use std::str::FromStr;
use std::time::{Duration, Instant};

use bigdecimal::BigDecimal;
use data_validator_plugin::{Call, EngineError, ErrorClass, Session};

use super::merge;
use super::reach::Reach;
use crate::engines::connection::{Connection, Limits};
use crate::engines::decode::{Cell, first_rows};
use crate::engines::retry::{Attempts, Outcome};
use crate::plan::question::{Count, QueryCount, Question};
use crate::plan::value::Value;
use crate::plan::{Plan, Rows, Scan, Shape, sql};

/// What became of a question, its share of the time, and what the scan took.
#[derive(Clone, Debug)]
pub struct Answer {
    pub value: Result<Value, EngineError>,
    pub elapsed: Duration,
    pub attempts: Attempts,
}

impl Answer {
    /// A count that needed no query.
    pub fn proven(count: u64) -> Self {
        Self {
            value: Ok(Value::Integer(count.into())),
            elapsed: Duration::ZERO,
            attempts: Attempts::default(),
        }
    }
}

/// The answers to a plan's questions, as far as they are in.
pub type Answers = Vec<Option<Answer>>;

/// Runs one scan and puts its answers in. A scan that fails because of one question is taken apart,
/// so that only this question stays without a count.
pub fn run_scan(
    reach: &mut Reach<'_>,
    limits: Limits<'_>,
    rows: Rows<'_>,
    plan: &Plan,
    scan: &Scan,
    answers: &mut Answers,
) {
    let started = Instant::now();
    let questions: Vec<&Question> = scan
        .questions
        .iter()
        .map(|&index| &plan.questions[index])
        .collect();
    let timeout = questions[0].timeout;
    let within = limits.within(timeout);
    let mut outcome = match &questions[0].other {
        None if scan.shape == Shape::Merge => merge::answers(reach, within, rows, &questions),
        None => ask(reach.connection, within, rows, scan, &questions),
        Some(other) => match reach.opened(&other.engine) {
            Some(connection) => ask(connection, within, other.rows(), scan, &questions),
            None => not_opened(&other.engine),
        },
    };
    if let (Err(error), Some(timeout)) = (&mut outcome.result, timeout)
        && error.class == ErrorClass::Timeout
        && within.deadline != limits.deadline
    {
        let seconds = timeout.as_secs_f64();
        error.message =
            format!("the rule's timeout of {seconds} s was reached; the query was cancelled");
    }
    let elapsed = started.elapsed() / questions.len() as u32;
    let answer = |value| {
        Some(Answer {
            value,
            elapsed,
            attempts: outcome.attempts.clone(),
        })
    };
    let failed = outcome.result.is_err();
    let plain = failed.then(|| plan.plain(scan)).flatten();
    match outcome.result {
        Ok(values) => {
            for (&index, value) in scan.questions.iter().zip(values) {
                answers[index] = answer(Ok(value));
            }
        }
        // A form other than the plain one may fail where the question does not.
        Err(error) if may_succeed_otherwise(error.class) && plain.is_some() => {
            for scan in plain.iter().flatten() {
                run_scan(reach, limits, rows, plan, scan, answers);
            }
        }
        Err(error)
            if questions.len() > 1
                && scan.shape.fails_in_parts()
                && one_question_can_cause(error.class) =>
        {
            let (left, right) = scan.questions.split_at(questions.len() / 2);
            for half in [left, right] {
                run_scan(
                    reach,
                    limits,
                    rows,
                    plan,
                    &Scan {
                        shape: scan.shape,
                        questions: half.to_vec(),
                    },
                    answers,
                );
            }
        }
        Err(error) => {
            for &index in &scan.questions {
                answers[index] = answer(Err(error.clone()));
            }
        }
    }
}

fn ask(
    connection: &mut Connection,
    limits: Limits<'_>,
    rows: Rows<'_>,
    scan: &Scan,
    questions: &[&Question],
) -> Outcome<Vec<Value>> {
    let dialect = &connection.description().dialect;
    let sql = sql::scan(dialect, rows, scan.shape, questions);
    connection.call(limits, |session, call| {
        answers(session, call, &sql, questions)
    })
}

/// What is no answer since nobody asked.
pub fn not_opened(engine: &str) -> Outcome<Vec<Value>> {
    let message = format!("engine '{engine}' was not opened");
    Outcome {
        result: Err(EngineError::new(ErrorClass::Internal, message)),
        attempts: Attempts::default(),
    }
}

fn answers(
    session: &mut dyn Session,
    call: &Call,
    sql: &str,
    questions: &[&Question],
) -> Result<Vec<Value>, EngineError> {
    let mut stream = session.query(sql, call)?;
    let rows = first_rows(&mut *stream, 2)?;
    let by_user = matches!(
        questions[0].count,
        Count::Query {
            which: QueryCount::FirstCell,
            ..
        }
    );
    match &*rows {
        [row] if row.len() == questions.len() || by_user && !row.is_empty() => {
            let answer = |(cell, question): (&Cell, &&Question)| match question.count {
                Count::Value { .. } => value(cell),
                _ => count(cell),
            };
            row.iter().zip(questions).map(answer).collect()
        }
        [row] => Err(not_a_count(format!(
            "{} cells for {} questions",
            row.len(),
            questions.len()
        ))),
        [] => Err(not_a_count("no row; a count is one row with one number")),
        _ => Err(not_a_count(
            "more than one row; if each row is a failed record, set 'returns: failed_rows'",
        )),
    }
}

fn count(cell: &Cell) -> Result<Value, EngineError> {
    let of_type = |data_type: &str| Err(not_a_count(format!("a value of type {data_type}")));
    match cell {
        Cell::Integer(number) if u64::try_from(*number).is_ok() => Ok(Value::Integer(*number)),
        Cell::Integer(number) => Err(not_a_count(number)),
        Cell::Null => Err(not_a_count("NULL")),
        Cell::Double(_) => of_type("Float64"),
        Cell::Text(_) => of_type("Utf8"),
        Cell::Other(data_type) => of_type(data_type),
    }
}

/// A number that was computed. Text is a number with all its digits, or PostgreSQL's word for none.
fn value(cell: &Cell) -> Result<Value, EngineError> {
    let unexpected = |found: &str| {
        EngineError::new(
            ErrorClass::Data,
            format!("the query should give a number, but gave {found}"),
        )
    };
    match cell {
        Cell::Null => Ok(Value::Missing),
        Cell::Integer(number) => Ok(Value::Integer(*number)),
        Cell::Double(number) => Ok(Value::Double(*number)),
        Cell::Text(text) => match (BigDecimal::from_str(text), text.parse::<f64>()) {
            (Ok(number), _) => Ok(Value::Exact(number)),
            (_, Ok(number)) => Ok(Value::Double(number)),
            _ => Err(unexpected("a text that is none")),
        },
        Cell::Other(data_type) => Err(unexpected(&format!("a value of type {data_type}"))),
    }
}

fn not_a_count(found: impl std::fmt::Display) -> EngineError {
    EngineError::new(
        ErrorClass::Data,
        format!("the query should give a count, a whole number from 0, but gave {found}"),
    )
}

/// Whether another query for the same question may succeed: one for a form can be too large or unknown
/// to an engine.
fn may_succeed_otherwise(class: ErrorClass) -> bool {
    one_question_can_cause(class) || class == ErrorClass::Resource
}

/// Whether an error can come from one question alone; if not, asking the others apart is in vain.
fn one_question_can_cause(class: ErrorClass) -> bool {
    matches!(
        class,
        ErrorClass::InvalidSql
            | ErrorClass::Data
            | ErrorClass::NotFound
            | ErrorClass::Unsupported
            | ErrorClass::Auth
            | ErrorClass::Internal
    )
}

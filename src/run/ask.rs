//! Runs the scans of a plan and takes the answers.

use std::time::{Duration, Instant};

use data_validator_plugin::{Call, EngineError, ErrorClass, Session};

use crate::engines::connection::{Connection, Limits};
use crate::engines::decode::{Cell, first_rows};
use crate::engines::retry::Attempts;
use crate::plan::question::{Count, QueryCount, Question};
use crate::plan::{Plan, Rows, Scan, sql};

/// What became of a question, its share of the time, and what the scan took.
#[derive(Clone, Debug)]
pub struct Answer {
    pub count: Result<u64, EngineError>,
    pub elapsed: Duration,
    pub attempts: Attempts,
}

impl Answer {
    /// A count that needed no query.
    pub fn proven(count: u64) -> Self {
        Self {
            count: Ok(count),
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
    connection: &mut Connection,
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
    let sql = sql::scan(
        &connection.description().dialect,
        rows,
        scan.shape,
        &questions,
    );
    let outcome = connection.call(limits, |session, call| ask(session, call, &sql, &questions));
    let elapsed = started.elapsed() / questions.len() as u32;
    let answer = |count| {
        Some(Answer {
            count,
            elapsed,
            attempts: outcome.attempts.clone(),
        })
    };
    let failed = outcome.result.is_err();
    let plain = failed.then(|| plan.plain(scan)).flatten();
    match outcome.result {
        Ok(counts) => {
            for (&index, count) in scan.questions.iter().zip(counts) {
                answers[index] = answer(Ok(count));
            }
        }
        // A form other than the plain one may fail where the question does not.
        Err(error) if may_succeed_otherwise(error.class) && plain.is_some() => {
            for scan in plain.iter().flatten() {
                run_scan(connection, limits, rows, plan, scan, answers);
            }
        }
        Err(error) if questions.len() > 1 && one_question_can_cause(error.class) => {
            let (left, right) = scan.questions.split_at(questions.len() / 2);
            for half in [left, right] {
                run_scan(
                    connection,
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
    session: &mut dyn Session,
    call: &Call,
    sql: &str,
    questions: &[&Question],
) -> Result<Vec<u64>, EngineError> {
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
            row.iter().take(questions.len()).map(count).collect()
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

fn count(cell: &Cell) -> Result<u64, EngineError> {
    match cell {
        Cell::Integer(number) => u64::try_from(*number).map_err(|_| not_a_count(number)),
        Cell::Null => Err(not_a_count("NULL")),
        Cell::Other(data_type) => Err(not_a_count(format!("a value of type {data_type}"))),
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

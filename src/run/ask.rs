//! Runs a plan's scans and takes the answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use data_validator_plugin::{Call, Dialect, EngineError, ErrorClass, Session};

use crate::engines::decode::{Cell, first_rows};
use crate::plan::question::{Count, QueryCount, Question};
use crate::plan::{Plan, Rows, Scan, sql};

/// What became of a question, and its share of the time.
#[derive(Clone, Debug)]
pub struct Answer {
    pub count: Result<u64, EngineError>,
    pub elapsed: Duration,
}

/// A call with a number of its own.
pub fn call() -> Call {
    static OPERATIONS: AtomicU64 = AtomicU64::new(1);
    Call {
        operation: OPERATIONS.fetch_add(1, Ordering::Relaxed),
    }
}

/// Answers all questions of a plan, in their order. A scan that fails because of one question is
/// taken apart, so that only this question stays without a count.
pub fn answer(
    session: &mut dyn Session,
    dialect: &Dialect,
    rows: Rows<'_>,
    plan: &Plan,
) -> Vec<Answer> {
    let mut answers: Vec<Option<Answer>> = vec![None; plan.questions.len()];
    for scan in &plan.scans {
        answer_scan(session, dialect, rows, plan, scan, &mut answers);
    }
    let unasked = || Answer {
        count: Err(EngineError::new(
            ErrorClass::Internal,
            "the question is in no scan of the plan",
        )),
        elapsed: Duration::ZERO,
    };
    answers
        .into_iter()
        .map(|answer| answer.unwrap_or_else(unasked))
        .collect()
}

fn answer_scan(
    session: &mut dyn Session,
    dialect: &Dialect,
    rows: Rows<'_>,
    plan: &Plan,
    scan: &Scan,
    answers: &mut [Option<Answer>],
) {
    let started = Instant::now();
    let questions: Vec<&Question> = scan
        .questions
        .iter()
        .map(|&index| &plan.questions[index])
        .collect();
    let counts = ask(session, &sql::scan(dialect, rows, &questions), &questions);
    let elapsed = started.elapsed() / questions.len() as u32;
    match counts {
        Ok(counts) => {
            for (&index, count) in scan.questions.iter().zip(counts) {
                answers[index] = Some(Answer {
                    count: Ok(count),
                    elapsed,
                });
            }
        }
        Err(error) if questions.len() > 1 && one_question_can_cause(error.class) => {
            let (left, right) = scan.questions.split_at(questions.len() / 2);
            for half in [left, right] {
                answer_scan(
                    session,
                    dialect,
                    rows,
                    plan,
                    &Scan {
                        questions: half.to_vec(),
                    },
                    answers,
                );
            }
        }
        Err(error) => {
            for &index in &scan.questions {
                answers[index] = Some(Answer {
                    count: Err(error.clone()),
                    elapsed,
                });
            }
        }
    }
}

fn ask(
    session: &mut dyn Session,
    sql: &str,
    questions: &[&Question],
) -> Result<Vec<u64>, EngineError> {
    let mut stream = session.query(sql, &call())?;
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
        Cell::Integer(number) => {
            u64::try_from(*number).map_err(|_| not_a_count(format!("{number}")))
        }
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

//! Makes a table ready: its source attached, its rules turned into a plan.

use data_validator_plugin::{EngineError, Relation, Schema};

use crate::config::{Rule, Table};
use crate::engines::connection::{Connection, Limits};
use crate::engines::retry::Attempts;
use crate::plan::question::{Condition, Count, Question};
use crate::plan::{Plan, Rows};
use crate::rules::RuleError;
use crate::sources::{Found, SourceError};

/// A table that is ready to be scanned.
#[derive(Debug)]
pub struct Prepared<'t> {
    pub table: &'t Table,
    pub relation: Relation,
    pub rules: Vec<PreparedRule<'t>>,
    pub plan: Plan,
    /// What connecting and attaching took.
    pub attempts: Attempts,
}

/// A rule and what becomes of it.
#[derive(Debug)]
pub struct PreparedRule<'t> {
    pub rule: &'t Rule,
    pub step: Step,
}

/// What becomes of a rule.
#[derive(Debug)]
pub enum Step {
    /// It asks: indices of the plan's questions.
    Ask {
        /// The number of rows in scope.
        total: usize,
        questions: Vec<usize>,
    },
    /// It is left out, for this reason.
    Skip(String),
    /// It does not fit the table.
    Unfit(RuleError),
}

/// Why none of a table's rules can be judged.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("reading {what}: {error}")]
    Engine {
        what: String,
        error: Box<EngineError>,
        attempts: Box<Attempts>,
    },
}

/// Attaches a table's source and plans the scans for these rules of it; reads metadata only, except
/// that the column types of CSV files are inferred from their rows.
pub fn prepare<'t>(
    connection: &mut Connection,
    limits: Limits<'_>,
    table: &'t Table,
    found: &Found,
    rules: &[&'t Rule],
) -> Result<Prepared<'t>, PrepareError> {
    let source = found.source()?;
    let attached = connection.attach(&table.name, &source, limits);
    let failed = |error, attempts| PrepareError::Engine {
        what: found.describe(),
        error: Box::new(error),
        attempts: Box::new(attempts),
    };
    let attempts = attached.attempts;
    let relation = attached
        .result
        .map_err(|error| failed(error, attempts.clone()))?;
    let schema = connection.call(limits, |session, call| session.schema(&relation, call));
    let schema = schema
        .result
        .map_err(|error| failed(error, schema.attempts))?;
    let mut plan = Plan::default();
    let rules = rules
        .iter()
        .map(|rule| PreparedRule {
            rule,
            step: step(rule, &schema, &mut plan),
        })
        .collect();
    plan.batch(&connection.description().dialect);
    Ok(Prepared {
        table,
        relation,
        rules,
        plan,
        attempts,
    })
}

impl Prepared<'_> {
    /// The rows that the rules look at.
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            relation: &self.relation,
            scope: self.table.scope.as_ref(),
        }
    }
}

fn step(rule: &Rule, schema: &Schema, plan: &mut Plan) -> Step {
    let scoped = |question: Question| Question {
        scope: rule.scope.clone(),
        ..question
    };
    match rule.check.questions(schema) {
        Ok(questions) => Step::Ask {
            total: plan.ask(scoped(Question::new(Count::Rows(Condition::Always)))),
            questions: questions
                .into_iter()
                .map(|question| plan.ask(scoped(question)))
                .collect(),
        },
        Err(RuleError::UnknownColumn { column, .. }) if rule.if_column_exists => {
            Step::Skip(format!("the table has no column '{column}'"))
        }
        Err(error) => Step::Unfit(error),
    }
}

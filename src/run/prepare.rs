//! Makes a table ready: its source attached, its rules turned into a plan.

use data_validator_plugin::{Dialect, EngineError, RegexFlavour, Relation, Schema};

use super::planning::{self, PlanOptions, SMALL_BYTES};
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
    /// What is scanned: the source, or a copy of the columns that are asked about.
    pub relation: Relation,
    /// The source with all its columns.
    pub source: Relation,
    pub schema: Schema,
    pub rules: Vec<PreparedRule<'t>>,
    pub plan: Plan,
    /// What connecting and attaching took.
    pub attempts: Attempts,
    /// Whether each scan would read and parse a large source.
    is_costly_to_scan: bool,
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
    options: PlanOptions,
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
            step: step(rule, &schema, &connection.description().dialect, &mut plan),
        })
        .collect();
    let bytes = found.bytes();
    let mut prepared = Prepared {
        table,
        source: relation.clone(),
        relation,
        schema: schema.clone(),
        rules,
        plan,
        attempts,
        is_costly_to_scan: found.is_parsed_by_each_scan()
            && bytes.is_some_and(|bytes| bytes > SMALL_BYTES),
    };
    prepared.make_plan(connection, limits, &schema, bytes, options);
    if prepared.is_copied_first() && !options.only_shown {
        prepared.copy_rows(connection, limits, &schema, options);
    }
    Ok(prepared)
}

impl Prepared<'_> {
    fn make_plan(
        &mut self,
        connection: &mut Connection,
        limits: Limits<'_>,
        schema: &Schema,
        bytes: Option<u64>,
        options: PlanOptions,
    ) {
        let rows = Rows {
            relation: &self.relation,
            scope: self.table.scope.as_ref(),
        };
        planning::make(
            &mut self.plan,
            connection,
            limits,
            rows,
            schema,
            bytes,
            options,
        );
    }

    /// Reads the source once for all scans. Where that fails, the scans read it themselves, so that only
    /// those of a bad column fail.
    fn copy_rows(
        &mut self,
        connection: &mut Connection,
        limits: Limits<'_>,
        schema: &Schema,
        options: PlanOptions,
    ) {
        let all = || {
            schema
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect()
        };
        let columns: Vec<&str> = match self.table.scope {
            Some(_) => all(),
            None => (self.plan.columns_read()).map_or_else(all, |read| read.into_iter().collect()),
        };
        let copied = connection.materialise(&self.table.name, &self.relation, &columns, limits);
        if let Ok(Some(copy)) = copied.result {
            self.relation = copy;
            self.make_plan(connection, limits, schema, None, options);
        }
    }

    /// Whether the source is read once into a copy before it is scanned, if the engine can.
    pub fn is_copied_first(&self) -> bool {
        self.is_costly_to_scan && self.plan.scans.len() > 1
    }

    /// The rows that the rules look at, with all their columns.
    pub fn whole_rows(&self) -> Rows<'_> {
        Rows {
            relation: &self.source,
            scope: self.table.scope.as_ref(),
        }
    }

    /// The rows that the rules look at.
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            relation: &self.relation,
            scope: self.table.scope.as_ref(),
        }
    }
}

fn step(rule: &Rule, schema: &Schema, dialect: &Dialect, plan: &mut Plan) -> Step {
    let scoped = |question: Question| Question {
        scope: rule.scope.clone(),
        ..question
    };
    match rule.check.questions(schema) {
        Ok(questions)
            if dialect.regex_flavour == RegexFlavour::None
                && questions.iter().any(Question::has_pattern) =>
        {
            Step::Unfit(RuleError::NoPatterns)
        }
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

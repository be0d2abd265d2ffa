//! Makes a table ready: its source attached, its rules turned into a plan.

use data_validator_plugin::{Description, EngineError, Relation, Schema};
use jiff::Timestamp;

use super::others::Others;
use super::planning::{self, PlanOptions, SMALL_BYTES};
use super::reach::Reach;
use crate::config::{Config, Rule, Table};
use crate::engines::connection::{Connection, Limits};
use crate::engines::retry::Attempts;
use crate::plan::ability::Ability;
use crate::plan::question::{Condition, Question};
use crate::plan::{Plan, Rows};
use crate::rules::{Facts, RuleError};
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
    /// The moment that counts as now.
    pub now: Timestamp,
    pub others: Others,
    pub rules: Vec<PreparedRule<'t>>,
    pub plan: Plan,
    /// What the call took that took the most attempts, from connecting on.
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
        /// The number of rows in scope; `None` where the table as a whole is judged.
        total: Option<usize>,
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

/// What a table is made ready with.
pub struct Preparing<'r, 'p> {
    pub reach: &'r mut Reach<'p>,
    pub limits: Limits<'r>,
    pub config: &'r Config,
    pub options: PlanOptions,
    pub now: Timestamp,
    /// The rules whose other relations are attached too.
    pub others_of: &'r [&'r Rule],
}

/// Attaches a table's source and plans the scans for these rules of it; reads metadata only, except
/// that the column types of CSV files are inferred from their rows.
pub fn prepare<'t>(
    preparing: Preparing<'_, '_>,
    table: &'t Table,
    found: &Found,
    rules: &[&'t Rule],
) -> Result<Prepared<'t>, PrepareError> {
    let Preparing {
        reach,
        limits,
        config,
        options,
        now,
        others_of,
    } = preparing;
    let source = found.source()?;
    let failed = |error, attempts| PrepareError::Engine {
        what: found.describe(),
        error: Box::new(error),
        attempts: Box::new(attempts),
    };
    let connection = &mut *reach.connection;
    // What was asked before is told apart from what this table takes.
    connection.take_hardest();
    let attached = connection.attach(&table.name, &source, limits);
    let relation = attached
        .result
        .map_err(|error| failed(error, attached.attempts))?;
    let schema = connection.call(limits, |session, call| session.schema(&relation, call));
    let schema = schema
        .result
        .map_err(|error| failed(error, schema.attempts))?;
    let others = Others::attach(reach, limits, config, table, others_of);
    let connection = &mut *reach.connection;
    let mut plan = Plan::default();
    let facts = Facts {
        schema: &schema,
        now,
        other: None,
    };
    let prepare = |rule: &&'t Rule| PreparedRule {
        rule,
        step: step(
            rule,
            facts,
            &others,
            connection,
            config,
            &table.name,
            &mut plan,
        ),
    };
    let rules = rules.iter().map(prepare).collect();
    let bytes = found.bytes();
    let mut prepared = Prepared {
        table,
        source: relation.clone(),
        relation,
        schema,
        now,
        others,
        rules,
        plan,
        attempts: Attempts::default(),
        is_costly_to_scan: found.is_parsed_by_each_scan()
            && bytes.is_some_and(|bytes| bytes > SMALL_BYTES),
    };
    prepared.make_plan(connection, limits, bytes, options);
    if prepared.is_copied_first() && !options.only_shown {
        prepared.copy_rows(connection, limits, options);
    }
    prepared.attempts = connection.take_hardest();
    Ok(prepared)
}

impl Prepared<'_> {
    fn make_plan(
        &mut self,
        connection: &mut Connection,
        limits: Limits<'_>,
        bytes: Option<u64>,
        options: PlanOptions,
    ) {
        let rows = Rows {
            relation: &self.relation,
            schema: &self.schema,
            scope: self.table.scope.as_ref(),
        };
        planning::make(&mut self.plan, connection, limits, rows, bytes, options);
    }

    /// Reads the source once for all scans. Where that fails, the scans read it themselves, so that only
    /// those of a bad column fail.
    fn copy_rows(&mut self, connection: &mut Connection, limits: Limits<'_>, options: PlanOptions) {
        let all = || {
            self.schema
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
            self.make_plan(connection, limits, None, options);
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
            schema: &self.schema,
            scope: self.table.scope.as_ref(),
        }
    }

    /// What is known of the table, to judge a rule by.
    pub fn facts(&self, rule: &Rule) -> Facts<'_> {
        let other = rule.check.other();
        Facts {
            schema: &self.schema,
            now: self.now,
            other: other.and_then(|other| self.others.of(other).ok()),
        }
    }

    /// The rows that the rules look at.
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            relation: &self.relation,
            schema: &self.schema,
            scope: self.table.scope.as_ref(),
        }
    }
}

fn step(
    rule: &Rule,
    facts: Facts<'_>,
    others: &Others,
    connection: &Connection,
    config: &Config,
    table: &str,
    plan: &mut Plan,
) -> Step {
    let Description { name, dialect, .. } = connection.description();
    let other = match rule.check.other().map(|other| others.of(other)) {
        None => None,
        Some(Ok(other)) => Some(other),
        Some(Err(error)) => return Step::Unfit(error),
    };
    let facts = Facts { other, ..facts };
    // The rule's `where` is about the table; other rows have one of their own.
    let of_rule = |question: Question| Question {
        scope: rule.scope.clone().filter(|_| question.other.is_none()),
        timeout: rule.timeout,
        ..question
    };
    match rule.check.questions(&facts) {
        Ok(questions) => {
            let elsewhere = other.and_then(|other| config.engines.get(&other.engine));
            let dialect_of = |question: &Question| match (&question.other, elsewhere) {
                (Some(_), Some(engine)) => &engine.kind.description.dialect,
                _ => dialect,
            };
            let lacking = |question| Ability::lacking(question, dialect_of(question));
            if let Some(ability) = questions.iter().find_map(lacking) {
                return Step::Unfit(RuleError::Lacks(ability));
            }
            let total = (!rule.check.judges_table())
                .then(|| plan.ask(of_rule(Question::rows(Condition::Always))));
            let questions = questions.into_iter();
            Step::Ask {
                total,
                questions: questions
                    .map(|question| plan.ask(of_rule(question)))
                    .collect(),
            }
        }
        Err(RuleError::UnknownColumn { column, similar }) => {
            let left_behind = connection.left_behind(table).iter();
            match left_behind
                .into_iter()
                .find(|left| left.column.name == column)
            {
                Some(left) => Step::Unfit(RuleError::LeftBehind {
                    column,
                    logical_type: left.column.logical_type.clone(),
                    engine: name.clone(),
                    reader: left.reader.clone(),
                }),
                None if rule.if_column_exists => {
                    Step::Skip(format!("the table has no column '{column}'"))
                }
                None => Step::Unfit(RuleError::UnknownColumn { column, similar }),
            }
        }
        Err(error) => Step::Unfit(error),
    }
}

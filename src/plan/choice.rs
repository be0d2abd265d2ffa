//! Which form each question takes: the cheapest of those it has, by what is known of the rows.

use std::collections::{BTreeMap, BTreeSet};

use data_validator_plugin::{Costs, Dialect, LogicalType, Schema, Statistics};

use super::form::{Form, FormName};
use super::proof::{Proof, integer_bounds, prove};
use super::question::{Condition, Count, KeyCount, Question};

/// A bitmap of so many integers takes 128 MiB, and more than a few bits a row are not worth it.
const MOST_BITS: i128 = 1 << 30;
const MOST_BITS_PER_ROW: i128 = 32;

/// Integers have few different values where at least so many rows share one.
const ROWS_PER_VALUE: i128 = 16;

/// Text has few different values where at least so many rows share one, as far as an engine can guess:
/// with fewer of them, groups of long texts cost as much as a pattern on each row.
const ROWS_PER_GUESSED_VALUE: u64 = 64;

/// Rows of a table of which nobody knows how many it has.
const ROWS_IF_UNKNOWN: u64 = 100_000;

/// What is known of the rows that the questions are about.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    pub schema: &'k Schema,
    /// Of the whole relation, also where the table's `where` leaves rows out.
    pub statistics: Option<&'k Statistics>,
    /// About how many rows that is, where no statistics tell.
    pub estimated_rows: Option<u64>,
    /// Whether the table has a `where`.
    pub is_scoped: bool,
    /// Columns that seem to have few different values, and why.
    pub few_values: &'k BTreeMap<String, &'static str>,
    /// The form that is asked for, where a question has it.
    pub wanted: Option<FormName>,
}

/// A form with why it is taken and what it costs.
#[derive(Clone, Debug)]
pub struct Choice {
    pub form: Form,
    pub why: String,
    /// Nanoseconds, as far as the engine's costs tell.
    pub cost: f64,
}

impl Known<'_> {
    fn rows(&self) -> f64 {
        let counted = self.statistics.map(Statistics::rows);
        counted.or(self.estimated_rows).unwrap_or(ROWS_IF_UNKNOWN) as f64
    }

    /// Why the column has few different values, if it is known to.
    fn few_values_of(&self, column: &str) -> Option<&'static str> {
        if let Some(why) = self.few_values.get(column) {
            return Some(why);
        }
        let statistics = self
            .statistics
            .filter(|_| self.is_of(column, &LogicalType::Integer))?;
        let (min, max) = integer_bounds(column, statistics)?;
        let rows = i128::from(statistics.rows());
        (max.checked_sub(min)? < rows / ROWS_PER_VALUE)
            .then_some("statistics show few different values")
    }

    fn values_of(&self, column: &str) -> Form {
        Form::DistinctValues {
            of_text: self.is_of(column, &LogicalType::Text),
        }
    }

    fn is_of(&self, column: &str, logical_type: &LogicalType) -> bool {
        self.schema
            .column(column)
            .is_some_and(|column| column.logical_type == *logical_type)
    }
}

/// Chooses for all questions of a table, in their order.
pub fn choose(questions: &[Question], known: &Known<'_>, dialect: &Dialect) -> Vec<Choice> {
    let mut choices: Vec<Choice> = questions
        .iter()
        .map(|question| cheapest(forms(question, known, dialect), known.wanted))
        .collect();
    if known.wanted.is_none() {
        group_columns(questions, &mut choices, known, &dialect.costs);
    }
    choices
}

/// Whether so few different values, in so many rows, are worth grouping by.
pub fn are_few(values: u64, rows: u64) -> bool {
    values <= rows / ROWS_PER_GUESSED_VALUE
}

/// Text columns whose questions would cost so much that a look at their values is worth it.
pub fn worth_a_look<'q>(
    questions: &'q [Question],
    known: &Known<'_>,
    dialect: &Dialect,
) -> BTreeSet<&'q str> {
    let mut costs: BTreeMap<&str, f64> = BTreeMap::new();
    for question in questions {
        if let Some(column) = question.groupable_column(known)
            && known.is_of(column, &LogicalType::Text)
        {
            let best = cheapest(forms(question, known, dialect), None);
            *costs.entry(column).or_default() += best.cost;
        }
    }
    let grouped = dialect.costs.query + known.rows() * dialect.costs.group_few;
    costs.retain(|_, cost| *cost > grouped && *cost > 10.0 * dialect.costs.query);
    costs.into_keys().collect()
}

/// All forms of a question.
struct Forms {
    plain: Choice,
    others: Vec<Choice>,
}

fn forms(question: &Question, known: &Known<'_>, dialect: &Dialect) -> Forms {
    let costs = &dialect.costs;
    let mut forms = Vec::new();
    match &question.count {
        Count::Rows(condition) if question.other.is_some() => {
            // Of other rows nothing is known.
            forms.extend((*condition == Condition::Never).then(never));
        }
        _ if question.other.is_some() => {}
        Count::Rows(condition) => {
            forms.extend((*condition == Condition::Never).then(never));
            let proof = known.statistics.map(|known| prove(condition, known));
            forms.extend(proof.and_then(|proof| proven(question, proof, known)));
            if let (Condition::IsNull(_), None) = (condition, &question.scope) {
                forms.push(Choice {
                    form: Form::CountColumn,
                    why: "counts the values, and not the rows without one".into(),
                    cost: known.rows() * costs.count_column,
                });
            }
            if let (true, Some(proof)) = (condition.compares_only(), proof) {
                forms.push(pruned(proof, known, costs));
            }
            forms.extend(distinct_values(question, condition, known, costs));
        }
        Count::Keys { columns, which } => {
            if *which == KeyCount::Distinct
                && let [column] = &**columns
            {
                forms.extend(bitmap(column, known, dialect));
            }
        }
        Count::Orphans { .. } | Count::Pairs { .. } | Count::Query { .. } | Count::Value { .. } => {
        }
    }
    Forms {
        plain: plain(question, known, costs),
        others: forms,
    }
}

fn never() -> Choice {
    Choice {
        form: Form::Proof(0),
        why: "no row can be one".into(),
        cost: 0.0,
    }
}

fn plain(question: &Question, known: &Known<'_>, costs: &Costs) -> Choice {
    let (why, per_row) = match &question.count {
        Count::Rows(condition) => (
            "shares the scan of all rows",
            costs.condition + costs.pattern * condition.patterns() as f64,
        ),
        Count::Keys { .. } if Form::plain(&question.count) == Form::CountDistinct => {
            ("counts the different values", costs.count_distinct)
        }
        Count::Keys { .. } => ("counts the groups of the key", costs.group_many),
        Count::Orphans { .. } => ("looks for the key in the other table", costs.group_many),
        Count::Pairs { pairing, .. } => match pairing.right.is_elsewhere {
            true => (
                "reads both engines in the order of the keys",
                3.0 * costs.group_many,
            ),
            false => (
                "groups the rows of both sides by the key",
                2.0 * costs.group_many,
            ),
        },
        Count::Query { .. } => ("is a query of its own", costs.condition),
        Count::Value { computation, .. } if computation.is_ranked() => {
            ("puts the values in order", costs.group_many)
        }
        Count::Value { .. } => ("shares the scan of all rows", costs.condition),
    };
    Choice {
        form: Form::plain(&question.count),
        why: why.into(),
        cost: known.rows() * per_row,
    }
}

/// What no row of all fulfils, no row of a selection does; other numbers hold for all rows only.
fn proven(question: &Question, proof: Proof, known: &Known<'_>) -> Option<Choice> {
    let holds = |count: &u64| *count == 0 || !known.is_scoped && question.scope.is_none();
    let count = proof.count.filter(holds)?;
    Some(Choice {
        form: Form::Proof(count),
        why: format!("statistics prove that the count is {count}"),
        cost: 0.0,
    })
}

/// Only where there are statistics, which also say that all files have the column in one type: DuckDB 1.5
/// compares in WHERE before it casts to the type of the first file, and counts otherwise than in SELECT.
fn pruned(proof: Proof, known: &Known<'_>, costs: &Costs) -> Choice {
    Choice {
        form: Form::Pruned,
        why: format!(
            "statistics leave {} of {} rows to read",
            proof.rows_left,
            known.rows()
        ),
        cost: costs.query + proof.rows_left as f64 * costs.filter,
    }
}

/// Where nobody knows that there are few values it is a form, but not one to choose.
fn distinct_values(
    question: &Question,
    condition: &Condition,
    known: &Known<'_>,
    costs: &Costs,
) -> Option<Choice> {
    let column = question.groupable_column(known)?;
    let why = known.few_values_of(column);
    if why.is_none() && known.wanted.is_none() {
        return None;
    }
    let per_row = match why {
        Some(_) => costs.group_few,
        None => costs.group_many + costs.pattern * condition.patterns() as f64,
    };
    Some(Choice {
        form: known.values_of(column),
        why: why.unwrap_or("groups the values").into(),
        cost: costs.query + known.rows() * per_row,
    })
}

fn bitmap(column: &str, known: &Known<'_>, dialect: &Dialect) -> Option<Choice> {
    dialect.count_distinct_bitmap.as_ref()?;
    if !known.is_of(column, &LogicalType::Integer) {
        return None;
    }
    let statistics = known.statistics?;
    let (min, max) = integer_bounds(column, statistics)?;
    let bits = max.checked_sub(min)?.checked_add(1)?;
    let most = MOST_BITS.min(MOST_BITS_PER_ROW.saturating_mul(i128::from(statistics.rows())));
    (bits <= most).then(|| Choice {
        form: Form::Bitmap { min, max },
        why: format!("statistics show integers from {min} to {max}, dense enough for a bit each"),
        cost: dialect.costs.query + known.rows() * dialect.costs.bitmap,
    })
}

fn cheapest(forms: Forms, wanted: Option<FormName>) -> Choice {
    let is_wanted = |choice: &Choice| wanted.is_some_and(|name| choice.form.is_called(name));
    let Forms { plain, others } = forms;
    others.into_iter().fold(plain, |best, other| {
        let is_better = match (is_wanted(&best), is_wanted(&other)) {
            (false, false) => other.cost < best.cost,
            (_, is_wanted) => is_wanted,
        };
        if is_better { other } else { best }
    })
}

/// Groups a column once where that answers all questions about it for less than each costs alone.
fn group_columns(questions: &[Question], choices: &mut [Choice], known: &Known<'_>, costs: &Costs) {
    let mut by_column: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, question) in questions.iter().enumerate() {
        let is_asked = !matches!(choices[index].form, Form::Proof(_));
        if let (Some(column), true) = (question.groupable_column(known), is_asked) {
            by_column.entry(column).or_default().push(index);
        }
    }
    let grouped = costs.query + known.rows() * costs.group_few;
    for (column, indices) in by_column {
        let Some(why) = known.few_values_of(column) else {
            continue;
        };
        let alone: f64 = indices.iter().map(|&index| choices[index].cost).sum();
        let is_grouped = |index: &usize| choices[*index].form == known.values_of(column);
        if alone <= grouped && !indices.iter().any(is_grouped) {
            continue;
        }
        for &index in &indices {
            choices[index] = Choice {
                form: known.values_of(column),
                why: why.into(),
                cost: grouped / indices.len() as f64,
            };
        }
    }
}

impl Question {
    /// The column whose different values decide it, if their type has one equality: doubles have NaN
    /// and two zeros.
    fn groupable_column(&self, known: &Known<'_>) -> Option<&str> {
        let (None, None, Count::Rows(condition)) = (&self.other, &self.scope, &self.count) else {
            return None;
        };
        let types = [LogicalType::Text, LogicalType::Integer, LogicalType::Date];
        let column = condition.column()?;
        types
            .iter()
            .any(|logical_type| known.is_of(column, logical_type))
            .then_some(column)
    }
}

//! Which form each question takes: the cheapest of those it has, by what is known of the rows.

use std::collections::BTreeSet;

use data_validator_plugin::{Costs, Dialect, LogicalType, Schema, Statistics};

use super::form::{Form, FormName};
use super::proof::{Proof, integer_bounds, prove};
use super::question::{Condition, Count, KeyCount, Question};

/// A bitmap of so many integers takes 128 MiB, and more than a few bits a row are not worth it.
const MOST_BITS: i128 = 1 << 30;
const MOST_BITS_PER_ROW: i128 = 32;

/// Rows of a table of which nobody knows how many it has.
const ROWS_IF_UNKNOWN: u64 = 100_000;

/// What is known of the rows that the questions are about.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    pub schema: &'k Schema,
    /// Of the whole relation, also where the table's `where` leaves rows out.
    pub statistics: Option<&'k Statistics>,
    /// Whether the table has a `where`.
    pub is_scoped: bool,
    /// Columns of which a sample showed few different values.
    pub few_values: &'k BTreeSet<String>,
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
        self.statistics.map_or(ROWS_IF_UNKNOWN, Statistics::rows) as f64
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
        join_distinct_values(questions, &mut choices);
    }
    choices
}

/// Columns whose patterns would cost so much that a look at a sample is worth it.
pub fn worth_a_sample<'q>(
    questions: &'q [Question],
    known: &Known<'_>,
    dialect: &Dialect,
) -> BTreeSet<&'q str> {
    let is_costly = |question: &&Question| {
        let best = cheapest(forms(question, known, dialect), None);
        known.statistics.is_some() && best.cost > 10.0 * dialect.costs.query
    };
    let wanted = questions
        .iter()
        .filter(|question| question.has_distinct_values(known))
        .filter(is_costly);
    wanted.filter_map(Question::pattern_column).collect()
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
        Count::Rows(condition) => {
            let proof = known.statistics.map(|known| prove(condition, known));
            forms.extend(proof.and_then(|proof| proven(question, proof, known)));
            if let (Condition::IsNull(_), None) = (condition, &question.scope) {
                forms.push(Choice {
                    form: Form::CountColumn,
                    why: "counts the values, and not the rows without one".into(),
                    cost: known.rows() * costs.count_column,
                });
            }
            if condition.compares_only() {
                forms.push(pruned(proof, known, costs));
            }
            if question.has_distinct_values(known) {
                forms.extend(distinct_values(question, condition, known, costs));
            }
        }
        Count::Keys { columns, which } => {
            if *which == KeyCount::Distinct
                && let [column] = &**columns
            {
                forms.extend(bitmap(column, known, dialect));
            }
        }
        Count::Query { .. } => {}
    }
    Forms {
        plain: plain(question, known, costs),
        others: forms,
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
        Count::Query { .. } => ("is a query of its own", costs.condition),
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

fn pruned(proof: Option<Proof>, known: &Known<'_>, costs: &Costs) -> Choice {
    let (why, rows) = match proof {
        Some(proof) => (
            format!(
                "statistics leave {} of {} rows to read",
                proof.rows_left,
                known.rows()
            ),
            proof.rows_left as f64,
        ),
        None => ("filters in WHERE".into(), known.rows()),
    };
    Choice {
        form: Form::Pruned,
        why,
        cost: costs.query + rows * costs.filter,
    }
}

/// Without a sample it is a form, but not one to choose.
fn distinct_values(
    question: &Question,
    condition: &Condition,
    known: &Known<'_>,
    costs: &Costs,
) -> Option<Choice> {
    let column = condition.column()?;
    let per_row = if known.few_values.contains(column) {
        costs.group_few
    } else if known.wanted.is_some() {
        costs.group_many
    } else {
        return None;
    };
    let why = match question.pattern_column() {
        Some(_) => "a sample shows few different values, and each is tried once",
        None => "a sample shows few different values",
    };
    Some(Choice {
        form: Form::DistinctValues,
        why: why.into(),
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

/// A column that is grouped for one question answers others about it on the way.
fn join_distinct_values(questions: &[Question], choices: &mut [Choice]) {
    let column = |index: usize| match &questions[index] {
        Question {
            scope: None,
            count: Count::Rows(condition),
        } => condition.column(),
        _ => None,
    };
    let grouped: BTreeSet<&str> = (0..questions.len())
        .filter(|&index| choices[index].form == Form::DistinctValues)
        .filter_map(column)
        .collect();
    for (index, choice) in choices.iter_mut().enumerate() {
        let joins = matches!(choice.form, Form::CountColumn | Form::Conditional)
            && column(index).is_some_and(|column| grouped.contains(column));
        if joins {
            *choice = Choice {
                form: Form::DistinctValues,
                why: "the column is grouped for another question".into(),
                cost: 0.0,
            };
        }
    }
}

impl Question {
    /// Whether the different values of one text column decide it.
    fn has_distinct_values(&self, known: &Known<'_>) -> bool {
        match (&self.scope, &self.count) {
            (None, Count::Rows(condition)) => condition
                .column()
                .is_some_and(|column| known.is_of(column, &LogicalType::Text)),
            _ => false,
        }
    }

    /// The column on whose values a pattern is tried.
    fn pattern_column(&self) -> Option<&str> {
        match &self.count {
            Count::Rows(condition) if condition.patterns() > 0 => condition.column(),
            _ => None,
        }
    }
}

//! The fewest scans that answer a table's questions, each in its form.

use std::collections::{BTreeSet, HashMap};

use data_validator_plugin::Dialect;

use super::choice::{Choice, Known, choose};
use super::form::Form;
use super::question::{Count, Question};

/// The questions about one table, each once, the form that each takes, and the scans that answer them.
#[derive(Debug, Default)]
pub struct Plan {
    pub questions: Vec<Question>,
    /// By question, once they are made.
    pub choices: Vec<Choice>,
    pub scans: Vec<Scan>,
    index: HashMap<Question, usize>,
}

/// One query of a plan, as indices into the plan's questions; it answers them in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    pub shape: Shape,
    pub questions: Vec<usize>,
}

/// What a query looks like: questions of one shape can be answered together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An aggregate for each question, over all rows.
    Rows,
    /// `count(*)` of the rows that the condition leaves.
    Filter,
    /// An aggregate for each question, over the different values of a column.
    Values {
        of_text: bool,
    },
    CountDistinct,
    Groups,
    Bitmap {
        min: i128,
        max: i128,
    },
    Orphans,
    /// Counts of the keys of two relations.
    SideBySide,
    /// As [`Shape::SideBySide`], where two engines have the relations.
    Merge,
    Query,
    /// Values at some places of the order of one column.
    Ranks,
}

impl Shape {
    /// The shape of a query for a question in that form; a proven number needs none.
    fn of(form: Form) -> Option<Self> {
        Some(match form {
            Form::Proof(_) => return None,
            Form::CountColumn | Form::Conditional | Form::Aggregate => Self::Rows,
            Form::Pruned => Self::Filter,
            Form::DistinctValues { of_text } => Self::Values { of_text },
            Form::CountDistinct => Self::CountDistinct,
            Form::Groups => Self::Groups,
            Form::Bitmap { min, max } => Self::Bitmap { min, max },
            Form::AntiJoin => Self::Orphans,
            Form::SideBySide => Self::SideBySide,
            Form::Merge => Self::Merge,
            Form::Query => Self::Query,
            Form::Ranking => Self::Ranks,
        })
    }
}

impl Plan {
    /// Adds a question unless it is there, and gives its index.
    pub fn ask(&mut self, question: Question) -> usize {
        *self.index.entry(question).or_insert_with_key(|question| {
            self.questions.push(question.clone());
            self.questions.len() - 1
        })
    }

    /// Chooses the form of each question, and puts together what one query can answer, as far as the
    /// select list allows.
    pub fn make(&mut self, known: &Known<'_>, dialect: &Dialect) {
        self.choices = choose(&self.questions, known, dialect);
        self.scans.clear();
        for (index, choice) in self.choices.iter().enumerate() {
            if let Some(shape) = Shape::of(choice.form) {
                let most = dialect.max_select_items;
                join(&mut self.scans, &self.questions, shape, index, most);
            }
        }
    }

    /// Columns of which statistics may prove or bound something that is asked.
    pub fn provable_columns(&self) -> BTreeSet<&str> {
        let columns = self
            .own_questions()
            .filter_map(|question| match &question.count {
                Count::Rows(condition) => condition.column(),
                Count::Keys { columns, .. } => {
                    Some(columns.first()?.as_str()).filter(|_| columns.len() == 1)
                }
                Count::Orphans { .. }
                | Count::Pairs { .. }
                | Count::Query { .. }
                | Count::Value { .. } => None,
            });
        columns.collect()
    }

    /// The columns of the table that are read; `None` where SQL of the user may read any.
    pub fn columns_read(&self) -> Option<BTreeSet<&str>> {
        let mut read = BTreeSet::new();
        for question in self.own_questions() {
            match &question.count {
                _ if question.scope.is_some() => return None,
                Count::Rows(condition) => condition.add_columns(&mut read)?,
                Count::Keys { columns, .. } | Count::Orphans { columns, .. } => {
                    read.extend(columns.iter().map(String::as_str));
                }
                Count::Pairs { pairing, .. } => {
                    let pairs = pairing.keys.iter().chain(&pairing.columns);
                    read.extend(pairs.map(|pair| pair.left.column.as_str()));
                }
                Count::Value { column, .. } => {
                    read.insert(column);
                }
                Count::Query { .. } => return None,
            }
        }
        Some(read)
    }

    fn own_questions(&self) -> impl Iterator<Item = &Question> {
        let questions = self.questions.iter();
        questions.filter(|question| question.other.is_none())
    }

    /// The questions whose numbers are proven, with these.
    pub fn proven(&self) -> impl Iterator<Item = (usize, u64)> {
        let choices = self.choices.iter().enumerate();
        choices.filter_map(|(index, choice)| match choice.form {
            Form::Proof(count) => Some((index, count)),
            _ => None,
        })
    }

    /// The scan with each question in its plain form, which fails only if a question does; `None` for
    /// one that is plain.
    pub fn plain(&self, scan: &Scan) -> Option<Vec<Scan>> {
        let mut plain: Vec<Scan> = Vec::new();
        for &index in &scan.questions {
            let shape = Shape::of(Form::plain(&self.questions[index].count))?;
            let most = scan.questions.len();
            join(&mut plain, &self.questions, shape, index, most);
        }
        (plain.iter().any(|plain| plain.shape != scan.shape)).then_some(plain)
    }
}

/// Puts a question into the first scan that can take it and has fewer than so many, or into one of its own.
fn join(scans: &mut Vec<Scan>, questions: &[Question], shape: Shape, index: usize, most: usize) {
    let joined = scans.iter_mut().find(|scan| {
        scan.shape == shape
            && scan.questions.len() < most
            && shape.can_take(&questions[scan.questions[0]], &questions[index])
    });
    match joined {
        Some(scan) => scan.questions.push(index),
        None => scans.push(Scan {
            shape,
            questions: vec![index],
        }),
    }
}

impl Shape {
    /// Whether one question of a query can fail alone, and the others not.
    pub fn fails_in_parts(self) -> bool {
        !matches!(self, Self::SideBySide | Self::Merge)
    }

    /// Whether a query of this shape for one question can answer the other one too.
    fn can_take(self, question: &Question, other: &Question) -> bool {
        if question.timeout != other.timeout || question.other != other.other {
            return false;
        }
        match (self, &question.count, &other.count) {
            (Self::Rows, ..) => true,
            (Self::Values { .. }, Count::Rows(condition), Count::Rows(other)) => {
                condition.column() == other.column()
            }
            (
                Self::Groups,
                Count::Keys { columns, .. },
                Count::Keys {
                    columns: others, ..
                },
            ) => columns == others && question.scope == other.scope,
            (
                Self::SideBySide | Self::Merge,
                Count::Pairs { pairing, .. },
                Count::Pairs {
                    pairing: another, ..
                },
            ) => pairing == another && question.scope == other.scope,
            (
                Self::Ranks,
                Count::Value { column, .. },
                Count::Value {
                    column: another, ..
                },
            ) => column == another && question.scope == other.scope,
            _ => false,
        }
    }
}

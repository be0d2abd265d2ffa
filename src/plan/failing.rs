//! Which rows a rule's failed records are, from what their number comes from and from nothing else.
//!
//! A count of rows is a sum in which each row is 1 or 0, and a rule judges sums: so it can judge one row
//! alone. What it says of each combination of ones and zeros that a row can have is the condition on which
//! a row fails, and the failing rows of a table are as many as the failed records that the rule tells of it.

use std::collections::BTreeSet;

use super::custom_sql::SqlExpression;
use super::question::{Condition, Count, KeyCount, Parent, Question};

/// Rules look at one or two things in a row; the combinations of so many are still few.
const MOST_MARKS: usize = 8;

/// Which rows of a table are a rule's failed records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Rows outside of it do not fail.
    pub scope: Option<SqlExpression>,
    /// What is looked at in a row.
    pub marks: Vec<Mark>,
    /// Combinations of marks, each TRUE or not, in their order.
    pub cases: Vec<Vec<bool>>,
    /// Whether a row fails that is in none of the cases, in place of one that is.
    pub in_none: bool,
}

/// Something that is TRUE of a row or not, never UNKNOWN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The condition is TRUE.
    Fulfils(Condition),
    /// Its key is complete, and no row before it has the same one. Rows of one key stand in the order of all
    /// their columns.
    IsFirstOfKey(Vec<String>),
    /// Its key is complete, and no row of the other relation has it.
    HasNoPartner {
        columns: Vec<String>,
        parent: Parent,
    },
}

impl Failing {
    /// The failing rows of a rule that asks these questions and judges their answers for one row by `failed`,
    /// which gives the failed records, or `None` where no row can have such answers.
    ///
    /// `None` where the rule names no rows, since an answer is not made of what each row adds.
    pub fn of(
        questions: &[Question],
        scope: Option<&SqlExpression>,
        failed: impl Fn(&[u64]) -> Option<u64>,
    ) -> Option<Self> {
        let marks: Option<Vec<Mark>> = questions.iter().map(Mark::of).collect();
        let marks = marks.filter(|marks| !marks.is_empty() && marks.len() <= MOST_MARKS)?;
        let fails = |case: &[bool]| {
            let answers: Vec<u64> = case.iter().map(|mark| u64::from(*mark)).collect();
            failed(&answers).map(|failed| failed > 0)
        };
        let mut table = Table {
            fails: cases(marks.len()).map(|case| fails(&case)).collect(),
            marks,
        };
        table.simplify();
        let of = |verdict| {
            let verdicts = cases(table.marks.len()).zip(&table.fails);
            let chosen = verdicts.filter(|(_, fails)| **fails == Some(verdict));
            chosen.map(|(case, _)| case).collect::<Vec<_>>()
        };
        let (failing, passing) = (of(true), of(false));
        let in_none = passing.len() < failing.len();
        Some(Self {
            scope: scope.cloned(),
            cases: if in_none { passing } else { failing },
            in_none,
            marks: table.marks,
        })
    }

    /// The columns that decide, where no expression of a user may read any other.
    pub fn columns(&self) -> BTreeSet<&str> {
        let mut columns = BTreeSet::new();
        for mark in &self.marks {
            match mark {
                // What it adds before it meets an expression is right all the same.
                Mark::Fulfils(condition) => {
                    let _ = condition.add_columns(&mut columns);
                }
                Mark::IsFirstOfKey(key) | Mark::HasNoPartner { columns: key, .. } => {
                    columns.extend(key.iter().map(String::as_str));
                }
            }
        }
        columns
    }

    /// Whether it takes other rows of the table to tell whether a row fails.
    pub fn compares_rows(&self) -> bool {
        let compares = |mark: &Mark| matches!(mark, Mark::IsFirstOfKey(_));
        self.marks.iter().any(compares)
    }
}

impl Mark {
    /// What a row has to be so that it adds 1 to the count.
    fn of(question: &Question) -> Option<Self> {
        match &question.count {
            Count::Rows(condition) => Some(Self::Fulfils(condition.clone())),
            Count::Keys {
                columns,
                which: KeyCount::Distinct,
            } => Some(Self::IsFirstOfKey(columns.clone())),
            Count::Orphans { columns, parent } => Some(Self::HasNoPartner {
                columns: columns.clone(),
                parent: parent.clone(),
            }),
            Count::Keys { .. }
            | Count::Pairs { .. }
            | Count::Query { .. }
            | Count::Value { .. } => None,
        }
    }

    /// Whether it is the same for all rows.
    fn constant(&self) -> Option<bool> {
        match self {
            Self::Fulfils(Condition::Always) => Some(true),
            Self::Fulfils(Condition::Never) => Some(false),
            _ => None,
        }
    }
}

/// All combinations of so many marks; in the number of each, the first mark is the lowest bit.
fn cases(marks: usize) -> impl Iterator<Item = Vec<bool>> {
    (0..1_usize << marks)
        .map(move |number| (0..marks).map(|mark| number >> mark & 1 == 1).collect())
}

/// For each combination of marks, whether the row fails; `None` where no row can be so.
struct Table {
    marks: Vec<Mark>,
    fails: Vec<Option<bool>>,
}

impl Table {
    /// Takes out each mark that makes no difference.
    fn simplify(&mut self) {
        for mark in (0..self.marks.len()).rev() {
            let pairs: Vec<_> = (0..self.fails.len())
                .filter(|case| case >> mark & 1 == 0)
                .map(|case| (self.fails[case], self.fails[case | 1 << mark]))
                .collect();
            let agree = |(without, with): &(Option<bool>, Option<bool>)| {
                without.is_none() || with.is_none() || without == with
            };
            let either = |(without, with): (Option<bool>, Option<bool>)| without.or(with);
            let fails: Vec<_> = match self.marks[mark].constant() {
                Some(false) => pairs.into_iter().map(|(without, _)| without).collect(),
                Some(true) => pairs.into_iter().map(|(_, with)| with).collect(),
                None if pairs.iter().all(agree) => pairs.into_iter().map(either).collect(),
                None => continue,
            };
            self.fails = fails;
            self.marks.remove(mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::question::QueryCount;

    fn is_null(column: &str) -> Condition {
        Condition::IsNull(column.into())
    }

    fn rows(condition: Condition) -> Question {
        Question::new(Count::Rows(condition))
    }

    fn shown(failing: &Failing) -> (Vec<&Mark>, &[Vec<bool>], bool) {
        (
            failing.marks.iter().collect(),
            &failing.cases,
            failing.in_none,
        )
    }

    #[test]
    fn what_makes_no_difference_is_not_looked_at() {
        let questions = [rows(is_null("a")), rows(is_null("b"))];
        let failing = Failing::of(&questions, None, |answers| Some(answers[1])).unwrap();
        let mark = Mark::Fulfils(is_null("b"));
        assert_eq!(shown(&failing), (vec![&mark], &[vec![true]][..], false));
        assert_eq!(failing.columns(), BTreeSet::from(["b"]));
    }

    #[test]
    fn a_row_that_either_count_has_fails_once() {
        let questions = [rows(is_null("a")), rows(is_null("b"))];
        let failing =
            Failing::of(&questions, None, |answers| Some(answers[0] + answers[1])).unwrap();
        let neither = vec![false, false];
        assert_eq!((&failing.cases, failing.in_none), (&vec![neither], true));
    }

    #[test]
    fn a_surplus_row_has_a_key_and_is_not_the_first_with_it() {
        let key = Count::Keys {
            columns: vec!["a".into()],
            which: KeyCount::Distinct,
        };
        let questions = [rows(is_null("a")), Question::new(key)];
        let surplus = |answers: &[u64]| 1_u64.checked_sub(answers[0])?.checked_sub(answers[1]);
        let failing = Failing::of(&questions, None, surplus).unwrap();
        assert_eq!(
            (&failing.cases, failing.in_none),
            (&vec![vec![false, false]], false)
        );
        assert!(failing.compares_rows());
    }

    #[test]
    fn a_condition_that_no_row_fulfils_is_no_case() {
        let questions = [rows(Condition::Never)];
        let failing = Failing::of(&questions, None, |answers| Some(answers[0])).unwrap();
        assert_eq!(shown(&failing), (vec![], &[][..], false));
    }

    #[test]
    fn a_query_names_no_rows() {
        let query = crate::plan::custom_sql::SqlQuery::parse(
            "SELECT COUNT(*) FROM {table}",
            &data_validator_plugin::Dialect::ansi(),
        )
        .unwrap();
        let which = QueryCount::FirstCell;
        let questions = [Question::new(Count::Query { query, which })];
        assert_eq!(
            Failing::of(&questions, None, |answers| Some(answers[0])),
            None
        );
    }
}

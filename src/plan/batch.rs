//! The fewest scans that answer a table's questions.

use std::collections::HashMap;

use data_validator_plugin::Dialect;

use super::question::{Count, Question};

/// The questions about one table, each once, and the scans that answer them.
#[derive(Debug, Default)]
pub struct Plan {
    pub questions: Vec<Question>,
    pub scans: Vec<Scan>,
    index: HashMap<Question, usize>,
}

/// One query of a plan, as indices into the plan's questions; it answers them in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    pub questions: Vec<usize>,
}

impl Plan {
    /// Adds a question unless it is there, and gives its index.
    pub fn ask(&mut self, question: Question) -> usize {
        *self.index.entry(question).or_insert_with_key(|question| {
            self.questions.push(question.clone());
            self.questions.len() - 1
        })
    }

    /// Decides on the scans: all counts of rows go into one, as far as the select list allows; the
    /// counts of the same keys share one; each query of a user stands alone.
    pub fn batch(&mut self, dialect: &Dialect) {
        self.scans.clear();
        for (index, question) in self.questions.iter().enumerate() {
            let joined = self.scans.iter_mut().find(|scan| {
                scan.questions.len() < dialect.max_select_items
                    && self.questions[scan.questions[0]].shares_scan_with(question)
            });
            match joined {
                Some(scan) => scan.questions.push(index),
                None => self.scans.push(Scan {
                    questions: vec![index],
                }),
            }
        }
    }
}

impl Question {
    fn shares_scan_with(&self, other: &Self) -> bool {
        match (&self.count, &other.count) {
            (Count::Rows(_), Count::Rows(_)) => true,
            (
                Count::Keys { columns, .. },
                Count::Keys {
                    columns: others, ..
                },
            ) => columns == others && self.scope == other.scope,
            _ => false,
        }
    }
}

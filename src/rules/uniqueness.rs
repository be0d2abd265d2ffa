//! # uniqueness
//!
//! ## What it checks
//! No key occurs twice. A key is a column or several columns together; a record is failed when it
//! is surplus, so three records with one key give two failed ones.
//!
//! When records failed, the result's metadata has `duplicate_keys` (keys that occur more than once) and
//! `duplicate_rows` (records that have them), found by a further scan.
//!
//! ## NULL and NaN
//! A record with a NULL in any column of its key is missing and is not judged. NaN equals NaN, and texts are
//! equal where all their characters are, whatever collation a column has.
//!
//! ## Example
//! ```yaml
//! - {name: one_row_a_flight, rule_type: uniqueness, columns: [carrier, flight, time_hour]}
//! ```
//!
//! ## SQL
//! `count(*) - missing - count(DISTINCT "id")`, of text by code point; for several columns the groups of
//! `GROUP BY "carrier", "flight", "time_hour"` over the rows without NULL.

use std::sync::Arc;

use serde::Serialize;

use super::{Answers, Check, Counts, Detail, Facts, RuleError, RuleType, Subject, column};
use crate::config::fields::RuleFields;
use crate::plan::question::{Condition, Count, KeyCount, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "uniqueness",
    about: "its key was there already; a record with a NULL in the key is not judged",
    subject: Subject::Columns,
    parameters: &[],
    semantics: 2,
    read,
};

#[derive(Debug, Serialize)]
struct Uniqueness {
    columns: Vec<String>,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    Some(Arc::new(Uniqueness {
        columns: rule.columns()?,
    }))
}

/// The number of different complete keys.
pub fn distinct_keys(columns: &[String]) -> Question {
    keys(columns, KeyCount::Distinct)
}

/// What a reader wants to know about keys that occur more than once.
pub fn duplicates(columns: &[String]) -> Vec<Detail> {
    vec![
        Detail {
            name: "duplicate_keys",
            question: keys(columns, KeyCount::Repeated),
        },
        Detail {
            name: "duplicate_rows",
            question: keys(columns, KeyCount::RowsWithRepeated),
        },
    ]
}

/// The records whose key another record has already.
pub fn surplus(total: u64, missing: u64, distinct: u64) -> Result<u64, RuleError> {
    let present = total.checked_sub(missing);
    present.and_then(|present| present.checked_sub(distinct)).ok_or_else(|| {
        RuleError::BadAnswer(format!(
            "the data changed while it was read: {total} rows, {missing} without key, {distinct} distinct keys"
        ))
    })
}

fn keys(columns: &[String], which: KeyCount) -> Question {
    Question::new(Count::Keys {
        columns: columns.to_vec(),
        which,
    })
}

impl Check for Uniqueness {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        for name in &self.columns {
            column(facts.schema, name)?;
        }
        let missing = self
            .columns
            .iter()
            .cloned()
            .map(Condition::IsNull)
            .collect();
        Ok(vec![
            Question::rows(Condition::any(missing)),
            distinct_keys(&self.columns),
        ])
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let missing = answers.count(0);
        let failed = surplus(answers.total, missing, answers.count(1))?;
        Ok(Counts {
            total: answers.total,
            failed,
            missing,
            ..Counts::default()
        })
    }

    fn details(&self) -> Vec<Detail> {
        duplicates(&self.columns)
    }
}

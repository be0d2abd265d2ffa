//! # primary_key
//!
//! ## What it checks
//! Every record has a complete key, and no key occurs twice. A key is a column or several columns together;
//! a record is failed when its key is not complete or when it is surplus, so three records with one key
//! give two failed ones.
//!
//! When records failed, the result's metadata has `duplicate_keys` (keys that occur more than once) and
//! `duplicate_rows` (records that have them), found by a further scan.
//!
//! ## NULL and NaN
//! A record with a NULL in any column of its key is failed, and counted as missing too. NaN equals NaN.
//!
//! ## Example
//! ```yaml
//! - {name: key, rule_type: primary_key, columns: [origin, time_hour]}
//! ```
//!
//! ## SQL
//! `count(*) - count(DISTINCT "id")`; for several columns the groups of `GROUP BY "origin", "time_hour"`
//! over the rows without NULL.

use std::sync::Arc;

use serde::Serialize;

use super::{Answers, Check, Counts, Detail, Facts, RuleError, RuleType, Subject, column, uniqueness};
use crate::config::fields::RuleFields;
use crate::plan::question::{Condition, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "primary_key",
    about: "its key was there already, or has a NULL",
    subject: Subject::Columns,
    parameters: &[],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct PrimaryKey {
    columns: Vec<String>,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    Some(Arc::new(PrimaryKey {
        columns: rule.columns()?,
    }))
}

impl Check for PrimaryKey {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        for name in &self.columns {
            column(facts.schema, name)?;
        }
        let missing = self.columns.iter().cloned().map(Condition::IsNull);
        Ok(vec![
            Question::rows(Condition::any(missing.collect())),
            uniqueness::distinct_keys(&self.columns),
        ])
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let (missing, distinct) = (answers.count(0), answers.count(1));
        let surplus = uniqueness::surplus(answers.total, missing, distinct)?;
        Ok(Counts {
            total: answers.total,
            failed: missing + surplus,
            missing,
            ..Counts::default()
        })
    }

    fn details(&self) -> Vec<Detail> {
        uniqueness::duplicates(&self.columns)
    }
}

//! # uniqueness
//!
//! ## What it checks
//! No key occurs twice. A key is a column or several columns together; a record is failed when it
//! is surplus, so three records with one key give two failed ones.
//!
//! ## NULL and NaN
//! A record with a NULL in any column of its key is missing and is not judged. NaN equals NaN, and texts are
//! equal where all their characters are, whatever collation a column has.
//!
//! ## Parameters
//! None. When records failed, the result's metadata has `duplicate_keys` (keys that occur more than
//! once) and `duplicate_rows` (records that have them), found by a further scan.
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

use data_validator_plugin::Schema;
use serde::Serialize;

use super::{Check, Counts, Detail, RuleError, RuleType, column};
use crate::config::fields::RuleFields;
use crate::plan::question::{Condition, Count, KeyCount, Question};

pub const RULE_TYPE: RuleType = RuleType { name: "uniqueness",
    semantics: 2, read };

#[derive(Debug, Serialize)]
struct Uniqueness {
    columns: Vec<String>,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    Some(Arc::new(Uniqueness { columns: rule.columns()? }))
}

impl Uniqueness {
    fn keys(&self, which: KeyCount) -> Question {
        Question::new(Count::Keys { columns: self.columns.clone(), which })
    }
}

impl Check for Uniqueness {
    fn questions(&self, schema: &Schema) -> Result<Vec<Question>, RuleError> {
        for name in &self.columns {
            column(schema, name)?;
        }
        let missing = self.columns.iter().cloned().map(Condition::IsNull).collect();
        Ok(vec![Question::new(Count::Rows(Condition::any(missing))), self.keys(KeyCount::Distinct)])
    }

    fn judge(&self, total: u64, answers: &[u64]) -> Result<Counts, RuleError> {
        let (missing, distinct) = (answers[0], answers[1]);
        let failed = total.checked_sub(missing).and_then(|present| present.checked_sub(distinct)).ok_or_else(|| {
            RuleError::BadAnswer(format!(
                "the data changed while it was read: {total} rows, {missing} without key, {distinct} distinct keys"
            ))
        })?;
        Ok(Counts { failed, missing, excluded: 0 })
    }

    fn details(&self) -> Vec<Detail> {
        vec![
            Detail { name: "duplicate_keys", question: self.keys(KeyCount::Repeated) },
            Detail { name: "duplicate_rows", question: self.keys(KeyCount::RowsWithRepeated) },
        ]
    }
}

//! # completeness
//!
//! ## What it checks
//! Every record has a value; with `columns`, a value in each of them.
//!
//! ## NULL and NaN
//! Here a missing value *is* failed, so `failed_count` equals `missing_count`. Empty text and NaN
//! are values unless a parameter says otherwise.
//!
//! ## Example
//! ```yaml
//! - {name: id_check, rule_type: completeness, column: customer_id, threshold: 0.95}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE "customer_id" IS NULL)`

use std::sync::Arc;

use data_validator_plugin::LogicalType;
use serde::Serialize;

use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, column};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Count, Literal, Operator, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "completeness",
    about: "a value is NULL",
    subject: Subject::Columns,
    parameters: &[
        Key::optional("empty_is_missing", Kind::Boolean, "Whether `''` in a text column counts as missing.").or("false"),
        Key::optional("nan_is_missing", Kind::Boolean, "Whether NaN in a floating-point column counts as missing.").or("false"),
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct Completeness {
    columns: Vec<String>,
    empty_is_missing: bool,
    nan_is_missing: bool,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let empty_is_missing = rule
        .parameters
        .optional("empty_is_missing")
        .unwrap_or_default();
    let nan_is_missing = rule
        .parameters
        .optional("nan_is_missing")
        .unwrap_or_default();
    Some(Arc::new(Completeness {
        columns: rule.columns()?,
        empty_is_missing,
        nan_is_missing,
    }))
}

impl Check for Completeness {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let mut missing = Vec::new();
        for name in &self.columns {
            let logical_type = &column(facts.schema, name)?.logical_type;
            missing.push(Condition::IsNull(name.clone()));
            if self.empty_is_missing && *logical_type == LogicalType::Text {
                let literal = Literal {
                    logical_type: LogicalType::Text,
                    text: String::new(),
                };
                missing.push(Condition::Compare {
                    column: name.clone(),
                    operator: Operator::Equal,
                    literal,
                });
            }
            if self.nan_is_missing && logical_type.can_be_nan() {
                missing.push(Condition::IsNan(name.clone()));
            }
        }
        Ok(vec![Question::new(Count::Rows(Condition::any(missing)))])
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let missing = answers.count(0);
        Ok(Counts {
            total: answers.total,
            failed: missing,
            missing,
            ..Counts::default()
        })
    }
}

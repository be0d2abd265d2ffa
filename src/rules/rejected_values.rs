//! # rejected_values
//!
//! ## What it checks
//! No value is in a list. Numbers, texts, dates, timestamps and booleans.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). NaN is in no list, so it passes.
//!
//! ## Example
//! ```yaml
//! - {name: no_dummy, rule_type: rejected_values, column: tailnum, parameters: {values: ["N/A", "-"]}}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE "tailnum" IN ('N/A', '-'))`; in any letter case it is a pattern.

use std::sync::Arc;

use super::value_list::{self, Fails};
use super::{Check, RuleType, Subject, nulls};
use crate::config::fields::RuleFields;

pub const RULE_TYPE: RuleType = RuleType {
    name: "rejected_values",
    about: "the value is in the list",
    subject: Subject::Column,
    parameters: &[
        value_list::VALUES,
        value_list::CASE_SENSITIVE,
        nulls::KEY,
    ],
    semantics: 2,
    read,
};

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    value_list::read(rule, Fails::InList)
}

//! # accepted_values
//!
//! ## What it checks
//! Every value is in a list. Numbers, texts, dates, timestamps and booleans.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). NaN is in no list, so it fails.
//!
//! ## Parameters
//! `values`: the list, in the type of the column: numbers, `true` and `false`, texts, dates and timestamps
//! in quotes. A number that the column's type cannot hold is equal to no value. NULL is not allowed.
//! `case_sensitive` (default true): false compares texts in any letter case, by Unicode's simple folding.
//! `nulls`: `pass` (default), `fail`, `exclude`.
//!
//! ## Example
//! ```yaml
//! - {name: origins, rule_type: accepted_values, column: origin, parameters: {values: [EWR, JFK, LGA]}}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE NOT ("origin" IN ('EWR', 'JFK', 'LGA')))`; in any letter case it is a pattern.

use std::sync::Arc;

use super::value_list::{self, Fails};
use super::{Check, RuleType};
use crate::config::fields::RuleFields;

pub const RULE_TYPE: RuleType = RuleType {
    name: "accepted_values",
    semantics: 2,
    read,
};

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    value_list::read(rule, Fails::NotInList)
}

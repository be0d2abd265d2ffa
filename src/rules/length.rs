//! # length
//!
//! ## What it checks
//! Every text has a number of characters between two bounds, of which one is enough. Characters are Unicode scalar values: `é` as
//! one code point is one, as `e` and an accent two; most emojis are one.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). Empty text has length 0.
//!
//! ## Example
//! ```yaml
//! - {name: airport_code, rule_type: length, column: faa, parameters: {equals: 3}}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE length("faa") <> 3)`

use std::sync::Arc;

use data_validator_plugin::LogicalType;
use serde::Serialize;

use super::nulls::{self, Nulls};
use super::size::Size;
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, row_rule, typed_column};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Operator, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "length",
    about: "it has fewer or more characters",
    subject: Subject::Column,
    parameters: &[
        Key::optional("min", Kind::Count(u64::MAX), "The fewest characters."),
        Key::optional("max", Kind::Count(u64::MAX), "The most characters."),
        Key::optional("equals", Kind::Count(u64::MAX), "Exactly so many characters, in place of the others."),
        nulls::KEY,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct Length {
    column: String,
    size: Size,
    nulls: Nulls,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let nulls = Nulls::read(&mut rule.parameters);
    let size = Size::read(&mut rule.parameters, "characters")?;
    Some(Arc::new(Length {
        column: column?,
        size,
        nulls,
    }))
}

impl Check for Length {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = typed_column(facts.schema, &self.column, &LogicalType::Text, "a length")?;
        let is = |operator, characters| Condition::Length {
            column: column.name.clone(),
            operator,
            characters,
        };
        let failed = match self.size {
            Size::Equals(characters) => vec![is(Operator::NotEqual, characters)],
            Size::Between { min, max } => {
                let short = min.map(|min| is(Operator::Less, min));
                let long = max.map(|max| is(Operator::Greater, max));
                short.into_iter().chain(long).collect()
            }
        };
        Ok(row_rule::questions(&column.name, Condition::any(failed)))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }
}

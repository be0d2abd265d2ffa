//! # length
//!
//! ## What it checks
//! Every text has a number of characters between two bounds. Characters are Unicode scalar values: `é` as
//! one code point is one, as `e` and an accent two; most emojis are one.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). Empty text has length 0.
//!
//! ## Parameters
//! `min`, `max`: the fewest and the most characters; or `equals`: exactly so many.
//! `nulls`: `pass` (default), `fail`, `exclude`.
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

use super::nulls::Nulls;
use super::size::Size;
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, row_rule, typed_column};
use crate::config::fields::RuleFields;
use crate::plan::question::{Condition, Operator, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "length",
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

//! A list of values that a column's values are in or not.

use std::sync::Arc;

use data_validator_plugin::{Column, LogicalType};
use serde::Serialize;

use super::constant::{self, Constant};
use super::nulls::Nulls;
use super::{Answers, Check, Counts, Facts, RuleError, column, row_rule};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Question};
use crate::plan::regex::{Extent, Pattern};

/// Texts whose letter case does not count go into patterns of about so many characters, which every engine
/// compiles soon.
const CHARACTERS_A_PATTERN: usize = 1000;

pub const VALUES: Key = Key::required(
    "values",
    Kind::Constants,
    "The list, in the type of the column: numbers, `true` and `false`, texts, dates and timestamps in quotes. A number \
     that the column's type cannot hold is equal to no value. NULL is not allowed.",
);

pub const CASE_SENSITIVE: Key = Key::optional(
    "case_sensitive",
    Kind::Boolean,
    "Whether texts of other letter case are others; if not, they are compared by Unicode's simple folding.",
)
.or("true");

/// A rule about a list.
#[derive(Debug, Serialize)]
pub struct ValueList {
    column: String,
    values: Vec<Constant>,
    case_sensitive: bool,
    nulls: Nulls,
    fails: Fails,
    /// The texts of the list in any letter case.
    #[serde(skip)]
    patterns: Vec<Pattern>,
}

/// Which values fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fails {
    NotInList,
    InList,
}

/// Reads a rule about a list.
pub fn read(rule: &mut RuleFields<'_>, fails: Fails) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let parameters = &mut rule.parameters;
    let nulls = Nulls::read(parameters);
    let case_sensitive = parameters.optional("case_sensitive").unwrap_or(true);
    let written: Vec<serde_yaml::Value> = parameters.required("values")?;
    if written.is_empty() {
        parameters.refuse("values", "'values' is empty", "name at least one value");
        return None;
    }
    let mut values = Vec::new();
    for value in &written {
        let Some(constant) = Constant::of(value) else {
            let (message, hint) = match value {
                serde_yaml::Value::Null => (
                    "'values' has a NULL, which no value equals",
                    "remove it; 'nulls' and rule type 'completeness' say what a missing value means",
                ),
                _ => (
                    "'values' has an item that is neither a finite number, text, true nor false",
                    constant::NUMBER_FORM,
                ),
            };
            parameters.refuse("values", message, hint);
            return None;
        };
        values.push(constant);
    }
    let patterns = match case_sensitive {
        true => Ok(Vec::new()),
        false => in_any_case(&values),
    };
    match patterns {
        Ok(patterns) => Some(Arc::new(ValueList {
            column: column?,
            values,
            case_sensitive,
            nulls,
            fails,
            patterns,
        })),
        Err(message) => {
            let hint = "set 'case_sensitive: true', or list texts alone";
            parameters.refuse("values", &message, hint);
            None
        }
    }
}

/// Patterns that match the texts in any letter case, by the simple folding of Unicode, which is the same on
/// every engine as their own functions are not.
fn in_any_case(values: &[Constant]) -> Result<Vec<Pattern>, String> {
    let mut groups: Vec<String> = Vec::new();
    for value in values {
        let Constant::Text(text) = value else {
            return Err(format!("{value} is no text, so it has no letter case"));
        };
        let escaped = regex_syntax::escape(text);
        match groups.last_mut() {
            Some(group) if group.len() + escaped.len() <= CHARACTERS_A_PATTERN => {
                group.push('|');
                group.push_str(&escaped);
            }
            _ => groups.push(escaped),
        }
    }
    groups
        .iter()
        .map(|group| {
            Pattern::parse(&format!("(?i:{group})"))
                .map_err(|error| format!("a value cannot be compared in any letter case: {error}"))
        })
        .collect()
}

impl ValueList {
    /// TRUE for a value of the list.
    fn is_in_list(&self, column: &Column) -> Result<Condition, RuleError> {
        if !self.case_sensitive {
            if column.logical_type != LogicalType::Text {
                return Err(RuleError::Unfit(format!(
                    "'case_sensitive' is for texts, but column '{}' is {}; remove it",
                    column.name, column.logical_type
                )));
            }
            let matches = |pattern: &Pattern| Condition::Matches {
                column: column.name.clone(),
                pattern: pattern.clone(),
                extent: Extent::Full,
            };
            return Ok(Condition::any(self.patterns.iter().map(matches).collect()));
        }
        let literals = self.values.iter().map(|value| value.in_type_of(column));
        let literals: Vec<_> = literals.collect::<Result<_, _>>()?;
        let literals: Vec<_> = literals.into_iter().flatten().collect();
        Ok(match literals.is_empty() {
            true => Condition::Never,
            false => Condition::IsOneOf {
                column: column.name.clone(),
                literals,
            },
        })
    }
}

impl Check for ValueList {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = column(facts.schema, &self.column)?;
        let is_in_list = self.is_in_list(column)?;
        let failed = match (self.fails, is_in_list) {
            (Fails::InList, condition) => condition,
            // No value of the column's type can be in the list, so each one fails.
            (Fails::NotInList, Condition::Never) => {
                Condition::IsNull(column.name.clone()).negated()
            }
            (Fails::NotInList, condition) => condition.negated(),
        };
        Ok(row_rule::questions(&column.name, failed))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }
}

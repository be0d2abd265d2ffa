//! # pattern
//!
//! ## What it checks
//! Every text contains a match of a regular expression.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). Empty text is a value.
//!
//! ## Example
//! ```yaml
//! - {name: carriers, rule_type: pattern, column: carrier, parameters: {pattern: "^[A-Z0-9]{2}$"}}
//! ```
//!
//! ## SQL
//! `count(*) FILTER (WHERE NOT regexp_matches("carrier", '^[A-Z0-9]{2}$'))` on DuckDB.

use std::sync::Arc;

use data_validator_plugin::LogicalType;
use serde::Serialize;

use super::nulls::{self, Nulls};
use super::row_rule;
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, typed_column};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Question};
use crate::plan::regex::{Extent, Pattern as PortablePattern};

pub const RULE_TYPE: RuleType = RuleType {
    name: "pattern",
    about: "the text has no match",
    subject: Subject::Column,
    parameters: &[
        Key::required("pattern", Kind::Text, "A regular expression in the portable subset, which means the same on every engine: no look-around, no back-references, counted repeats up to 255; `\\d`, `\\w`, `\\s` and `\\b` are ASCII."),
        Key::optional("match", Kind::one_of::<Match>(), "`search` finds the pattern anywhere, `full` asks that all of the text matches.").or("search"),
        Key::optional("negate", Kind::Boolean, "Whether a match fails, and not its absence.").or("false"),
        Key::optional("native", Kind::Boolean, "Whether the pattern is the engine's own; what it means is then up to the engine.").or("false"),
        nulls::KEY,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct Pattern {
    column: String,
    #[serde(rename = "pattern")]
    matches: Matches,
    negate: bool,
    nulls: Nulls,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Matches {
    Portable(PortablePattern, Extent),
    Native(String),
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Match {
    #[default]
    Search,
    Full,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let parameters = &mut rule.parameters;
    let nulls = Nulls::read(parameters);
    let negate = parameters.optional("negate").unwrap_or_default();
    let native: bool = parameters.optional("native").unwrap_or_default();
    let extent = parameters.optional::<Match>("match");
    let text: String = parameters.required("pattern")?;
    let matches = if native {
        if extent.is_some() {
            parameters.refuse(
                "match",
                "'match' does not apply to a native pattern",
                "anchor the pattern itself",
            );
        }
        Matches::Native(text)
    } else {
        let extent = match extent.unwrap_or_default() {
            Match::Search => Extent::Search,
            Match::Full => Extent::Full,
        };
        match PortablePattern::parse(&text) {
            Ok(pattern) => Matches::Portable(pattern, extent),
            Err(error) => {
                let hint = error.hint.unwrap_or_else(|| {
                    "write it in the portable subset, or set 'native: true'".into()
                });
                parameters.refuse(
                    "pattern",
                    &format!("the pattern '{text}' is refused: {}", error.message),
                    &hint,
                );
                return None;
            }
        }
    };
    Some(Arc::new(Pattern {
        column: column?,
        matches,
        negate,
        nulls,
    }))
}

impl Check for Pattern {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let column = typed_column(facts.schema, &self.column, &LogicalType::Text, "a pattern")?;
        let name = column.name.clone();
        let matches = match &self.matches {
            Matches::Portable(pattern, extent) => Condition::Matches {
                column: name.clone(),
                pattern: pattern.clone(),
                extent: *extent,
            },
            Matches::Native(pattern) => Condition::MatchesNative {
                column: name.clone(),
                pattern: pattern.clone(),
            },
        };
        Ok(row_rule::questions(
            &name,
            if self.negate {
                matches
            } else {
                matches.negated()
            },
        ))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }
}

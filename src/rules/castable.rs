//! # castable
//!
//! ## What it checks
//! Every text parses as a type. What parses is fixed here and the same on every engine; no engine's cast
//! is asked. White space around a value and separators between digits are not allowed. A column that has the
//! type already passes.
//!
//! ## NULL and NaN
//! NULL is missing and does not fail (`nulls` changes that). Empty text fails.
//!
//! ## Example
//! ```yaml
//! - {name: year_is_a_number, rule_type: castable, column: year, parameters: {type: integer}}
//! ```
//!
//! ## SQL
//! As rule type `pattern` with `match: full`; the range of integers is part of the pattern.

use std::sync::Arc;

use data_validator_plugin::LogicalType;
use serde::Serialize;

use super::nulls::{self, Nulls};
use super::{
    Answers, Check, Counts, Facts, RuleError, RuleType, Subject, column, row_rule, text_forms, typed_column,
};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::config::logical_type;
use crate::plan::question::{Condition, Question};
use crate::plan::regex::{Extent, Pattern};

pub const RULE_TYPE: RuleType = RuleType {
    name: "castable",
    about: "the text does not parse as the type",
    subject: Subject::Column,
    parameters: &[
        Key::required("type", Kind::ColumnType, "The type, and what parses as it:\n\n\
         - `integer`: digits with a sign or without, from -2^63 to 2^63 - 1; leading zeros do not count.\n\
         - `decimal(PRECISION,SCALE)`: digits with a sign, a point, or without; at most PRECISION - SCALE of them before and SCALE behind the point, where leading and trailing zeros do not count. No exponent.\n\
         - `double`: as a decimal of any length, with an exponent or without; or `NaN`, `inf`, `Infinity` in any letter case. A number that is too large for a double is taken for infinity, as IEEE 754 rounds it.\n\
         - `boolean`: `true` or `false` in any letter case.\n\
         - `date`: `YYYY-MM-DD` in the calendar of the years 1 to 9999.\n\
         - `timestamp`: a date, alone or followed by `T` or a space and `HH:MM`, `HH:MM:SS` or `HH:MM:SS.ffffff`.\n\
         - `timestamptz`: as a timestamp; seconds may be followed by `Z`, `±HH` or `±HH:MM`, less than 16 hours."),
        nulls::KEY,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct Castable {
    column: String,
    #[serde(rename = "type")]
    wanted: LogicalType,
    nulls: Nulls,
    #[serde(skip)]
    pattern: Pattern,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let column = rule.column();
    let nulls = Nulls::read(&mut rule.parameters);
    let name: String = rule.parameters.required("type")?;
    let refused = match logical_type::parse(&name) {
        None => logical_type::unknown(&name),
        Some(wanted) => match text_of(&wanted).map(|text| Pattern::parse(&text)) {
            Some(Ok(pattern)) => {
                return Some(Arc::new(Castable {
                    column: column?,
                    wanted,
                    nulls,
                    pattern,
                }));
            }
            Some(Err(error)) => (
                format!("the pattern of type '{name}' is refused: {error}"),
                "report it as a defect".to_owned(),
            ),
            None => (
                format!("every text is a {name}"),
                "name another type, or write a rule of type completeness".to_owned(),
            ),
        },
    };
    rule.parameters.refuse("type", &refused.0, &refused.1);
    None
}

/// The pattern of the texts that parse as a type.
fn text_of(wanted: &LogicalType) -> Option<String> {
    Some(match wanted {
        LogicalType::Integer => text_forms::integer(),
        LogicalType::Decimal { precision, scale } => text_forms::decimal(*precision, *scale),
        LogicalType::Double => text_forms::DOUBLE.to_owned(),
        LogicalType::Boolean => text_forms::BOOLEAN.to_owned(),
        LogicalType::Date => text_forms::DATE.to_owned(),
        LogicalType::Timestamp => text_forms::timestamp(),
        LogicalType::TimestampTz => text_forms::timestamp_with_zone(),
        _ => return None,
    })
}

impl Check for Castable {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let found = &column(facts.schema, &self.column)?.logical_type;
        if logical_type::is_of(found, &self.wanted) {
            return Ok(row_rule::questions(&self.column, Condition::Never));
        }
        let column = typed_column(facts.schema, &self.column, &LogicalType::Text, "a cast")?;
        let parses = Condition::Matches {
            column: column.name.clone(),
            pattern: self.pattern.clone(),
            extent: Extent::Full,
        };
        Ok(row_rule::questions(&column.name, parses.negated()))
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }
}

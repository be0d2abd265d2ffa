//! # row_count
//!
//! ## What it checks
//! The table has so many rows in scope. It judges the table as a whole: one record, which passes or fails.
//!
//! ## NULL and NaN
//! A row is a row, whatever is in it. No row at all is a count of 0, and is judged as such.
//!
//! ## Example
//! ```yaml
//! - {name: loaded, rule_type: row_count, parameters: {min: 1000}}
//! ```
//!
//! ## SQL
//! `count(*)`

use std::sync::Arc;

use bigdecimal::BigDecimal;
use serde::Serialize;

use super::number::{Interval, Number};
use super::size::Size;
use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, table_rule};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::plan::question::{Condition, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "row_count",
    about: "the table has fewer or more rows",
    subject: Subject::Table,
    parameters: &[
        Key::optional("min", Kind::Count(u64::MAX), "The fewest rows."),
        Key::optional("max", Kind::Count(u64::MAX), "The most rows."),
        Key::optional("equals", Kind::Count(u64::MAX), "Exactly so many rows, in place of the others."),
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct RowCount {
    size: Size,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let size = Size::read(&mut rule.parameters, "rows")?;
    Some(Arc::new(RowCount { size }))
}

impl Check for RowCount {
    fn questions(&self, _facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        Ok(vec![Question::rows(Condition::Always)])
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let rows = answers.count(0);
        let number = Number::Exact(BigDecimal::from(rows));
        let (min, max) = self.size.bounds();
        let interval = Interval {
            min: min.map(BigDecimal::from),
            max: max.map(BigDecimal::from),
        };
        Ok(table_rule::judge(
            "the number of rows",
            &number,
            &interval,
            rows.into(),
            &Number::to_string,
        ))
    }

    fn judges_table(&self) -> bool {
        true
    }
}

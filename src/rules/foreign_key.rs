//! # foreign_key
//!
//! ## What it checks
//! Every key leads to a row of another table: a record is failed when no row there has its key. Each column has
//! the type of its partner; whole and decimal numbers go together, and are equal by value.
//!
//! ## NULL and NaN
//! A record with a NULL in any column of its key is missing and does not fail (`nulls` changes that). A
//! referenced key with a NULL in it is nobody's. Columns that can be NaN are no keys, and an error.
//!
//! ## Example
//! ```yaml
//! - name: known_plane
//!   rule_type: foreign_key
//!   column: tailnum
//!   parameters: {references: {table: planes, columns: [tailnum]}}
//! ```
//!
//! ## SQL
//! The keys `LEFT JOIN (SELECT DISTINCT …)`, counted where there is no partner.

use std::sync::Arc;

use data_validator_plugin::Column;
use serde::Serialize;

use super::nulls::{self, Nulls};
use super::{
    Answers, Check, Counts, Facts, Other, Reference, RuleError, RuleType, Subject, column, reading, reference,
    row_rule,
};
use crate::config::fields::RuleFields;
use crate::plan::question::{Condition, Count, Parent, ParentColumn, Question};

pub const RULE_TYPE: RuleType = RuleType {
    name: "foreign_key",
    about: "no row of the other table has its key",
    subject: Subject::Columns,
    parameters: &[
        reference::REFERENCES,
        nulls::KEY,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct ForeignKey {
    columns: Vec<String>,
    references: Reference,
    nulls: Nulls,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let columns = rule.columns();
    let nulls = Nulls::read(&mut rule.parameters);
    let references = Reference::read(&mut rule.parameters, "references");
    let (columns, references) = (columns?, references?);
    if columns.len() != references.columns.len() {
        let message = format!(
            "columns of the key: {}, of the reference: {}",
            columns.len(),
            references.columns.len()
        );
        rule.parameters
            .refuse("references", &message, "name a partner for each column");
        return None;
    }
    Some(Arc::new(ForeignKey {
        columns,
        references,
        nulls,
    }))
}

/// The two columns as parts of a key.
fn partner(child: &Column, parent: &Column, table: &str) -> Result<ParentColumn, RuleError> {
    let (one, other) = (&child.logical_type, &parent.logical_type);
    if let Some((partner_as, read_as)) = reading::of_one_kind(one, other) {
        return Ok(ParentColumn {
            name: parent.name.clone(),
            read_as,
            partner_as,
        });
    }
    Err(RuleError::Unfit(format!(
        "column '{}' of type {one} and column '{}' of table '{table}' of type {other} are no partners of a key; \
         both must be whole or decimal numbers, or of one other type that has no NaN",
        child.name, parent.name
    )))
}

impl Check for ForeignKey {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let table = &self.references.table;
        let parent = facts.other.ok_or_else(|| {
            RuleError::Unfit(format!("the referenced table '{table}' is not there"))
        })?;
        let pairs = self.columns.iter().zip(&self.references.columns);
        let partners = pairs.map(|(name, referenced)| {
            let child = column(facts.schema, name)?;
            let found = column(&parent.schema, referenced).map_err(|error| {
                RuleError::Unfit(format!("the referenced table '{table}': {error}"))
            })?;
            partner(child, found, table)
        });
        let partners = partners.collect::<Result<Vec<_>, _>>()?;
        let missing = self.columns.iter().cloned().map(Condition::IsNull);
        Ok(vec![
            Question::rows(Condition::any(missing.collect())),
            Question::new(Count::Orphans {
                columns: self.columns.clone(),
                parent: Parent {
                    relation: parent.relation.clone(),
                    columns: partners,
                },
            }),
        ])
    }

    fn judge(&self, _facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Ok(row_rule::judge(self.nulls, answers))
    }

    fn other(&self) -> Option<&Other> {
        Some(&self.references.other)
    }
}

//! # schema
//!
//! ## What it checks
//! The table has the columns it should have, by its metadata alone: no row is read. It judges the table as
//! a whole: one record, which passes or fails; `observed` is the number of differences.
//!
//! ## NULL and NaN
//! Values are not looked at; whether a column may hold NULL is a matter of completeness.
//!
//! ## Example
//! ```yaml
//! - name: columns
//!   rule_type: schema
//!   parameters: {columns: [{name: faa, type: text}, {name: lat, type: double}], extra_columns: fail}
//! ```
//!
//! ## SQL
//! None: the engine describes the relation.

use std::collections::BTreeSet;
use std::sync::Arc;

use data_validator_plugin::{LogicalType, Schema as Found};
use serde::{Deserialize, Serialize};

use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, table_rule};
use crate::config::fields::{Fields, RuleFields};
use crate::config::key::{Key, Kind};
use crate::config::logical_type;
use crate::plan::question::Question;

pub const RULE_TYPE: RuleType = RuleType {
    name: "schema",
    about: "the table has other columns",
    subject: Subject::Table,
    parameters: &[
        Key::required("columns", Kind::Mappings(COLUMN), "The columns; names are compared exactly."),
        Key::optional("extra_columns", Kind::one_of::<ExtraColumns>(), "Whether the table may have other columns too.").or("allow"),
        Key::optional("ordered", Kind::Boolean, "Whether the columns stand in the order of the list.").or("false"),
    ],
    semantics: 2,
    read,
};

const COLUMN: &[Key] = &[
    Key::required("name", Kind::Text, "The name of the column."),
    Key::optional(
        "type",
        Kind::ColumnType,
        "What its values are, and not how an engine stores them: an `integer` is of any width, or a decimal \
         without digits behind the point, and a `double` also one of 32 bits.",
    ),
    Key::later("nullable", "whether a column may hold NULL"),
];

#[derive(Debug, Serialize)]
struct Schema {
    columns: Vec<Wanted>,
    extra_columns: ExtraColumns,
    ordered: bool,
}

#[derive(Debug, Serialize)]
struct Wanted {
    name: String,
    #[serde(rename = "type")]
    logical_type: Option<LogicalType>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExtraColumns {
    #[default]
    Allow,
    Fail,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let parameters = &mut rule.parameters;
    let extra_columns = parameters.optional("extra_columns").unwrap_or_default();
    let ordered = parameters.optional("ordered").unwrap_or_default();
    if !parameters.was_given("columns") {
        parameters.required::<serde_yaml::Value>("columns");
        return None;
    }
    let written = parameters.mappings("columns")?;
    let columns: Vec<Option<Wanted>> = written.into_iter().map(read_column).collect();
    let columns: Vec<Wanted> = columns.into_iter().collect::<Option<_>>()?;
    let mut seen = BTreeSet::new();
    let duplicate = columns.iter().find(|column| !seen.insert(&column.name));
    if let Some(column) = duplicate {
        let message = format!("column '{}' is named twice", column.name);
        parameters.refuse("columns", &message, "name it once");
        return None;
    }
    if columns.is_empty() {
        parameters.refuse("columns", "'columns' is empty", "name at least one column");
        return None;
    }
    Some(Arc::new(Schema {
        columns,
        extra_columns,
        ordered,
    }))
}

fn read_column(mut fields: Fields<'_>) -> Option<Wanted> {
    let name = fields.required("name");
    let written: Option<String> = fields.optional("type");
    let logical_type = written.as_deref().map(|text| {
        let parsed = logical_type::parse(text);
        if parsed.is_none() {
            let (message, hint) = logical_type::unknown(text);
            fields.refuse("type", &message, &hint);
        }
        parsed
    });
    fields.finish();
    Some(Wanted {
        name: name?,
        logical_type: match logical_type {
            None => None,
            Some(parsed) => Some(parsed?),
        },
    })
}

impl Schema {
    /// What is otherwise than it should be, in words.
    fn differences(&self, found: &Found) -> Vec<String> {
        let mut differences = Vec::new();
        for wanted in &self.columns {
            match (found.column(&wanted.name), &wanted.logical_type) {
                (None, _) => differences.push(format!("column '{}' is missing", wanted.name)),
                (Some(column), Some(wanted_type)) => {
                    if !logical_type::is_of(&column.logical_type, wanted_type) {
                        differences.push(format!(
                            "column '{}' is {} and not {wanted_type}",
                            wanted.name, column.logical_type
                        ));
                    }
                }
                (Some(_), None) => {}
            }
        }
        let is_wanted = |name: &str| self.columns.iter().any(|wanted| wanted.name == name);
        if self.extra_columns == ExtraColumns::Fail {
            for column in &found.columns {
                if !is_wanted(&column.name) {
                    differences.push(format!("column '{}' is extra", column.name));
                }
            }
        }
        if self.ordered {
            let is_there = |wanted: &&Wanted| found.column(&wanted.name).is_some();
            let wanted = self.columns.iter().filter(is_there);
            let there = found
                .columns
                .iter()
                .filter(|column| is_wanted(&column.name));
            if let Some((wanted, column)) = wanted
                .zip(there)
                .find(|(one, other)| one.name != other.name)
            {
                differences.push(format!(
                    "column '{}' stands where '{}' should",
                    column.name, wanted.name
                ));
            }
        }
        differences
    }
}

impl Check for Schema {
    fn questions(&self, _facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        Ok(Vec::new())
    }

    fn judge(&self, facts: &Facts<'_>, _answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let differences = self.differences(facts.schema);
        let observed = Some(differences.len().into());
        let finding = (!differences.is_empty()).then(|| differences.join("; "));
        Ok(table_rule::counts(observed, finding))
    }

    fn judges_table(&self) -> bool {
        true
    }
}

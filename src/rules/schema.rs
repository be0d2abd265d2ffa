//! # schema
//!
//! ## What it checks
//! The table has the columns it should have, by its metadata: rows are read for `nullable: false` alone. It
//! judges the table as a whole: one record, which passes or fails; `observed` is the number of differences.
//!
//! ## NULL and NaN
//! A column with `nullable: false` differs when it holds NULL in a row in scope, whatever it is declared as:
//! engines do not tell that alike, and files often not at all. Other values are not looked at.
//!
//! ## Example
//! ```yaml
//! - name: columns
//!   rule_type: schema
//!   parameters: {columns: [{name: faa, type: text}, {name: lat, type: double}], extra_columns: fail}
//! ```
//!
//! ## SQL
//! None: the engine describes the relation. `count(*) FILTER (WHERE "faa" IS NULL)` for `nullable: false`.

use std::collections::BTreeSet;
use std::sync::Arc;

use data_validator_plugin::{LogicalType, Schema as Found};
use serde::{Deserialize, Serialize};

use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject, table_rule};
use crate::config::fields::{Fields, RuleFields};
use crate::config::key::{Key, Kind};
use crate::config::logical_type;
use crate::plan::question::{Condition, Question};

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
    Key::optional("nullable", Kind::Boolean, "Whether it may hold NULL.").or("true"),
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
    #[serde(skip_serializing_if = "Nullable::is_default")]
    nullable: Nullable,
}

/// Whether a column may hold NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Nullable(bool);

impl Default for Nullable {
    fn default() -> Self {
        Self(true)
    }
}

impl Nullable {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
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
    let nullable = fields.optional("nullable").map(Nullable);
    fields.finish();
    Some(Wanted {
        name: name?,
        nullable: nullable.unwrap_or_default(),
        logical_type: match logical_type {
            None => None,
            Some(parsed) => Some(parsed?),
        },
    })
}

impl Schema {
    /// The columns that are there and may not hold NULL.
    fn without_null<'s>(&'s self, found: &Found) -> impl Iterator<Item = &'s str> {
        let wanted = self.columns.iter().filter(|wanted| !wanted.nullable.0);
        let names = wanted.map(|wanted| wanted.name.as_str());
        names.filter(|name| found.column(name).is_some())
    }

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
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let columns = self.without_null(facts.schema);
        let is_null = columns.map(|column| Condition::IsNull(column.to_owned()));
        Ok(is_null.map(Question::rows).collect())
    }

    fn judge(&self, facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let mut differences = self.differences(facts.schema);
        for (question, column) in self.without_null(facts.schema).enumerate() {
            match answers.count(question) {
                0 => {}
                count => differences.push(format!("NULLs in column '{column}': {count}")),
            }
        }
        let observed = Some(differences.len().into());
        let finding = (!differences.is_empty()).then(|| differences.join("; "));
        Ok(table_rule::counts(observed, finding))
    }

    fn judges_table(&self) -> bool {
        true
    }
}

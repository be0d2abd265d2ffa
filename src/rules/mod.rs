//! Rule types: what each asks about the data and how it judges the answers.
//!
//! A rule type is one file here and one line in the table below. It reads its parameters
//! ([`RuleType::read`]), asks questions about a table and turns the answers into counts
//! ([`Check`]). Whether the counts pass is decided in [`crate::run::verdict`], alike for all types.

use std::fmt;
use std::sync::Arc;

use data_validator_plugin::{Column, LogicalType, Schema};
use jiff::Timestamp;
use serde_json::Map;

use crate::config::fields::RuleFields;
use crate::config::key::Key;
use crate::plan::ability::Ability;
use crate::plan::other_rows::OtherRows;
use crate::plan::question::Question;
use crate::plan::value::Value;
use crate::similar::similar;

mod bound;
mod bounds;
mod calendar;
mod constant;
mod databricks;
mod function;
mod moment;
mod nulls;
mod number;
mod other;
mod quantile;
mod reading;
mod reference;
mod row_rule;
mod size;
mod subject;
mod table_rule;
mod text_forms;
mod value_list;

pub use other::{Other, Place};
pub use reference::Reference;
pub use subject::Subject;

/// Declares the modules of the rule types and the table that names them.
macro_rules! rule_types {
    ($($module:ident,)*) => {
        $(pub mod $module;)*

        /// All rule types, in the order of the documentation.
        pub const RULE_TYPES: &[RuleType] = &[$($module::RULE_TYPE,)*];
    };
}

rule_types! {
    completeness,
    uniqueness,
    primary_key,
    range,
    pattern,
    custom,
    accepted_values,
    rejected_values,
    length,
    format,
    castable,
    comparison,
    not_in_future,
    freshness,
    row_count,
    aggregate,
    foreign_key,
    schema,
    reconcile,
}

/// One rule type as the table lists it.
pub struct RuleType {
    /// The word in a config's `rule_type`.
    pub name: &'static str,
    /// When a record fails, or the table as a whole.
    pub about: &'static str,
    pub subject: Subject,
    /// What can stand under `parameters`; no other key is read.
    pub parameters: &'static [Key],
    /// Raised when the same rule on the same data gives other counts than before: recorded results
    /// are then not taken over.
    pub semantics: u32,
    /// Reads columns and parameters; on an error it leaves a diagnostic and gives `None`.
    pub read: fn(&mut RuleFields<'_>) -> Option<Arc<dyn Check>>,
}

/// What a rule checks, ready to run.
///
/// Its fields as they are serialised, columns and parameters after defaults, are what a result depends on:
/// a recorded one is taken over only where they are equal.
pub trait Check: erased_serde::Serialize + fmt::Debug + Send + Sync {
    /// What is asked about a table of which these facts are known, in a fixed order.
    ///
    /// # Errors
    /// When the rule does not fit the table: a column is missing or has an unsuitable type.
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError>;

    /// Turns the answers, in the order of the questions, into counts.
    ///
    /// A rule that judges rows finds as many failed records in a table as it finds in its rows one by one: that
    /// tells which rows they are ([`crate::plan::failing`]).
    ///
    /// # Errors
    /// When an answer makes no sense, such as more failed records than there are rows.
    fn judge(&self, facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError>;

    /// Whether something else than its rows is judged, such as the table as a whole, so that nobody counts them.
    fn judges_table(&self) -> bool {
        false
    }

    /// The other relation that the rule reads.
    fn other(&self) -> Option<&Other> {
        None
    }

    /// Why a result cannot be taken over into a new run although rule and data are unchanged.
    fn not_reusable(&self) -> Option<&'static str> {
        None
    }

    /// What a reader wants to know once something failed; it costs another scan.
    fn details(&self) -> Vec<Detail> {
        Vec::new()
    }
}

erased_serde::serialize_trait_object!(Check);

/// What is known of a table before a row is read.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub schema: &'a Schema,
    /// The moment that counts as now.
    pub now: Timestamp,
    /// What [`Check::other`] names, once it is found.
    pub other: Option<&'a Arc<OtherRows>>,
}

/// The answers to a rule's questions, in their order.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// Rows in scope; 1 for a rule about the table as a whole.
    pub total: u64,
    pub values: &'a [&'a Value],
}

impl Answers<'_> {
    /// The answer to a question for a count.
    pub fn count(&self, question: usize) -> u64 {
        self.values.get(question).map_or(0, |value| value.count())
    }

    /// The answer to a question for a value.
    pub fn value(&self, question: usize) -> &Value {
        self.values
            .get(question)
            .copied()
            .unwrap_or(&Value::Missing)
    }
}

/// A further question, whose answer goes into the result's metadata under this name.
#[derive(Debug)]
pub struct Detail {
    pub name: &'static str,
    pub question: Question,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Records; 1 where the table as a whole is judged.
    pub total: u64,
    /// Records that fail the rule.
    pub failed: u64,
    /// Records without a value to judge.
    pub missing: u64,
    /// Records that the success rate leaves out.
    pub excluded: u64,
    /// What was measured on the table as a whole: a number, or text for what JSON has no exact number for.
    pub observed: Option<serde_json::Value>,
    /// In words, what failed, where the number of failed records does not say enough.
    pub finding: Option<String>,
    /// What else a reader wants to know, by name.
    pub metadata: Map<String, serde_json::Value>,
}

/// Why a rule could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("column '{column}' does not exist; {}", advice(.similar))]
    UnknownColumn {
        column: String,
        similar: Vec<String>,
    },
    #[error("the engine {0}; {advice}", advice = without(*.0))]
    Lacks(Ability),
    #[error(
        "Databricks alone judges rules of this type; remove it, or keep it for the Python package"
    )]
    OnDatabricksAlone,
    #[error(
        "column '{column}' is of the type {logical_type}, which cannot be carried to the engine '{engine}'; \
         read the table with the engine '{reader}', which reads the files itself"
    )]
    LeftBehind {
        column: String,
        logical_type: LogicalType,
        engine: String,
        reader: String,
    },
    #[error("{0}")]
    Unfit(String),
    #[error("{0}")]
    BadAnswer(String),
}

impl RuleError {
    /// Whether the rule may be right, and what judges it lacks something.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Lacks(_) | Self::OnDatabricksAlone)
    }
}

/// All that a config can name, those too that are not judged here.
pub fn known() -> impl Iterator<Item = &'static RuleType> {
    RULE_TYPES.iter().chain(databricks::RULE_TYPES)
}

/// The rule type of that name, also of one that is not judged here.
pub fn rule_type(name: &str) -> Option<&'static RuleType> {
    known().find(|rule_type| rule_type.name == name)
}

/// The names of all rule types.
pub fn names() -> impl Iterator<Item = &'static str> {
    RULE_TYPES.iter().map(|rule_type| rule_type.name)
}

/// The column of that name, or an error that names the near ones.
fn column<'s>(schema: &'s Schema, name: &str) -> Result<&'s Column, RuleError> {
    schema.column(name).ok_or_else(|| RuleError::UnknownColumn {
        column: name.to_owned(),
        similar: similar(
            name,
            schema.columns.iter().map(|column| column.name.as_str()),
        ),
    })
}

/// As [`column`], where a rule judges values of one type alone; `what` is what it makes of them.
fn typed_column<'s>(
    schema: &'s Schema,
    name: &str,
    wanted: &LogicalType,
    what: &str,
) -> Result<&'s Column, RuleError> {
    let column = column(schema, name)?;
    if column.logical_type == *wanted {
        return Ok(column);
    }
    Err(RuleError::Unfit(format!(
        "{what} needs {wanted}, but column '{}' is {}; a custom rule can cast it",
        column.name, column.logical_type
    )))
}

/// What to do without an ability.
fn without(ability: Ability) -> &'static str {
    match ability {
        Ability::Patterns => "write the rule without one, or read the table with another engine",
        _ => "read the table with another engine, or write a custom rule",
    }
}

fn advice(similar: &[String]) -> String {
    if similar.is_empty() {
        "see the table's columns for the right name".to_owned()
    } else {
        format!(
            "did you mean {}?",
            similar
                .iter()
                .map(|name| format!("'{name}'"))
                .collect::<Vec<_>>()
                .join(" or ")
        )
    }
}

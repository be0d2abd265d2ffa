//! Rule types: what each asks about the data and how it judges the answers.
//!
//! A rule type is one file here and one line in the table below. It reads its parameters
//! ([`RuleType::read`]), asks questions about a table and turns the answers into counts
//! ([`Check`]). Whether the counts pass is decided in [`crate::run::verdict`], alike for all types.

use std::fmt;
use std::sync::Arc;

use data_validator_plugin::{Column, Schema};

use crate::config::fields::RuleFields;
use crate::plan::question::Question;
use crate::similar::similar;

mod bound;
mod nulls;

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
    range,
    pattern,
    custom,
}

/// One rule type as the table lists it.
pub struct RuleType {
    /// The word in a config's `rule_type`.
    pub name: &'static str,
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
    /// What must be counted about a table with these columns, in a fixed order.
    ///
    /// # Errors
    /// When the rule does not fit the table: a column is missing or has an unsuitable type.
    fn questions(&self, schema: &Schema) -> Result<Vec<Question>, RuleError>;

    /// Turns the answers, in the order of the questions, into counts.
    ///
    /// `total` is the number of rows in scope. A rule that judges rows finds as many failed records in a table as
    /// it finds in its rows one by one: that tells which rows they are ([`crate::plan::failing`]).
    ///
    /// # Errors
    /// When an answer makes no sense, such as more failed records than there are rows.
    fn judge(&self, total: u64, answers: &[u64]) -> Result<Counts, RuleError>;

    /// Whether the table as a whole is the one record that is judged, so that nobody counts its rows.
    fn judges_table(&self) -> bool {
        false
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

/// A further question, whose answer goes into the result's metadata under this name.
#[derive(Debug)]
pub struct Detail {
    pub name: &'static str,
    pub question: Question,
}

/// What a check found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that fail the rule.
    pub failed: u64,
    /// Records without a value to judge.
    pub missing: u64,
    /// Records that the success rate leaves out.
    pub excluded: u64,
}

/// Why a rule could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("column '{column}' does not exist; {}", advice(.similar))]
    UnknownColumn {
        column: String,
        similar: Vec<String>,
    },
    #[error(
        "the engine has no patterns; write the rule without one, or read the table with another engine"
    )]
    NoPatterns,
    #[error("{0}")]
    Unfit(String),
    #[error("{0}")]
    BadAnswer(String),
}

/// The rule type of that name.
pub fn rule_type(name: &str) -> Option<&'static RuleType> {
    RULE_TYPES.iter().find(|rule_type| rule_type.name == name)
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

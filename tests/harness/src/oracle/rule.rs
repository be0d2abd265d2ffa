//! A rule as data; serialised, it reads like the rule of a config.

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::castable::Castable;
use super::comparison::Comparison;
use super::completeness::Completeness;
use super::counts::{Counts, Unjudged};
use super::custom::Custom;
use super::expression::Expression;
use super::foreign_key::ForeignKey;
use super::format::Format;
use super::freshness::Freshness;
use super::length::Length;
use super::listed_values::ListedValues;
use super::not_in_future::NotInFuture;
use super::pattern::Pattern;
use super::primary_key::PrimaryKey;
use super::range::Range;
use super::reconcile::Reconcile;
use super::row_count::RowCount;
use super::schema::Schema;
use super::table::{Row, Table};
use super::uniqueness::Uniqueness;

/// One check with its limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    #[serde(flatten)]
    pub check: Check,
    /// Narrows the table's scope.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Expression>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_failed: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_threshold: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_empty: Option<OnEmpty>,
}

/// What becomes of a rule without any row in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnEmpty {
    Pass,
    Fail,
    Error,
}

/// What a rule checks: a variant for each rule type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule_type", rename_all = "snake_case")]
pub enum Check {
    Completeness(Completeness),
    Uniqueness(Uniqueness),
    Range(Range),
    Pattern(Pattern),
    Custom(Custom),
    PrimaryKey(PrimaryKey),
    AcceptedValues(ListedValues),
    RejectedValues(ListedValues),
    Length(Length),
    Comparison(Comparison),
    NotInFuture(NotInFuture),
    Freshness(Freshness),
    RowCount(RowCount),
    Aggregate(Aggregate),
    ForeignKey(ForeignKey),
    Format(Format),
    Castable(Castable),
    Schema(Schema),
    Reconcile(Reconcile),
}

impl Check {
    /// Judges the rows in scope one by one.
    ///
    /// # Errors
    /// When the rule does not fit the table.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        match self {
            Self::Completeness(check) => check.counts(table, rows),
            Self::Uniqueness(check) => check.counts(table, rows),
            Self::Range(check) => check.counts(table, rows),
            Self::Pattern(check) => check.counts(table, rows),
            Self::Custom(check) => Ok(check.counts(rows)),
            Self::PrimaryKey(check) => check.counts(table, rows),
            Self::AcceptedValues(check) => check.counts(table, rows, true),
            Self::RejectedValues(check) => check.counts(table, rows, false),
            Self::Length(check) => check.counts(table, rows),
            Self::Comparison(check) => check.counts(table, rows),
            Self::NotInFuture(check) => check.counts(table, rows),
            Self::Freshness(check) => check.counts(table, rows),
            Self::RowCount(check) => Ok(check.counts(rows)),
            Self::Aggregate(check) => check.counts(table, rows),
            Self::ForeignKey(check) => check.counts(table, rows),
            Self::Format(check) => check.counts(table, rows),
            Self::Castable(check) => check.counts(table, rows),
            Self::Schema(check) => Ok(check.counts(table, rows)),
            Self::Reconcile(check) => check.counts(table, rows),
        }
    }

    /// The columns that it reads.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Completeness(check) => texts(&check.columns),
            Self::Uniqueness(check) => texts(&check.columns),
            Self::Range(check) => vec![&check.column],
            Self::Pattern(check) => vec![&check.column],
            Self::Custom(check) => check.expression.columns(),
            Self::PrimaryKey(check) => texts(&check.columns),
            Self::AcceptedValues(check) | Self::RejectedValues(check) => vec![&check.column],
            Self::Length(check) => vec![&check.column],
            Self::Comparison(check) => vec![&check.column, &check.parameters.other_column],
            Self::NotInFuture(check) => vec![&check.column],
            Self::Freshness(check) => vec![&check.column],
            Self::RowCount(_) | Self::Schema(_) => Vec::new(),
            Self::Aggregate(check) => vec![&check.column],
            Self::ForeignKey(check) => {
                let referenced = texts(&check.parameters.references.columns);
                [texts(&check.columns), referenced].concat()
            }
            Self::Format(check) => vec![&check.column],
            Self::Castable(check) => vec![&check.column],
            Self::Reconcile(check) => check.columns(),
        }
    }
}

fn texts(columns: &[String]) -> Vec<&str> {
    columns.iter().map(String::as_str).collect()
}

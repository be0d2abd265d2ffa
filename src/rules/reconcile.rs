//! # reconcile
//!
//! ## What it checks
//! The table, the left side, has the same data as another relation, the right side, on the same engine or on
//! another one: after a migration, beside a copy, or before and after a transformation.
//!
//! - `mode: rows` (default): rows are put side by side by `keys`. Each key that either side has is a record. It
//!   fails when it is `missing_left` (no row of this table has it), `missing_right` (no row of the other side
//!   has it), `repeated` (both have it, and one of them more than once, so that no row can be put beside
//!   another), or `changed` (one row each, and a compared column differs). These are told apart in `metadata`,
//!   with `changed_columns`: how many keys each column differs in. Where all columns are keys, a repeated key
//!   that both sides have equally often agrees.
//! - `mode: count`: both sides have equally many rows. One record; `observed` is how many more the left side has.
//! - `mode: aggregates`: numbers of each side agree, of which each is a record: the rows; of each column the
//!   values that are not NULL; of numbers also least, greatest and sum; of dates and timestamps least and
//!   greatest; of other types the number of different values. `metadata.differing` has those that do not agree.
//!
//! The rule's and the table's own `where` narrow the left side alone. Beside `parameters`, `columns` are what is
//! compared: all columns of the left side but the keys if not given. Infinities and numbers beyond 1e300 agree only
//! where they are equal, whatever the tolerance; sums of floating-point numbers agree in eight digits in any case.
//!
//! `threshold` and `max_failed` are about these records: at most so many keys, or numbers, may disagree.
//!
//! Failing keys are no rows of one table: there are no `samples` of them, and `filter` leaves them among the
//! clean rows and says how many they are.
//!
//! ## NULL and NaN
//! NULL agrees with NULL and with nothing else, in keys too. NaN agrees with NaN, and -0 with 0. Values are
//! compared by value, whatever the width or scale of their types: whole and decimal numbers exactly, whole and
//! floating-point ones as doubles, texts by code point, dates with timestamps as their midnight, timestamps
//! without zone with those with one as UTC. Keys of other pairs of types are an error, and so are columns that
//! can be NaN as keys. Exact numbers of which both types together have more than 38 digits, before and behind the
//! point, are an error too, and so are bytes. A decimal number is compared with a floating-point one only within
//! a tolerance.
//!
//! ## Example
//! ```yaml
//! - name: same_orders
//!   rule_type: reconcile
//!   columns: [status, price]
//!   parameters:
//!     with: orders.csv  # or, on another engine of the config, {engine: lake, path: orders.csv}
//!     keys: [order_id]
//!     tolerance: {price: 0.01}
//! ```
//!
//! ## SQL
//! On one engine all rows of both sides in one `UNION ALL`, grouped by the keys. On two engines each gives its
//! rows `ORDER BY` the keys, and the host goes through both at once, with memory for a part of them.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::number::Number;
use super::{Answers, Check, Counts, Facts, Other, RuleError, RuleType, Subject, table_rule};
use crate::config::fields::RuleFields;
use crate::config::key::{Key, Kind};
use crate::config::keys;
use crate::plan::custom_sql::SqlExpression;
use crate::plan::question::{Condition, Question};
use columns::Sides;
use tolerances::Tolerances;

mod aggregates;
mod columns;
mod rows;
mod tolerances;

pub const RULE_TYPE: RuleType = RuleType {
    name: "reconcile",
    about: "the table and the other relation do not agree about it",
    subject: Subject::ColumnsOrAll,
    parameters: &[
        Key::required(
            "with",
            keys::OTHER_SOURCE,
            "The other side: a path, the name of a table of this config, which is read on its own engine, the name of a \
             relation, or a mapping.",
        ),
        Key::optional("mode", Kind::one_of::<Mode>(), "What is put side by side.").or("rows"),
        Key::optional(
            "keys",
            Kind::Texts,
            "Columns that both sides have by these names; for `mode: rows`, which needs them.",
        ),
        tolerances::TOLERANCE,
        tolerances::RELATIVE_TOLERANCE,
    ],
    semantics: 1,
    read,
};

#[derive(Debug, Serialize)]
struct Reconcile {
    mode: Mode,
    keys: Vec<String>,
    columns: Option<Vec<String>>,
    #[serde(flatten)]
    tolerances: Tolerances,
    /// Where it is stands beside the parameters in a fingerprint.
    #[serde(skip)]
    other: Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    Rows,
    Count,
    Aggregates,
}

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    let columns = rule.columns_if_given();
    let other = rule.other_source("with");
    let parameters = &mut rule.parameters;
    let mode: Option<Mode> = match parameters.was_given("mode") {
        true => parameters.required("mode"),
        false => Some(Mode::default()),
    };
    let tolerances = Tolerances::read(parameters);
    let keys = parameters
        .was_given("keys")
        .then(|| parameters.texts("keys"));
    let (columns, other, mode) = (columns?, other?, mode?);
    let keys = match (mode, keys) {
        (Mode::Rows, Some(keys)) => keys?,
        (_, None) => Vec::new(),
        (_, Some(_)) => {
            let message = "'keys' are of the mode 'rows'";
            parameters.refuse("keys", message, "remove them, or write 'mode: rows'");
            return None;
        }
    };
    let is_key = |column: &&String| keys.contains(column);
    let twice = keys
        .iter()
        .enumerate()
        .find(|(at, key)| keys[..*at].contains(key));
    let wrong = match (mode, &columns) {
        (Mode::Rows, _) if keys.is_empty() => {
            Some("rows are put side by side by 'keys', of which there are none".to_owned())
        }
        (Mode::Count, Some(_)) => Some("the mode 'count' compares no columns".to_owned()),
        (_, Some(columns)) if columns.iter().any(|it| is_key(&it)) => {
            Some("a column is compared and a key too".to_owned())
        }
        _ => twice.map(|(_, key)| format!("the key '{key}' is named twice")),
    };
    if let Some(message) = wrong {
        let hint =
            "write 'keys: [COLUMN]' for the mode 'rows', and 'columns' for what else is compared";
        parameters.refuse("keys", &message, hint);
        return None;
    }
    Some(Arc::new(Reconcile {
        mode,
        keys,
        columns,
        tolerances: tolerances?,
        other,
    }))
}

impl Reconcile {
    /// A tolerance is of a column of numbers that is compared.
    fn check_tolerances(&self, sides: &Sides<'_>) -> Result<(), RuleError> {
        let compared = sides.compared(self.columns.as_deref(), &self.keys)?;
        for name in self.tolerances.columns() {
            let both = compared.iter().find(|both| both.left.name == name);
            if self.mode == Mode::Count || both.is_none_or(|both| !both.are_numbers()) {
                return Err(RuleError::Unfit(format!(
                    "there is a tolerance for '{name}', which is no column of numbers that is compared"
                )));
            }
        }
        Ok(())
    }

    fn judge_count(&self, answers: &Answers<'_>) -> Counts {
        let [left, right] = [0, 1].map(|side| answers.count(side));
        let [of_left, of_right] = [left, right].map(|rows| Number::Exact(BigDecimal::from(rows)));
        let finding = format!(
            "the table has {left} rows, and {} has {right}",
            self.other.describe()
        );
        let agrees = aggregates::agree(&of_left, &of_right, &self.tolerances.of(None), 0.0);
        let more = i128::from(left) - i128::from(right);
        Counts {
            metadata: Map::from_iter([
                ("left_rows".to_owned(), left.into()),
                ("right_rows".to_owned(), right.into()),
            ]),
            ..table_rule::counts(
                i64::try_from(more).ok().map(Into::into),
                (!agrees).then_some(finding),
            )
        }
    }
}

impl Check for Reconcile {
    fn questions(&self, facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        let sides = Sides::of(facts, &self.other)?;
        let columns = self.columns.as_deref();
        if self.mode != Mode::Count || self.tolerances.columns().next().is_some() {
            self.check_tolerances(&sides)?;
        }
        match self.mode {
            Mode::Rows => rows::questions(&sides, &self.keys, columns, &self.tolerances),
            Mode::Aggregates => aggregates::questions(&sides, columns, &self.tolerances),
            Mode::Count => {
                let rows = Question::rows(Condition::Always);
                let of_right = Question {
                    other: Some(Arc::clone(sides.right)),
                    ..rows.clone()
                };
                Ok(vec![rows, of_right])
            }
        }
    }

    fn judge(&self, facts: &Facts<'_>, answers: &Answers<'_>) -> Result<Counts, RuleError> {
        let sides = Sides::of(facts, &self.other)?;
        let columns = self.columns.as_deref();
        match self.mode {
            Mode::Rows => rows::judge(&sides, &self.keys, columns, &self.tolerances, answers),
            Mode::Aggregates => aggregates::judge(&sides, columns, &self.tolerances, answers),
            Mode::Count => Ok(self.judge_count(answers)),
        }
    }

    fn judges_table(&self) -> bool {
        true
    }

    fn other(&self) -> Option<&Other> {
        Some(&self.other)
    }

    fn not_reusable(&self) -> Option<&'static str> {
        self.other
            .scope
            .as_ref()
            .and_then(SqlExpression::not_reusable)
    }
}

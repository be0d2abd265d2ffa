//! Rows of two relations side by side, as SQL.

use bigdecimal::{BigDecimal, RoundingMode};
use data_validator_plugin::quote::fill;
use data_validator_plugin::{Dialect, LogicalType, Relation};

use super::condition::{cast, operand_sql};
use super::{Rows, select_list};
use crate::plan::condition::MOST_DIGITS;
use crate::plan::pairing::{
    GREATEST_WITH_TOLERANCE, Kind, LEAST_WITH_PART, Pair, PairCount, Pairing, Tolerance,
};
use crate::plan::question::Operand;

/// A side of a pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// The rows of one side of a pairing.
#[derive(Clone, Copy, Debug)]
pub struct SideRows<'s> {
    pairing: &'s Pairing,
    side: Side,
    rows: Rows<'s>,
    scopes: &'s [String],
}

/// What is counted, where one engine reads both sides.
///
/// A group of all rows with one key and no join: groups take NULL for equal to NULL on all engines. Where a side
/// has one row of a key, the greatest value is the value.
pub fn counts(
    dialect: &Dialect,
    rows: Rows<'_>,
    scopes: &[String],
    pairing: &Pairing,
    which: &[PairCount],
) -> String {
    let select = |from: SideRows<'_>| {
        let is_left = u8::from(from.side == Side::Left);
        let value = |pair: &Pair| one_or_none(pair.kind, value(dialect, pair, from.side));
        let columns = columns(pairing, &value);
        let rows = from.rows.filtered(from.scopes);
        format!("SELECT {is_left} AS is_left, {columns} FROM {rows}")
    };
    let keys = (0..pairing.keys.len()).map(|number| format!("key_{number}"));
    let values = (0..pairing.columns.len()).map(|number| {
        format!(
            ", max(CASE WHEN is_left = 1 THEN value_{number} END) AS left_{number}, \
             max(CASE WHEN is_left = 0 THEN value_{number} END) AS right_{number}"
        )
    });
    let counts: Vec<String> = which
        .iter()
        .map(|which| match condition(dialect, pairing, *which) {
            Some(condition) => fill(&dialect.count_where, &[("condition", &condition)]),
            None => "count(*)".to_owned(),
        })
        .collect();
    format!(
        "SELECT {} FROM (SELECT count(CASE WHEN is_left = 1 THEN 1 END) AS left_rows, \
         count(CASE WHEN is_left = 0 THEN 1 END) AS right_rows{} FROM ({} UNION ALL {}) AS sides GROUP BY {}) AS pairs",
        select_list(&counts),
        values.collect::<String>(),
        select(SideRows::left(pairing, rows, scopes)),
        select(SideRows::right(pairing)),
        keys.collect::<Vec<_>>().join(", ")
    )
}

impl<'s> SideRows<'s> {
    /// The table's own rows, in these scopes.
    pub fn left(pairing: &'s Pairing, rows: Rows<'s>, scopes: &'s [String]) -> Self {
        Self {
            pairing,
            side: Side::Left,
            rows,
            scopes,
        }
    }

    /// Those of the other relation.
    pub fn right(pairing: &'s Pairing) -> Self {
        Self {
            pairing,
            side: Side::Right,
            rows: pairing.right.rows(),
            scopes: &[],
        }
    }

    pub fn side(&self) -> Side {
        self.side
    }

    /// The rows, keys first, in the order of their keys: NULL before all values, texts by code point.
    pub fn ordered(&self, dialect: &Dialect) -> String {
        format!(
            "SELECT {} FROM {} ORDER BY {}",
            names(self.pairing).join(", "),
            self.named(dialect),
            order(dialect, self.pairing)
        )
    }

    /// The rows as [`ordered`](Self::ordered), as a relation that numbers them.
    pub fn numbered(&self, dialect: &Dialect) -> Numbered {
        let mut columns = names(self.pairing);
        let sql = format!(
            "(SELECT {}, row_number() OVER (ORDER BY {} {ROWS}) AS {PLACE} FROM {}) AS numbered",
            columns.join(", "),
            order(dialect, self.pairing),
            self.named(dialect)
        );
        columns.push(PLACE.to_owned());
        Numbered {
            relation: Relation { sql },
            columns,
        }
    }

    /// The rows with names of ours, so that none of its own is taken for one of them.
    fn named(&self, dialect: &Dialect) -> String {
        let columns = columns(self.pairing, &|pair| value(dialect, pair, self.side));
        let rows = self.rows.filtered(self.scopes);
        format!("(SELECT {columns} FROM {rows}) AS side")
    }
}

/// Rows as [`SideRows::ordered`], as a relation with the number of each row from 1 in a last column.
#[derive(Clone, Debug)]
pub struct Numbered {
    pub relation: Relation,
    /// The names of its columns, the number among them.
    pub columns: Vec<String>,
}

impl Numbered {
    /// So many rows of a copy behind the first ones, without their numbers.
    pub fn page(&self, copy: &Relation, behind: u64, rows: u64) -> String {
        let columns: Vec<&str> = (self.columns.iter())
            .map(String::as_str)
            .filter(|name| *name != PLACE)
            .collect();
        format!(
            "SELECT {} FROM {} WHERE {PLACE} > {behind} AND {PLACE} <= {} ORDER BY {PLACE}",
            columns.join(", "),
            copy.sql,
            behind + rows
        )
    }
}

const PLACE: &str = "place";

/// What the number of a row looks at anyway: some engines know no ranges of some types.
const ROWS: &str = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";

fn names(pairing: &Pairing) -> Vec<String> {
    let keys = (0..pairing.keys.len()).map(|number| format!("key_{number}"));
    let values = (0..pairing.columns.len()).map(|number| format!("value_{number}"));
    keys.chain(values).collect()
}

fn columns(pairing: &Pairing, value: &dyn Fn(&Pair) -> String) -> String {
    let pairs = pairing.keys.iter().chain(&pairing.columns);
    let named = pairs.zip(names(pairing));
    let columns = named.map(|(pair, name)| format!("{} AS {name}", value(pair)));
    columns.collect::<Vec<_>>().join(", ")
}

fn order(dialect: &Dialect, pairing: &Pairing) -> String {
    let keys = pairing.keys.iter().enumerate().map(|(number, key)| {
        let name = format!("key_{number}");
        let value = match key.kind {
            Kind::Text => fill(&dialect.text_by_code_point, &[("value", &name)]),
            _ => name,
        };
        format!("{value} NULLS FIRST")
    });
    keys.collect::<Vec<_>>().join(", ")
}

fn value(dialect: &Dialect, pair: &Pair, side: Side) -> String {
    let operand: &Operand = match side {
        Side::Left => &pair.left,
        Side::Right => &pair.right,
    };
    operand_sql(dialect, operand)
}

/// Not every engine has a greatest boolean.
fn one_or_none(kind: Kind, value: String) -> String {
    match kind {
        Kind::Boolean => format!("CASE WHEN {value} THEN 1 WHEN NOT {value} THEN 0 END"),
        _ => value,
    }
}

/// What is true of a key that is counted; none where each is.
fn condition(dialect: &Dialect, pairing: &Pairing, which: PairCount) -> Option<String> {
    const ONE_EACH: &str = "left_rows = 1 AND right_rows = 1";
    let differs = |(number, pair)| differs(dialect, pair, number);
    Some(match which {
        PairCount::Keys => return None,
        PairCount::MissingLeft => "left_rows = 0".to_owned(),
        PairCount::MissingRight => "right_rows = 0".to_owned(),
        PairCount::Repeated => {
            let is_repeated = match pairing.columns.is_empty() {
                true => "left_rows <> right_rows",
                false => "(left_rows > 1 OR right_rows > 1)",
            };
            format!("left_rows > 0 AND right_rows > 0 AND {is_repeated}")
        }
        PairCount::Changed => match pairing.columns.is_empty() {
            true => "FALSE".to_owned(),
            false => {
                let any: Vec<String> = pairing.columns.iter().enumerate().map(differs).collect();
                format!("{ONE_EACH} AND ({})", any.join(" OR "))
            }
        },
        PairCount::ChangedIn(number) => {
            let pair = pairing.columns.get(number)?;
            format!("{ONE_EACH} AND ({})", differs((number, pair)))
        }
    })
}

/// TRUE or FALSE: whether the values of both sides disagree.
fn differs(dialect: &Dialect, pair: &Pair, number: usize) -> String {
    let (left, right) = (format!("left_{number}"), format!("right_{number}"));
    if pair.tolerance.is_none() {
        return format!("({left} IS DISTINCT FROM {right})");
    }
    let Tolerance { absolute, relative } = &pair.tolerance;
    let double = |value: &str| cast(dialect, value, &LogicalType::Double);
    let within = match pair.kind {
        Kind::Exact { scale } => {
            let exact = |value: &str| {
                let precision = MOST_DIGITS;
                cast(dialect, value, &LogicalType::Decimal { precision, scale })
            };
            // More digits than both values have change nothing.
            let absolute = absolute.with_scale_round(scale.into(), RoundingMode::Floor);
            let absolute = exact(&dialect.string(&absolute.to_plain_string()));
            let exactly = format!("abs({} - {}) <= {absolute}", exact(&left), exact(&right));
            match *relative > BigDecimal::default() {
                true => {
                    let (left, right) = (double(&left), double(&right));
                    let in_part = within(dialect, &left, &right, &BigDecimal::default(), relative);
                    format!("{exactly} OR {in_part}")
                }
                false => exactly,
            }
        }
        _ => within(dialect, &left, &right, absolute, relative),
    };
    format!(
        "CASE WHEN {left} IS NULL AND {right} IS NULL THEN FALSE WHEN {left} IS NULL OR {right} IS NULL THEN TRUE \
         WHEN {left} = {right} THEN FALSE WHEN {within} THEN FALSE ELSE TRUE END"
    )
}

/// Whether two different doubles are within a tolerance. Each step is guarded, since engines differ in what they
/// do about a result that no double holds.
fn within(
    dialect: &Dialect,
    left: &str,
    right: &str,
    absolute: &BigDecimal,
    relative: &BigDecimal,
) -> String {
    let number = |text: &str| cast(dialect, &dialect.string(text), &LogicalType::Double);
    let greatest = number(&format!("{GREATEST_WITH_TOLERANCE:e}"));
    let apart = format!("abs({left} - {right})");
    let mut within = format!("{apart} <= {}", number(&absolute.to_string()));
    if *relative > BigDecimal::default() {
        let least = number(&format!("{LEAST_WITH_PART:e}"));
        let greater =
            format!("CASE WHEN abs({left}) > abs({right}) THEN abs({left}) ELSE abs({right}) END");
        let part = number(&relative.to_string());
        within += &format!(
            " OR CASE WHEN {greater} >= {least} THEN {apart} <= {part} * ({greater}) ELSE FALSE END"
        );
    }
    format!(
        "CASE WHEN abs({left}) <= {greatest} AND abs({right}) <= {greatest} THEN {within} ELSE FALSE END"
    )
}

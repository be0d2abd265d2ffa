//! Keys of two tables, by how their rows stand side by side.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use jiff::civil::{DateTime, Time};

use super::table::Row;
use super::value::Value;

/// What is compared, and how far numbers may lie apart.
#[derive(Clone, Debug)]
pub struct SideBySide {
    pub keys: Vec<String>,
    pub columns: Vec<String>,
    /// By column.
    pub tolerances: BTreeMap<String, Tolerance>,
}

/// How far numbers may lie apart.
#[derive(Clone, Debug, Default)]
pub struct Tolerance {
    pub absolute: BigDecimal,
    pub relative: f64,
}

/// How many keys there are, and what is wrong with how many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub keys: u64,
    pub missing_left: u64,
    pub missing_right: u64,
    pub repeated: u64,
    pub changed: u64,
    pub changed_in: Vec<u64>,
}

impl Tally {
    /// The keys that something is wrong with.
    pub fn failed(&self) -> u64 {
        self.missing_left + self.missing_right + self.repeated + self.changed
    }
}

impl SideBySide {
    /// What the keys of both sides are.
    pub fn tally(&self, left: &[Row<'_>], right: &[Row<'_>]) -> Tally {
        let mut tally = Tally {
            changed_in: vec![0; self.columns.len()],
            ..Tally::default()
        };
        let mut seen: Vec<Row<'_>> = Vec::new();
        for row in left.iter().chain(right) {
            if seen.iter().any(|other| self.has_key_of(row, other)) {
                continue;
            }
            seen.push(*row);
            self.add_key(
                &mut tally,
                &self.of_key(row, left),
                &self.of_key(row, right),
            );
        }
        tally
    }

    /// The rows that have the key of a row.
    fn of_key<'t>(&self, row: &Row<'_>, rows: &[Row<'t>]) -> Vec<Row<'t>> {
        let rows = rows.iter().filter(|other| self.has_key_of(row, other));
        rows.copied().collect()
    }

    fn add_key(&self, tally: &mut Tally, left: &[Row<'_>], right: &[Row<'_>]) {
        tally.keys += 1;
        match (left, right) {
            ([], _) => tally.missing_left += 1,
            (_, []) => tally.missing_right += 1,
            (left, right) if self.columns.is_empty() => {
                tally.repeated += u64::from(left.len() != right.len());
            }
            ([left], [right]) => {
                let mut is_changed = false;
                for (number, column) in self.columns.iter().enumerate() {
                    let tolerance = self.tolerances.get(column).cloned().unwrap_or_default();
                    if !tolerance.agree(&left.value(column), &right.value(column)) {
                        is_changed = true;
                        tally.changed_in[number] += 1;
                    }
                }
                tally.changed += u64::from(is_changed);
            }
            _ => tally.repeated += 1,
        }
    }

    fn has_key_of(&self, row: &Row<'_>, other: &Row<'_>) -> bool {
        let exactly = Tolerance::default();
        let mut keys = self.keys.iter();
        keys.all(|key| exactly.agree(&row.value(key), &other.value(key)))
    }
}

impl Tolerance {
    /// Whether two values agree, which are of one kind.
    pub fn agree(&self, left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::Null, Value::Null) => true,
            (Value::Null, _) | (_, Value::Null) => false,
            (Value::Boolean(left), Value::Boolean(right)) => left == right,
            (Value::Text(left), Value::Text(right)) => left == right,
            (Value::Time(left), Value::Time(right)) => left == right,
            (left, right) => match (moment(left), moment(right)) {
                (Some(left), Some(right)) => left == right,
                _ => self.numbers_agree(left, right),
            },
        }
    }

    fn numbers_agree(&self, left: &Value, right: &Value) -> bool {
        let (one, other) = (double(left), double(right));
        let is_close = || {
            let greater = one.abs().max(other.abs());
            self.relative > 0.0
                && (1e-200..=1e300).contains(&greater)
                && (one - other).abs() <= self.relative * greater
        };
        match (exact(left), exact(right)) {
            (Some(left), Some(right)) => {
                left == right || (left - right).abs() <= self.absolute || is_close()
            }
            _ => {
                let absolute: f64 = self.absolute.to_string().parse().unwrap_or_default();
                let is_measured = one.abs() <= 1e300 && other.abs() <= 1e300;
                one == other
                    || one.is_nan() && other.is_nan()
                    || is_measured && (one - other).abs() <= absolute
                    || is_close()
            }
        }
    }
}

fn exact(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(number) => Some(BigDecimal::from(*number)),
        Value::Decimal(number) => Some(number.clone()),
        _ => None,
    }
}

fn double(value: &Value) -> f64 {
    match value {
        Value::Float(number) => f64::from(*number),
        Value::Double(number) => *number,
        value => exact(value).map_or(f64::NAN, |number| {
            number.to_string().parse().unwrap_or(f64::NAN)
        }),
    }
}

/// A date is its midnight.
fn moment(value: &Value) -> Option<DateTime> {
    match value {
        Value::Date(date) => Some(date.to_datetime(Time::midnight())),
        Value::Timestamp(at) => Some(*at),
        _ => None,
    }
}

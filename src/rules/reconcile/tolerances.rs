//! How far numbers may lie apart, as a user writes it.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use serde::{Serialize, Serializer};

use crate::config::fields::Fields;
use crate::config::key::{Key, Kind};
use crate::plan::pairing::Tolerance;
use crate::rules::constant::Constant;

const AMOUNT: Kind = Kind::Either(&[Kind::Number, Kind::Named(&Kind::Number)]);

pub const TOLERANCE: Key = Key::optional(
    "tolerance",
    AMOUNT,
    "Numbers agree when they lie at most so far apart, exactly for whole and decimal ones: a number, or one for each \
     of some columns, as `{price: 0.01}`.",
);

pub const RELATIVE_TOLERANCE: Key = Key::optional(
    "relative_tolerance",
    AMOUNT,
    "Or when they lie apart by at most this part of the greater one, in doubles; likewise.",
);

/// The parameters `tolerance` and `relative_tolerance`.
#[derive(Debug, Default, Serialize)]
pub struct Tolerances {
    tolerance: Amounts,
    relative_tolerance: Amounts,
}

/// One for all numbers, or one for each of some columns.
#[derive(Debug, Default, Serialize)]
struct Amounts {
    of_all: Option<Amount>,
    by_column: BTreeMap<String, Amount>,
}

#[derive(Clone, Debug)]
struct Amount(BigDecimal);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.normalized())
    }
}

impl Tolerances {
    pub fn read(parameters: &mut Fields<'_>) -> Option<Self> {
        let tolerance = Amounts::read(parameters, TOLERANCE.name, &|_| true);
        let below_one = |amount: &BigDecimal| *amount < 1;
        let relative = Amounts::read(parameters, RELATIVE_TOLERANCE.name, &below_one);
        Some(Self {
            tolerance: tolerance?,
            relative_tolerance: relative?,
        })
    }

    /// The tolerance of a column of numbers, or of what is no column.
    pub fn of(&self, column: Option<&str>) -> Tolerance {
        Tolerance {
            absolute: self.tolerance.of(column),
            relative: self.relative_tolerance.of(column),
        }
    }

    /// The columns that have one of their own.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let both = [&self.tolerance, &self.relative_tolerance];
        let names = both
            .into_iter()
            .flat_map(|amounts| amounts.by_column.keys());
        names.map(String::as_str)
    }
}

impl Amounts {
    fn read(
        parameters: &mut Fields<'_>,
        key: &str,
        fits: &dyn Fn(&BigDecimal) -> bool,
    ) -> Option<Self> {
        let amount = |value: &serde_yaml::Value| match Constant::of(value) {
            Some(Constant::Number(number)) if number >= 0 && fits(&number) => {
                Some(Amount(number))
            }
            _ => None,
        };
        let mut amounts = Self::default();
        let is_read = match parameters.value(key) {
            None => true,
            Some(serde_yaml::Value::Mapping(mapping)) => {
                let mut entries = mapping
                    .iter()
                    .map(|(column, value)| Some((column.as_str()?.to_owned(), amount(value)?)));
                entries.all(|entry| match entry {
                    Some((column, amount)) => amounts.by_column.insert(column, amount).is_none(),
                    None => false,
                })
            }
            Some(value) => {
                amounts.of_all = amount(value);
                amounts.of_all.is_some()
            }
        };
        if !is_read {
            let message = format!("'{key}' is no number that values may lie apart");
            let hint = match key {
                "tolerance" => {
                    "write a number from 0, or one for each of some columns, as {price: 0.01}"
                }
                _ => {
                    "write a part of the greater value, from 0 to less than 1, as 0.001 or {price: 0.001}"
                }
            };
            parameters.refuse(key, &message, hint);
            return None;
        }
        Some(amounts)
    }

    fn of(&self, column: Option<&str>) -> BigDecimal {
        let own = column.and_then(|column| self.by_column.get(column));
        own.or(self.of_all.as_ref())
            .map_or_else(BigDecimal::default, |amount| amount.0.clone())
    }
}

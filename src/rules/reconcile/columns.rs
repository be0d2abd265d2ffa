//! The columns of both sides, in pairs.

use std::sync::Arc;

use data_validator_plugin::{Column, LogicalType, Schema};

use crate::plan::other_rows::OtherRows;
use crate::plan::pairing::{Kind, Pair, Tolerance};
use crate::plan::question::{Operand, ReadAs};
use crate::rules::number::is_number;
use crate::rules::{Facts, Other, RuleError, column, reading};

/// Both sides of a rule.
pub struct Sides<'f> {
    pub left: &'f Schema,
    pub right: &'f Arc<OtherRows>,
    /// How the right side is called.
    other: &'f Other,
}

/// A column on each side, of one name.
#[derive(Clone, Copy)]
pub struct Both<'f> {
    pub left: &'f Column,
    pub right: &'f Column,
}

impl<'f> Sides<'f> {
    /// # Errors
    /// When the other side is not there.
    pub fn of(facts: &Facts<'f>, other: &'f Other) -> Result<Self, RuleError> {
        let missing = || RuleError::Unfit(format!("{} is not there", other.describe()));
        Ok(Self {
            left: facts.schema,
            right: facts.other.ok_or_else(missing)?,
            other,
        })
    }

    /// The columns of these names.
    ///
    /// # Errors
    /// When a side lacks one.
    pub fn named(&self, names: &[String]) -> Result<Vec<Both<'f>>, RuleError> {
        let both = names.iter().map(|name| {
            let failed = |error| RuleError::Unfit(format!("{}: {error}", self.other.describe()));
            Ok(Both {
                left: column(self.left, name)?,
                right: column(&self.right.schema, name).map_err(failed)?,
            })
        });
        both.collect()
    }

    /// The columns that are compared: those of these names, or else all of the left side but the keys.
    pub fn compared(
        &self,
        names: Option<&[String]>,
        keys: &[String],
    ) -> Result<Vec<Both<'f>>, RuleError> {
        if let Some(names) = names {
            return self.named(names);
        }
        let names = self.left.columns.iter().map(|column| &column.name);
        let names: Vec<String> = names.filter(|name| !keys.contains(name)).cloned().collect();
        self.named(&names)
    }
}

impl Both<'_> {
    /// As a part of the key.
    ///
    /// # Errors
    /// When there is no order of keys in which both types have one place.
    pub fn key(&self) -> Result<Pair, RuleError> {
        let floating = [self.left, self.right]
            .into_iter()
            .find(|column| column.logical_type.can_be_nan());
        if let Some(column) = floating {
            return Err(RuleError::Unfit(format!(
                "column '{}' of type {} is no key, since it can be NaN; a source that is a query can cast it",
                column.name, column.logical_type
            )));
        }
        self.pair(Tolerance::default())
    }

    /// As what is compared.
    ///
    /// # Errors
    /// When values of both types are not compared.
    pub fn pair(&self, tolerance: Tolerance) -> Result<Pair, RuleError> {
        let Self { left, right } = self;
        let (one, other) = (&left.logical_type, &right.logical_type);
        let (left_as, right_as, kind) = (reading::of_comparable(one, other))
            .or_else(|| self.approximately(&tolerance))
            .and_then(|(left_as, right_as)| Some((left_as, right_as, kind(left_as, right_as, one, other)?)))
            .ok_or_else(|| {
                RuleError::Unfit(format!(
                    "column '{}' of type {} is not compared with one of type {}{}; name the columns to compare, or cast \
                     one in a source that is a query",
                    left.name,
                    left.logical_type,
                    right.logical_type,
                    match self.are_numbers() {
                        true => " without a tolerance",
                        false => "",
                    }
                ))
            })?;
        let operand = |read_as| Operand {
            column: left.name.clone(),
            read_as,
        };
        let has_tolerance = matches!(kind, Kind::Exact { .. } | Kind::Double);
        Ok(Pair {
            left: operand(left_as),
            right: operand(right_as),
            kind,
            tolerance: match has_tolerance {
                true => tolerance,
                false => Tolerance::default(),
            },
        })
    }

    /// A decimal number is no double exactly, so engines would differ in the last digit.
    fn approximately(&self, tolerance: &Tolerance) -> Option<(ReadAs, ReadAs)> {
        (self.are_numbers() && !tolerance.is_none()).then_some((ReadAs::Double, ReadAs::Double))
    }

    pub fn are_numbers(&self) -> bool {
        is_number(&self.left.logical_type) && is_number(&self.right.logical_type)
    }
}

/// None for values that are not put side by side: bytes, and exact numbers that no type of an engine has room for.
fn kind(
    left_as: ReadAs,
    right_as: ReadAs,
    left: &LogicalType,
    right: &LogicalType,
) -> Option<Kind> {
    use LogicalType as T;
    let scale = |of: &T| match of {
        T::Decimal { scale, .. } => *scale,
        _ => 0,
    };
    Some(match (left_as, right_as, left) {
        (ReadAs::Decimal { .. }, ..) | (_, ReadAs::Decimal { .. }, _) => return None,
        (ReadAs::Double, ..) => Kind::Double,
        (ReadAs::TextByCodePoint, ..) => Kind::Text,
        (ReadAs::Itself, _, T::Boolean) => Kind::Boolean,
        (ReadAs::Itself, _, T::Integer | T::Decimal { .. }) => Kind::Exact {
            scale: scale(left).max(scale(right)),
        },
        (ReadAs::Itself, _, T::Date | T::Time) => Kind::InTime,
        (ReadAs::Itself, ..) => return None,
        _ => Kind::InTime,
    })
}

//! Random rules that judge the values of each row.

use super::draws::Draws;
use super::rules::{column, columns, fitting, name, nulls};
use super::{bounds, patterns};
use crate::oracle::castable::{self, Castable, Target};
use crate::oracle::comparison::{self, Comparison};
use crate::oracle::completeness::{self, Completeness};
use crate::oracle::expression::Operator;
use crate::oracle::foreign_key::{self, ForeignKey};
use crate::oracle::format::{self, Form, Format};
use crate::oracle::length::{self, Length, Limits};
use crate::oracle::listed_values::{self, ListedValues};
use crate::oracle::not_in_future::{self, NotInFuture};
use crate::oracle::pattern::{self, Match, Pattern};
use crate::oracle::primary_key::PrimaryKey;
use crate::oracle::range::Range;
use crate::oracle::rule::Check;
use crate::oracle::table::{Column, Table};
use crate::oracle::uniqueness::Uniqueness;
use crate::oracle::value::ColumnType;

pub fn completeness(draws: &mut Draws<'_>, table: &Table) -> Check {
    Check::Completeness(Completeness {
        columns: columns(draws, table),
        parameters: completeness::Parameters {
            empty_is_missing: draws.once_in(3),
            nan_is_missing: draws.once_in(3),
        },
    })
}

pub fn uniqueness(draws: &mut Draws<'_>, table: &Table) -> Check {
    Check::Uniqueness(Uniqueness {
        columns: columns(draws, table),
    })
}

pub fn primary_key(draws: &mut Draws<'_>, table: &Table) -> Check {
    Check::PrimaryKey(PrimaryKey {
        columns: columns(draws, table),
    })
}

pub fn range(draws: &mut Draws<'_>, table: &Table) -> Check {
    let nulls = nulls(draws);
    let column = column(draws, table);
    let mut parameters = bounds::range(draws, &column.column_type);
    parameters.nulls = nulls;
    Check::Range(Range {
        column: name(draws, column),
        parameters,
    })
}

pub fn pattern(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, |column| column.column_type.is_text());
    Check::Pattern(Pattern {
        column: name(draws, column),
        parameters: pattern::Parameters {
            r#match: draws.pick(&[None, Some(Match::Full), Some(Match::Search)]),
            negate: draws.once_in(3),
            nulls: nulls(draws),
            pattern: patterns::pattern(draws),
        },
    })
}

pub fn accepted_values(draws: &mut Draws<'_>, table: &Table) -> Check {
    Check::AcceptedValues(listed_values(draws, table))
}

pub fn rejected_values(draws: &mut Draws<'_>, table: &Table) -> Check {
    Check::RejectedValues(listed_values(draws, table))
}

fn listed_values(draws: &mut Draws<'_>, table: &Table) -> ListedValues {
    let is_listed = |column: &Column| {
        let column_type = &column.column_type;
        column_type.is_text() || column_type.is_integer() || *column_type == ColumnType::Date
    };
    let column = fitting(draws, table, is_listed);
    let mut values = Vec::new();
    for _ in 0..=draws.below(4) {
        let value = bounds::value(draws, &column.column_type);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    ListedValues {
        column: name(draws, column),
        parameters: listed_values::Parameters {
            values,
            case_sensitive: None,
            nulls: nulls(draws),
        },
    }
}

pub fn length(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, |column| column.column_type.is_text());
    Check::Length(Length {
        column: name(draws, column),
        parameters: length::Parameters {
            limits: limits(draws),
            nulls: nulls(draws),
        },
    })
}

/// Limits of a small number.
pub fn limits(draws: &mut Draws<'_>) -> Limits {
    let number = draws.below(14);
    let more = number + draws.below(6);
    let (min, max, equals) = match draws.below(4) {
        0 => (Some(number), None, None),
        1 => (None, Some(number), None),
        2 => (Some(number), Some(more), None),
        _ => (None, None, Some(number)),
    };
    Limits { min, max, equals }
}

pub fn format(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, |column| column.column_type.is_text());
    Check::Format(Format {
        column: name(draws, column),
        parameters: format::Parameters {
            format: draws.pick(&[
                Form::Date,
                Form::Datetime,
                Form::Uuid,
                Form::Ipv4,
                Form::Ipv6,
            ]),
            nulls: nulls(draws),
        },
    })
}

pub fn castable(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, |column| column.column_type.is_text());
    Check::Castable(Castable {
        column: name(draws, column),
        parameters: castable::Parameters {
            r#type: draws.pick(&[
                Target::Integer,
                Target::Double,
                Target::Boolean,
                Target::Date,
                Target::Timestamp,
                Target::Timestamptz,
            ]),
            nulls: nulls(draws),
        },
    })
}

pub fn foreign_key(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, |column| !column.column_type.is_floating());
    let same_type = |other: &Column| other.column_type == column.column_type;
    let partner = fitting(draws, table, same_type);
    Check::ForeignKey(ForeignKey {
        columns: vec![column.name.clone()],
        parameters: foreign_key::Parameters {
            references: foreign_key::References {
                columns: vec![name(draws, partner)],
            },
            nulls: nulls(draws),
        },
    })
}

pub fn comparison(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = column(draws, table);
    let same_type =
        |other: &Column| other.column_type == column.column_type && other.name != column.name;
    let other = fitting(draws, table, same_type);
    Check::Comparison(Comparison {
        column: column.name.clone(),
        parameters: comparison::Parameters {
            operator: draws.pick(&[
                Operator::Less,
                Operator::LessOrEqual,
                Operator::Greater,
                Operator::GreaterOrEqual,
                Operator::Equal,
                Operator::NotEqual,
            ]),
            other_column: name(draws, other),
            nulls: nulls(draws),
        },
    })
}

pub fn not_in_future(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, is_time);
    Check::NotInFuture(NotInFuture {
        column: name(draws, column),
        parameters: not_in_future::Parameters {
            nulls: nulls(draws),
        },
    })
}

/// Whether the column holds dates or moments.
pub fn is_time(column: &Column) -> bool {
    column.column_type == ColumnType::Date || column.column_type.is_timestamp()
}

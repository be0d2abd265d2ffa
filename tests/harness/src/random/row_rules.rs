//! Random rules that judge the values of each row.

use super::draws::Draws;
use super::rules::{column, columns, fitting, name, nulls};
use super::{bounds, patterns};
use crate::oracle::castable::{self, Castable};
use crate::oracle::comparison::{self, Comparison, are_comparable};
use crate::oracle::completeness::{self, Completeness};
use crate::oracle::expression::Operator;
use crate::oracle::foreign_key::{self, ForeignKey};
use crate::oracle::format::{self, Form, Format};
use crate::oracle::length::{self, Length, Limits};
use crate::oracle::listed_values::{self, ListedValues};
use crate::oracle::not_in_future::{self, NotInFuture};
use crate::oracle::pattern::{self, Match, Pattern};
use crate::oracle::primary_key::PrimaryKey;
use crate::oracle::range::{Bound, Range};
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
    let is_listed =
        |column: &Column| !matches!(column.column_type, ColumnType::Time | ColumnType::Binary);
    let column = fitting(draws, table, is_listed);
    let mut values = Vec::new();
    for _ in 0..=draws.below(4) {
        let value = bounds::value(draws, &column.column_type);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    // Texts alone have a letter case.
    let are_texts = values.iter().all(|value| matches!(value, Bound::Text(_)));
    ListedValues {
        column: name(draws, column),
        parameters: listed_values::Parameters {
            values,
            case_sensitive: match draws.below(4) {
                0 | 1 if are_texts => Some(false),
                2 => Some(true),
                _ => None,
            },
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
                Form::Email,
                Form::Url,
                Form::Json,
            ]),
            nulls: nulls(draws),
        },
    })
}

/// Types that a text can be read as.
pub const TYPES: &[&str] = &[
    "integer",
    "double",
    "boolean",
    "date",
    "timestamp",
    "timestamptz",
    "decimal(5,2)",
    "decimal(38,10)",
    "decimal(10,2)",
    "decimal(2,2)",
    "decimal(1,0)",
];

pub fn castable(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, |column| column.column_type.is_text());
    let already = column
        .column_type
        .word()
        .filter(|word| TYPES.contains(&word.as_str()));
    let wanted = draws.pick(TYPES).to_owned();
    Check::Castable(Castable {
        column: name(draws, column),
        parameters: castable::Parameters {
            r#type: already.filter(|_| !draws.once_in(4)).unwrap_or(wanted),
            nulls: nulls(draws),
        },
    })
}

pub fn foreign_key(draws: &mut Draws<'_>, table: &Table) -> Check {
    let mut columns: Vec<String> = Vec::new();
    let mut referenced: Vec<String> = Vec::new();
    for _ in 0..=draws.pick(&[0, 0, 1, 2]) {
        let column = fitting(draws, table, |column| !column.column_type.is_floating());
        let same_kind = |other: &Column| other.column_type.is_same_kind(&column.column_type);
        let partner = fitting(draws, table, same_kind);
        let (column, partner) = (column.name.clone(), name(draws, partner));
        if !columns.contains(&column) && !referenced.contains(&partner) {
            columns.push(column);
            referenced.push(partner);
        }
    }
    Check::ForeignKey(ForeignKey {
        columns,
        parameters: foreign_key::Parameters {
            references: foreign_key::References {
                columns: referenced,
            },
            nulls: nulls(draws),
        },
    })
}

pub fn comparison(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = column(draws, table);
    let others: Vec<&Column> = table
        .columns
        .iter()
        .filter(|other| other.name != column.name)
        .collect();
    let comparable = others
        .iter()
        .filter(|other| are_comparable(&column.column_type, &other.column_type));
    let comparable: Vec<&Column> = comparable.copied().collect();
    let among = match comparable.is_empty() || draws.once_in(12) {
        true => others,
        false => comparable,
    };
    let other_column = match among.is_empty() {
        true => "no such column".to_owned(),
        false => draws.pick(&among).name.clone(),
    };
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
            other_column,
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

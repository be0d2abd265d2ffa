//! Random rules about a table as a whole, and in SQL.

use super::bounds;
use super::draws::Draws;
use super::expressions::expression;
use super::row_rules::{TYPES, is_time, limits};
use super::rules::{fitting, name, nulls};
use crate::oracle::aggregate::{self, Aggregate, Function};
use crate::oracle::custom::{self, AskedAs, Custom};
use crate::oracle::freshness::{self, Freshness};
use crate::oracle::range::Bound;
use crate::oracle::row_count::RowCount;
use crate::oracle::rule::Check;
use crate::oracle::schema::{self, ExtraColumns, Schema, Wanted};
use crate::oracle::table::Table;
use crate::oracle::value::ColumnType;

pub fn custom(draws: &mut Draws<'_>, table: &Table) -> Check {
    let asked_as = draws.pick(&[AskedAs::Expression, AskedAs::Count, AskedAs::FailedRows]);
    let nulls = match asked_as {
        AskedAs::Expression => nulls(draws),
        // A query says itself what NULL means.
        AskedAs::Count | AskedAs::FailedRows => None,
    };
    Check::Custom(Custom {
        expression: expression(draws, table),
        parameters: custom::Parameters { nulls },
        asked_as,
    })
}

pub fn row_count(draws: &mut Draws<'_>, _table: &Table) -> Check {
    Check::RowCount(RowCount {
        parameters: limits(draws),
    })
}

pub fn freshness(draws: &mut Draws<'_>, table: &Table) -> Check {
    let column = fitting(draws, table, is_time);
    let ages = [
        "24h",
        "4000h",
        "1h",
        "90000h",
        "166d",
        "3985m",
        "14344200s",
        "0s",
    ];
    Check::Freshness(Freshness {
        column: name(draws, column),
        parameters: freshness::Parameters {
            max_age: draws.pick(&ages).to_owned(),
        },
    })
}

pub fn aggregate(draws: &mut Draws<'_>, table: &Table) -> Check {
    let function = draws.pick(&[
        Function::Min,
        Function::Max,
        Function::Sum,
        Function::Mean,
        Function::DistinctCount,
        Function::NullFraction,
        Function::StddevPop,
        Function::StddevSamp,
        Function::Median,
        Function::Quantile,
    ]);
    let column = fitting(draws, table, |column| function.takes(&column.column_type));
    // Bounds as in a range of the numbers that come out.
    let bound_type = match function.is_extreme() {
        true => column.column_type.clone(),
        false => ColumnType::Int16,
    };
    let range = bounds::range(draws, &bound_type);
    let number = |number: &str| Bound::Number {
        number: number.to_owned(),
    };
    let tolerance = draws.pick(&[
        None,
        None,
        None,
        Some("0"),
        Some("0.5"),
        Some("1e-3"),
        Some("7"),
    ]);
    let shares = [0.5, 0.25, 0.9, 0.0, 1.0, 0.333_333];
    Check::Aggregate(Aggregate {
        column: name(draws, column),
        parameters: aggregate::Parameters {
            function,
            quantile: (function == Function::Quantile).then(|| draws.pick(&shares)),
            min_value: range.min_value,
            max_value: range.max_value,
            tolerance: tolerance.map(number),
            nulls: nulls(draws),
        },
    })
}

/// Mostly the columns that are there, with one thing or another wrong.
pub fn schema(draws: &mut Draws<'_>, table: &Table) -> Check {
    let mut columns: Vec<Wanted> = Vec::new();
    for column in &table.columns {
        let wanted_type = match draws.below(8) {
            0 | 1 => None,
            2 => Some(draws.pick(TYPES).to_owned()),
            _ => column.column_type.word(),
        };
        let wanted = Wanted {
            name: name(draws, column),
            r#type: wanted_type,
            nullable: draws.pick(&[None, None, Some(false), Some(true)]),
        };
        let is_named = columns.iter().any(|other| other.name == wanted.name);
        if !is_named && !draws.once_in(5) {
            columns.push(wanted);
        }
    }
    if columns.is_empty() || draws.once_in(10) {
        columns.push(Wanted {
            name: "another column".into(),
            r#type: None,
            nullable: None,
        });
    }
    if draws.once_in(4) {
        columns.reverse();
    }
    Check::Schema(Schema {
        parameters: schema::Parameters {
            columns,
            extra_columns: draws.pick(&[None, Some(ExtraColumns::Fail), Some(ExtraColumns::Allow)]),
            ordered: draws.once_in(2),
        },
    })
}

//! Random rules about a table as a whole, and in SQL.

use super::draws::Draws;
use super::expressions::expression;
use super::row_rules::{is_time, limits};
use super::rules::{fitting, name, nulls};
use crate::oracle::aggregate::{self, Aggregate, Function};
use crate::oracle::custom::{self, AskedAs, Custom};
use crate::oracle::freshness::{self, Freshness};
use crate::oracle::range::Bound;
use crate::oracle::row_count::RowCount;
use crate::oracle::rule::Check;
use crate::oracle::table::{Column, Table};
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
    Check::Freshness(Freshness {
        column: name(draws, column),
        parameters: freshness::Parameters {
            max_age: (draws.pick(&["24h", "4000h", "1h", "90000h"])).to_owned(),
        },
    })
}

pub fn aggregate(draws: &mut Draws<'_>, table: &Table) -> Check {
    let is_number = |column: &Column| {
        column.column_type.is_integer() || matches!(column.column_type, ColumnType::Decimal { .. })
    };
    let column = fitting(draws, table, is_number);
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
    // No number of this kind lies near, so that the last digit of a double decides nothing.
    let bound = |number: &str| {
        Some(Bound::Number {
            number: number.into(),
        })
    };
    let (min_value, max_value) = match draws.below(3) {
        0 => (bound("0.123456789"), None),
        1 => (None, bound("3.987654321")),
        _ => (bound("-1.123456789"), bound("90.987654321")),
    };
    Check::Aggregate(Aggregate {
        column: name(draws, column),
        parameters: aggregate::Parameters {
            function,
            quantile: (function == Function::Quantile).then(|| draws.pick(&[0.25, 0.9, 0.0, 1.0])),
            min_value,
            max_value,
        },
    })
}

//! Pairs of tables made at random: whichever engines hold the sides, they count what the oracle does.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use data_validator_harness::oracle::side_by_side::{SideBySide, Tolerance};
use data_validator_harness::oracle::table::{Column, Row, Table};
use data_validator_harness::oracle::value::{ColumnType, TextForm, Unit};
use data_validator_harness::random::{parquet_file, tables};
use data_validator_harness::sample::number;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::engines::with_server;
use crate::meaning::reconcile::key_counts;
use crate::support::{Workspace, rule};

const ENGINES: [&str; 3] = ["duckdb", "datafusion", "postgres"];

/// Two tables and what is asked of them.
#[derive(Debug)]
struct Drawn {
    left: Table,
    right: Table,
    rule: SideBySide,
}

#[test]
fn all_pairs_of_engines_count_what_the_oracle_does() {
    let cases = number("CASES", 12).try_into().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let drawn = (
        tables::columns(),
        tables::rows(),
        tables::rows(),
        any::<[u16; 12]>(),
    );
    let outcome = runner.run(&drawn, |(columns, rows, others, numbers)| {
        // A side is the other one with rows left out, repeated and changed.
        let mut right = others
            .iter()
            .take(usize::from(numbers[0] % 3))
            .copied()
            .collect::<Vec<_>>();
        for (place, row) in rows.iter().enumerate() {
            match numbers[place % numbers.len()].rotate_right(place as u32) % 8 {
                0 => {}
                1 => right.extend([*row, *row]),
                2 | 3 => {
                    let mut changed = *row;
                    let last = columns.len() - 1;
                    changed[last] = others.get(place).map_or(7, |other| other[last]);
                    right.push(changed);
                }
                _ => right.push(*row),
            }
        }
        let left = tables::table(&columns, &rows);
        let right = in_other_types(tables::table(&columns, &right), numbers[1]);
        let Some(rule) = reconcile(&left, numbers) else {
            return Err(TestCaseError::reject("no column can be a key"));
        };
        check(&Drawn { left, right, rule })
    });
    outcome.unwrap();
}

/// The same values in types that hold more, in some columns.
fn in_other_types(table: Table, drawn: u16) -> Table {
    use ColumnType as T;
    let wider = |of: &T| match of {
        T::Int8 | T::Int16 | T::Int32 | T::Uint8 | T::Uint16 | T::Uint32 => T::Int64,
        T::Decimal {
            precision: 10,
            scale: 2,
        } => T::Decimal {
            precision: 20,
            scale: 4,
        },
        T::Text(_) => T::Text(TextForm::Large),
        T::Timestamp(Unit::Milliseconds) => T::Timestamp(Unit::Microseconds),
        other => other.clone(),
    };
    let columns = table
        .columns
        .into_iter()
        .enumerate()
        .map(|(place, column)| {
            let column_type = match drawn >> place & 1 {
                0 => column.column_type,
                _ => wider(&column.column_type),
            };
            Column {
                column_type,
                ..column
            }
        });
    Table {
        columns: columns.collect(),
    }
}

/// Some columns as keys, and the others compared.
fn reconcile(table: &Table, numbers: [u16; 12]) -> Option<SideBySide> {
    let is_comparable = |column: &&Column| column.column_type != ColumnType::Binary;
    let comparable: Vec<&Column> = table.columns.iter().filter(is_comparable).collect();
    let can_be_key = |column: &&&Column| !column.column_type.is_floating();
    let most = 1 + usize::from(numbers[2] % 3);
    let keys: Vec<String> = (comparable.iter().filter(can_be_key))
        .take(most)
        .map(|column| column.name.clone())
        .collect();
    let columns = comparable.iter().filter(|it| !keys.contains(&it.name));
    // Of numbers with more digits no engine can tell how far they lie apart.
    let takes_tolerance = |column: &&&Column| match &column.column_type {
        ColumnType::Decimal { precision, .. } => *precision <= 18,
        other => other.is_integer() || other.is_floating(),
    };
    let tolerance = Tolerance {
        absolute: ["0", "1", "0.01"][usize::from(numbers[3] % 3)]
            .parse::<BigDecimal>()
            .unwrap(),
        relative: [0.0, 0.0, 0.3][usize::from(numbers[4] % 3)],
    };
    let tolerances = columns.clone().filter(takes_tolerance);
    Some(SideBySide {
        tolerances: tolerances
            .map(|column| (column.name.clone(), tolerance.clone()))
            .collect(),
        columns: columns.map(|column| column.name.clone()).collect(),
        keys,
    })
    // Without columns to compare all others are, also those of types that are not.
    .filter(|rule| {
        let is_all = rule.keys.len() == table.columns.len();
        !rule.keys.is_empty() && (is_all || !rule.columns.is_empty())
    })
}

fn check(drawn: &Drawn) -> Result<(), TestCaseError> {
    let workspace = Workspace::new();
    parquet_file::write(&workspace.path("l.parquet"), &drawn.left, 1000);
    parquet_file::write(&workspace.path("r.parquet"), &drawn.right, 1000);
    let config = config(&drawn.rule);
    workspace.write("rules.yaml", config.to_string());
    let arguments = ["rules.yaml", "--output", "report.json"];
    let outcome = workspace.finish(with_server(&mut workspace.command(&arguments)));
    prop_assert!(matches!(outcome.code, Some(0 | 1)), "{:?}", outcome);
    let report = workspace.json("report.json");
    let [left, right] =
        [&drawn.left, &drawn.right].map(|side| side.rows().collect::<Vec<Row<'_>>>());
    let tally = drawn.rule.tally(&left, &right);
    let changed = drawn.rule.columns.iter().zip(&tally.changed_in);
    let changed: BTreeMap<&String, &u64> = changed.filter(|(_, count)| **count > 0).collect();
    let expected = json!([
        tally.keys,
        tally.failed(),
        tally.missing_left,
        tally.missing_right,
        tally.repeated,
        tally.changed,
        changed
    ]);
    for engine in ENGINES {
        for other in ENGINES {
            let result = rule(&report, engine, other);
            prop_assert_eq!(
                &key_counts(result),
                &expected,
                "{} and {}: {}",
                engine,
                other,
                result["message"]
            );
        }
    }
    Ok(())
}

/// A table for each engine, held against the other side on each engine.
fn config(rule: &SideBySide) -> Value {
    let amounts = |amount: &dyn Fn(&Tolerance) -> Value| {
        let amounts = rule.tolerances.iter();
        let amounts = amounts.map(|(name, tolerance)| (name.clone(), amount(tolerance)));
        amounts.collect::<Map<String, Value>>()
    };
    let absolute =
        |tolerance: &Tolerance| json!(tolerance.absolute.to_string().parse::<f64>().unwrap());
    let rules = || -> Vec<Value> {
        let rule_with = |other: &&str| {
            let columns = (!rule.columns.is_empty()).then_some(&rule.columns);
            json!({
                "name": other,
                "rule_type": "reconcile",
                "columns": columns,
                "parameters": {
                    "with": {"engine": other, "path": "r.parquet"},
                    "keys": rule.keys,
                    "tolerance": amounts(&absolute),
                    "relative_tolerance": amounts(&|tolerance| json!(tolerance.relative)),
                },
            })
        };
        ENGINES.iter().map(rule_with).collect()
    };
    let table = |engine: &&str| json!({"name": engine, "engine": engine, "source": "l.parquet", "rules": rules()});
    json!({
        "engines": {
            "duckdb": {"type": "duckdb"},
            "datafusion": {"type": "datafusion"},
            "postgres": {"type": "postgres", "connection_params": {"url": "${env:DATA_VALIDATOR_TEST_URL}"}},
        },
        "tables": ENGINES.iter().map(table).collect::<Vec<_>>(),
    })
}

//! Rules about a table as a whole.

use super::check;
use crate::support::{Workspace, rule};

const NUMBERS: &str = "SELECT * FROM (VALUES
    (1::BIGINT, 0.10::DECIMAL(20, 2), 0.1::DOUBLE, 1.0::DOUBLE, NULL::INTEGER, 'a'),
    (2, 0.20, 0.2, 'NaN', NULL, 'b'),
    (3, 0.35, 0.3, 'Infinity', NULL, 'b'),
    (9223372036854775807, -0.01, 0.4, 2, NULL, NULL),
    (9223372036854775807, NULL, NULL, NULL, NULL, 'é')) AS t(i, d, x, odd, nothing, s)";

fn aggregate(column: &str, parameters: &str) -> String {
    format!("rule_type: aggregate, column: {column}, parameters: {{function: {parameters}}}")
}

fn check_aggregates(cases: &[(&str, &str, &str)]) {
    let cases: Vec<(String, &str)> = cases
        .iter()
        .map(|(column, parameters, expected)| (aggregate(column, parameters), *expected))
        .collect();
    let cases: Vec<_> = cases
        .iter()
        .map(|(rule, expected)| (&**rule, *expected))
        .collect();
    check(NUMBERS, &cases);
}

#[test]
fn rows_are_counted() {
    check(
        NUMBERS,
        &[
            (
                "rule_type: row_count, parameters: {min: 5, max: 5}",
                "1 0 0 observed 5",
            ),
            (
                "rule_type: row_count, parameters: {equals: 4}",
                "1 1 0 observed 5",
            ),
            (
                "rule_type: row_count, where: 'i > 2', parameters: {max: 2}",
                "1 1 0 observed 3",
            ),
            (
                "rule_type: row_count, where: 'i > 2', parameters: {max: 3}",
                "1 0 0 observed 3",
            ),
            (
                "rule_type: row_count, where: 'i < 0', parameters: {min: 1}",
                "1 1 0 observed 0",
            ),
            (
                "rule_type: row_count, where: 'i < 0', on_empty: error, parameters: {max: 1}",
                "1 0 0 observed 0",
            ),
        ],
    );
}

#[test]
fn sums_of_exact_numbers_are_exact() {
    check_aggregates(&[
        (
            "i",
            "sum, min_value: 0",
            "1 0 0 observed \"18446744073709551620\"",
        ),
        (
            "i",
            "mean, min_value: 3689348814741910324, max_value: 3689348814741910324",
            "1 0 0 observed 3689348814741910324",
        ),
        (
            "d",
            "sum, min_value: 0.64, max_value: 0.64",
            "1 0 0 observed 0.64",
        ),
        (
            "d",
            "mean, min_value: 0.16, max_value: 0.16",
            "1 0 0 observed 0.16",
        ),
        ("d", "mean, min_value: 0.17", "1 1 0 observed 0.16"),
        (
            "d",
            "mean, min_value: 0.17, tolerance: 0.01",
            "1 0 0 observed 0.16",
        ),
        ("d", "min, min_value: 0", "1 1 0 observed -0.01"),
        (
            "i",
            "max, max_value: 100",
            "1 1 0 observed 9223372036854775807",
        ),
        ("i", "min, min_value: 1", "1 0 0 observed 1"),
    ]);
}

#[test]
fn doubles_are_summed_and_ranked() {
    check_aggregates(&[
        ("x", "sum, min_value: 1, max_value: 1", "1 0 0 observed 1"),
        (
            "x",
            "mean, min_value: 0.25, max_value: 0.25",
            "1 0 0 observed 0.25",
        ),
        ("x", "max, max_value: 0.4", "1 0 0 observed 0.4"),
        (
            "x",
            "stddev_pop, max_value: 0.111803399",
            "1 0 0 observed 0.111803399",
        ),
        (
            "x",
            "stddev_samp, max_value: 0.129",
            "1 1 0 observed 0.129099445",
        ),
        ("x", "median, max_value: 0.25", "1 0 0 observed 0.25"),
        (
            "x",
            "quantile, quantile: 0, max_value: 0.1",
            "1 0 0 observed 0.1",
        ),
        (
            "x",
            "quantile, quantile: 1, max_value: 0.1",
            "1 1 0 observed 0.4",
        ),
        ("i", "median, max_value: 3", "1 0 0 observed 3"),
        (
            "i",
            "quantile, quantile: 0.1, max_value: 1.4",
            "1 0 0 observed 1.4",
        ),
        ("d", "median, max_value: 0.15", "1 0 0 observed 0.15"),
        (
            "d",
            "quantile, quantile: 0.9, max_value: 1",
            "1 0 0 observed 0.305",
        ),
        (
            "d",
            "stddev_pop, max_value: 1",
            "1 0 0 observed 0.132476413",
        ),
    ]);
}

#[test]
fn nan_makes_nan_and_infinity_is_a_number() {
    check_aggregates(&[
        ("odd", "sum, min_value: 0", "1 1 0 observed \"NaN\""),
        ("odd", "max, min_value: 0", "1 1 0 observed \"NaN\""),
        ("odd", "min, min_value: 0", "1 1 0 observed \"NaN\""),
        ("odd", "median, min_value: 0", "1 1 0 observed \"NaN\""),
        (
            "odd",
            "distinct_count, min_value: 4, max_value: 4",
            "1 0 0 observed 4",
        ),
    ]);
    let infinite = "SELECT * FROM (VALUES ('Infinity'::DOUBLE), ('1'), ('-5')) AS t(x)";
    check(
        infinite,
        &[
            (
                &aggregate("x", "sum, min_value: 0"),
                "1 0 0 observed \"Infinity\"",
            ),
            (
                &aggregate("x", "mean, max_value: 0"),
                "1 1 0 observed \"Infinity\"",
            ),
            (
                &aggregate("x", "max, min_value: 0"),
                "1 0 0 observed \"Infinity\"",
            ),
            (&aggregate("x", "min, min_value: -5"), "1 0 0 observed -5"),
            (
                &aggregate("x", "stddev_samp, min_value: 0"),
                "1 1 0 observed \"NaN\"",
            ),
            (&aggregate("x", "median, max_value: 1"), "1 0 0 observed 1"),
        ],
    );
}

#[test]
fn values_are_counted_and_nothing_is_missing() {
    check_aggregates(&[
        (
            "s",
            "distinct_count, min_value: 3, max_value: 3",
            "1 0 0 observed 3",
        ),
        ("i", "distinct_count, max_value: 3", "1 1 0 observed 4"),
        ("s", "null_fraction, max_value: 0.2", "1 0 0 observed 0.2"),
        (
            "nothing",
            "null_fraction, max_value: 0.5",
            "1 1 0 observed 1",
        ),
        (
            "nothing",
            "distinct_count, min_value: 1",
            "1 1 0 observed 0",
        ),
        ("nothing", "sum, min_value: 1", "1 0 1 observed null"),
        (
            "nothing",
            "sum, min_value: 1, nulls: fail",
            "1 1 1 observed null",
        ),
        (
            "nothing",
            "median, min_value: 1, nulls: exclude",
            "1 0 1 observed null",
        ),
        ("nothing", "max, min_value: 1", "1 0 1 observed null"),
        (
            "nothing",
            "stddev_samp, min_value: 1",
            "1 0 1 observed null",
        ),
        (
            "s",
            "max, min_value: 1",
            "error: needs numbers, dates or timestamps",
        ),
        ("s", "mean, min_value: 1", "error: needs numbers"),
        (
            "i",
            "sum, min_value: 'a'",
            "error: write the bound as a number",
        ),
    ]);
    check(
        NUMBERS,
        &[
            (
                "rule_type: aggregate, column: x, where: 'i = 1', parameters: {function: stddev_samp, max_value: 1}",
                "1 0 1 observed null",
            ),
            (
                "rule_type: aggregate, column: x, where: 'i = 1', parameters: {function: stddev_pop, max_value: 1}",
                "1 0 0 observed 0",
            ),
            (
                "rule_type: aggregate, column: i, where: 'i < 3', parameters: {function: sum, max_value: 3}",
                "1 0 0 observed 3",
            ),
            (
                "rule_type: aggregate, column: i, where: 'i < 3', parameters: {function: median, max_value: 1.5}",
                "1 0 0 observed 1.5",
            ),
            (
                "rule_type: aggregate, column: i, where: 'i < 0', parameters: {function: null_fraction, max_value: 0}",
                "1 0 1 observed null",
            ),
        ],
    );
}

#[test]
fn columns_are_those_of_the_schema() {
    let of = |columns: &str, more: &str| {
        format!("rule_type: schema, parameters: {{columns: [{columns}]{more}}}")
    };
    check(
        "SELECT 1::BIGINT AS id, 'a' AS name, 1.5::DECIMAL(10, 2) AS price, DATE '2026-01-01' AS day, 1.5::DOUBLE AS x",
        &[
            (
                &of(
                    "{name: id, type: integer}, {name: name, type: text}, {name: price, type: 'decimal(10,2)'}, {name: day, type: date}, {name: x, type: double}",
                    ", extra_columns: fail, ordered: true",
                ),
                "1 0 0 observed 0",
            ),
            (&of("{name: name}, {name: id}", ""), "1 0 0 observed 0"),
            (
                &of("{name: name}, {name: id}", ", ordered: true"),
                "1 1 0 observed 1",
            ),
            (
                &of(
                    "{name: id, type: text}, {name: Name}",
                    ", extra_columns: fail",
                ),
                "1 1 0 observed 6",
            ),
            (
                &of("{name: price, type: 'decimal(12,2)'}", ""),
                "1 1 0 observed 1",
            ),
        ],
    );
}

#[test]
fn a_column_that_may_not_hold_null_holds_none_in_scope() {
    let of = |columns: &str, more: &str| {
        format!("rule_type: schema, parameters: {{columns: [{columns}]}}{more}")
    };
    check(
        "SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS rows (id, name)",
        &[
            (
                &of(
                    "{name: id, nullable: false}, {name: name, nullable: true}",
                    "",
                ),
                "1 0 0 observed 0",
            ),
            (
                &of("{name: id}, {name: name, nullable: false}", ""),
                "1 1 0 observed 1",
            ),
            (
                &of("{name: name, nullable: false}", ", where: \"id = 1\""),
                "1 0 0 observed 0",
            ),
            (
                &of("{name: other, nullable: false}", ""),
                "1 1 0 observed 1",
            ),
        ],
    );
}

#[test]
fn what_failed_is_said_in_words() {
    let workspace = Workspace::new();
    let report = workspace.report_on(
        "id,at,x\n1,2025-12-30,2.5\n2,2025-12-31,3.5\n3,2025-12-31,\n",
        "- {name: rows, rule_type: row_count, parameters: {min: 4}}
- {name: mean, rule_type: aggregate, column: x, parameters: {function: mean, max_value: 2.75}}
- {name: fresh, rule_type: freshness, column: at, parameters: {max_age: 1h}}
- {name: columns, rule_type: schema, parameters: {columns: [{name: id, type: text, nullable: false}, {name: y}, {name: x, nullable: false}]}}
- {name: quantile, rule_type: aggregate, column: x, parameters: {function: quantile, quantile: 0.25, min_value: 3}}",
    );
    let messages: Vec<&str> = ["rows", "mean", "fresh", "columns", "quantile"]
        .iter()
        .map(|name| rule(&report, "t", name)["message"].as_str().unwrap())
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @"
    Rule 'rows': the number of rows is 3, less than 4
    Rule 'mean': the mean of column 'x' is 3, more than 2.75
    Rule 'fresh': the latest value of column 'at' is 2025-12-31T00:00:00, 86400 seconds old, more than 3600 seconds
    Rule 'columns': column 'id' is integer and not text; column 'y' is missing; NULLs in column 'x': 1
    Rule 'quantile': the 0.25-quantile of column 'x' is 2.75, less than 3
    ");
}

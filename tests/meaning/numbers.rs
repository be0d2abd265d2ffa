//! Rules about values that are numbers, booleans, or in a list.

use super::check;

/// Whole numbers, decimals of 38 digits, doubles with all that is odd about them, and booleans.
const NUMBERS: &str = "SELECT * FROM (VALUES
    (1::BIGINT, 1.50::DECIMAL(38, 2), 0.1::DOUBLE, 0.1::FLOAT, TRUE),
    (2, -2.00, 'NaN', 'NaN', FALSE),
    (-3, 999999999999999999999999999999999999.99, 'Infinity', '-Infinity', NULL),
    (9223372036854775807, 0.01, '-0.0', '2.5', TRUE),
    (NULL, NULL, NULL, NULL, NULL)) AS t(i, d, x, f, b)";

#[test]
fn values_are_in_a_list_or_not() {
    check(
        NUMBERS,
        &[
            (
                "rule_type: accepted_values, column: i, parameters: {values: [1, 2, 9223372036854775807]}",
                "5 1 1",
            ),
            (
                "rule_type: accepted_values, column: i, parameters: {values: [1.0, 2.5, 1e300]}",
                "5 3 1",
            ),
            (
                "rule_type: accepted_values, column: i, parameters: {values: [1.5]}",
                "5 4 1",
            ),
            (
                "rule_type: rejected_values, column: i, parameters: {values: [1.5]}",
                "5 0 1",
            ),
            (
                "rule_type: rejected_values, column: i, parameters: {values: [-3, 2]}",
                "5 2 1",
            ),
            (
                "rule_type: accepted_values, column: d, parameters: {values: [1.5, -2, '999999999999999999999999999999999999.99', 0.001]}",
                "5 1 1",
            ),
            (
                "rule_type: accepted_values, column: x, parameters: {values: [0, 0.1]}",
                "5 2 1",
            ),
            (
                "rule_type: rejected_values, column: x, parameters: {values: [0, 0.1]}",
                "5 2 1",
            ),
            (
                "rule_type: accepted_values, column: f, parameters: {values: [0.1, 2.5]}",
                "5 2 1",
            ),
            (
                "rule_type: accepted_values, column: b, parameters: {values: [true]}",
                "5 1 2",
            ),
            (
                "rule_type: accepted_values, column: b, parameters: {values: [true], nulls: fail}",
                "5 3 2",
            ),
            (
                "rule_type: accepted_values, column: b, threshold: 0.6, parameters: {values: [true, false], nulls: exclude}",
                "5 0 2",
            ),
            (
                "rule_type: accepted_values, column: b, parameters: {values: [1]}",
                "error: write true or false",
            ),
            (
                "rule_type: accepted_values, column: i, parameters: {values: ['a']}",
                "error: as a number, without quotes",
            ),
            (
                "rule_type: accepted_values, column: i, parameters: {values: ['1'], case_sensitive: false}",
                "error: 'case_sensitive' is for texts",
            ),
        ],
    );
}

#[test]
fn columns_are_compared_by_value() {
    let rows = "SELECT * FROM (VALUES
        (1::BIGINT, 1::INTEGER, 1.00::DECIMAL(20, 2), 1.0::DOUBLE, 1.5::FLOAT, 'a', 'b', TRUE, FALSE),
        (2, 1, 2.01, 'NaN', '2', 'a', 'B', TRUE, TRUE),
        (9007199254740993, 0, 9007199254740992.99, '9007199254740992', '-0.0', 'é', 'z', NULL, TRUE),
        (-1, -2, -1, 'NaN', 'NaN', '', '', FALSE, FALSE),
        (0, NULL, 0, '-Infinity', 'Infinity', NULL, 'x', NULL, NULL)) AS t(i, j, d, x, f, s, u, b, c)";
    check(
        rows,
        &[
            (
                "rule_type: comparison, column: i, parameters: {operator: '>', other_column: j}",
                "5 1 1",
            ),
            (
                "rule_type: comparison, column: i, parameters: {operator: '=', other_column: j}",
                "5 3 1",
            ),
            (
                "rule_type: comparison, column: i, parameters: {operator: '!=', other_column: j}",
                "5 1 1",
            ),
            (
                "rule_type: comparison, column: i, parameters: {operator: '<=', other_column: d}",
                "5 1 0",
            ),
            (
                "rule_type: comparison, column: d, parameters: {operator: '<', other_column: i}",
                "5 4 0",
            ),
            // 9007199254740993 is rounded to the double before it, and NaN fails.
            (
                "rule_type: comparison, column: i, parameters: {operator: '=', other_column: x}",
                "5 3 0",
            ),
            (
                "rule_type: comparison, column: x, parameters: {operator: '<=', other_column: f}",
                "5 3 0",
            ),
            (
                "rule_type: comparison, column: x, parameters: {operator: '!=', other_column: f}",
                "5 2 0",
            ),
            (
                "rule_type: comparison, column: s, parameters: {operator: '<', other_column: u}",
                "5 3 1",
            ),
            (
                "rule_type: comparison, column: s, parameters: {operator: '<=', other_column: u, nulls: fail}",
                "5 3 1",
            ),
            (
                "rule_type: comparison, column: b, parameters: {operator: '=', other_column: c}",
                "5 1 2",
            ),
            (
                "rule_type: comparison, column: d, parameters: {operator: '=', other_column: x}",
                "error: is not compared with",
            ),
            (
                "rule_type: comparison, column: s, parameters: {operator: '=', other_column: i}",
                "error: is not compared with",
            ),
            (
                "rule_type: comparison, column: s, parameters: {operator: '=', other_column: S}",
                "error: column 'S' does not exist",
            ),
        ],
    );
}

#[test]
fn missing_values_pass_fail_or_are_left_out() {
    let rows = "SELECT * FROM (VALUES (1), (5), (NULL)) AS t(a)";
    check(
        rows,
        &[
            (
                "rule_type: range, column: a, parameters: {max_value: 2}",
                "3 1 1",
            ),
            (
                "rule_type: range, column: a, parameters: {max_value: 2, nulls: fail}",
                "3 2 1",
            ),
            (
                "rule_type: range, column: a, parameters: {max_value: 2, nulls: exclude}",
                "3 1 1",
            ),
            (
                "rule_type: range, column: a, where: 'a IS NULL', parameters: {max_value: 2, nulls: exclude}",
                "1 0 1",
            ),
            (
                "rule_type: range, column: a, where: 'a > 2', parameters: {max_value: 2}",
                "1 1 0",
            ),
        ],
    );
}

#[test]
fn bounds_in_quotes_keep_digits_that_yaml_would_cut() {
    check(
        NUMBERS,
        &[
            (
                "rule_type: range, column: d, parameters: {max_value: '999999999999999999999999999999999999.99'}",
                "5 0 1",
            ),
            (
                "rule_type: range, column: d, parameters: {max_value: '999999999999999999999999999999999999.98'}",
                "5 1 1",
            ),
            (
                "rule_type: range, column: d, parameters: {min_value: '-9', max_value: '10'}",
                "5 1 1",
            ),
            (
                "rule_type: aggregate, column: d, parameters: {function: sum, max_value: '999999999999999999999999999999999999.49'}",
                "1 1 0 observed \"999999999999999999999999999999999999.5\"",
            ),
        ],
    );
}

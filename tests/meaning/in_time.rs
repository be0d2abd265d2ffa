//! Rules about dates and timestamps, and about the present.

use super::check;

/// The present of these tests is noon of 2026-01-01 in UTC.
const MOMENTS: &str = "SELECT * FROM (VALUES
    (DATE '2026-01-01', TIMESTAMP '2026-01-01 12:00:00', TIMESTAMPTZ '2026-01-01 14:00:00+02'),
    (DATE '2026-01-02', TIMESTAMP '2026-01-01 12:00:00.000001', TIMESTAMPTZ '2026-01-01 07:00:01-05'),
    (DATE '1969-12-31', TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMPTZ '1900-01-01 00:00:00+00'),
    (NULL, NULL, NULL)) AS t(d, n, z)";

#[test]
fn what_is_in_the_future_is_told_to_the_microsecond() {
    check(
        MOMENTS,
        &[
            ("rule_type: not_in_future, column: d", "4 1 1"),
            ("rule_type: not_in_future, column: n", "4 1 1"),
            ("rule_type: not_in_future, column: z", "4 1 1"),
            (
                "rule_type: not_in_future, column: z, parameters: {nulls: fail}",
                "4 2 1",
            ),
        ],
    );
    check(
        "SELECT 1 AS n",
        &[(
            "rule_type: not_in_future, column: n",
            "error: is compared with dates and timestamps",
        )],
    );
}

#[test]
fn a_table_is_fresh_by_its_latest_value() {
    check(
        MOMENTS,
        &[
            (
                "rule_type: freshness, column: n, where: \"n < '2026-01-01 12:00:00.000001'\", parameters: {max_age: 0s}",
                "1 0 0 observed 0",
            ),
            (
                "rule_type: freshness, column: n, parameters: {max_age: 1s}",
                "1 0 0 observed -1e-6",
            ),
            (
                "rule_type: freshness, column: z, parameters: {max_age: 0s}",
                "1 0 0 observed -1",
            ),
            (
                "rule_type: freshness, column: d, where: \"d < '2026-01-02'\", parameters: {max_age: 12h}",
                "1 0 0 observed 43200",
            ),
            (
                "rule_type: freshness, column: d, where: \"d < '2026-01-02'\", parameters: {max_age: 43199}",
                "1 1 0 observed 43200",
            ),
            (
                "rule_type: freshness, column: n, where: \"n < '2000-01-01'\", parameters: {max_age: 7d}",
                "1 1 0 observed 1767268800.000001",
            ),
            (
                "rule_type: freshness, column: n, where: 'n IS NULL', parameters: {max_age: 7d}",
                "1 1 1",
            ),
            (
                "rule_type: freshness, column: n, where: 'n IS NULL AND d IS NOT NULL', parameters: {max_age: 7d}",
                "1 1 1",
            ),
        ],
    );
}

#[test]
fn dates_meet_timestamps_as_midnight_in_utc() {
    let rows = "SELECT * FROM (VALUES
        (DATE '2026-01-01', TIMESTAMP '2026-01-01 00:00:00', TIMESTAMPTZ '2026-01-01 02:00:00+02', DATE '2025-12-31'),
        (DATE '2026-01-01', TIMESTAMP '2026-01-01 00:00:00.000001', TIMESTAMPTZ '2026-01-01 00:00:00+02', NULL),
        (DATE '0001-01-01', TIMESTAMP '9999-12-31 23:59:59', TIMESTAMPTZ '2026-07-01 00:00:00+00', DATE '9999-12-31')) AS t(d, n, z, e)";
    check(
        rows,
        &[
            (
                "rule_type: comparison, column: d, parameters: {operator: '=', other_column: n}",
                "3 2 0",
            ),
            (
                "rule_type: comparison, column: n, parameters: {operator: '>', other_column: d}",
                "3 1 0",
            ),
            (
                "rule_type: comparison, column: d, parameters: {operator: '=', other_column: z}",
                "3 2 0",
            ),
            (
                "rule_type: comparison, column: n, parameters: {operator: '<=', other_column: z}",
                "3 2 0",
            ),
            (
                "rule_type: comparison, column: z, parameters: {operator: '>=', other_column: n}",
                "3 2 0",
            ),
            (
                "rule_type: comparison, column: d, parameters: {operator: '<', other_column: e}",
                "3 1 1",
            ),
            (
                "rule_type: accepted_values, column: d, parameters: {values: ['2026-01-01']}",
                "3 1 0",
            ),
            (
                "rule_type: accepted_values, column: n, parameters: {values: ['2026-01-01', '2026-01-01T00:00:00.000001Z']}",
                "3 1 0",
            ),
            (
                "rule_type: rejected_values, column: z, parameters: {values: ['2026-01-01T00:00:00Z']}",
                "3 1 0",
            ),
            (
                "rule_type: accepted_values, column: d, parameters: {values: ['today']}",
                "error: write a date as 2026-01-31",
            ),
            (
                "rule_type: accepted_values, column: n, parameters: {values: ['2026-01-01T00:00:00.0000001']}",
                "error: to the microsecond",
            ),
        ],
    );
}

#[test]
fn the_first_and_the_last_moment_are_compared_with_bounds() {
    check(
        MOMENTS,
        &[
            (
                "rule_type: aggregate, column: d, parameters: {function: min, min_value: '1970-01-01'}",
                "1 1 0 observed \"1969-12-31\"",
            ),
            (
                "rule_type: aggregate, column: d, parameters: {function: max, max_value: '2026-01-02'}",
                "1 0 0 observed \"2026-01-02\"",
            ),
            (
                "rule_type: aggregate, column: n, parameters: {function: min, max_value: '1970-01-01'}",
                "1 0 0 observed \"1969-12-31T23:59:59.999999\"",
            ),
            (
                "rule_type: aggregate, column: z, parameters: {function: max, max_value: '2026-01-01T12:00:00Z'}",
                "1 1 0 observed \"2026-01-01T12:00:01Z\"",
            ),
            (
                "rule_type: aggregate, column: d, parameters: {function: sum, max_value: 1}",
                "error: needs numbers",
            ),
            (
                "rule_type: aggregate, column: d, parameters: {function: min, max_value: 1}",
                "error: write the date in quotes",
            ),
            (
                "rule_type: aggregate, column: d, parameters: {function: min, min_value: '1970-01-01', tolerance: 1}",
                "error: 'tolerance' is for numbers",
            ),
        ],
    );
}

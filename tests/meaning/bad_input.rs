//! Rules that a table cannot be judged by: each says why, on every engine, and the others keep their numbers.

use super::check;

#[test]
fn a_type_that_a_rule_cannot_judge_is_named() {
    check(
        "SELECT true AS b, 1::BIGINT AS n, 'x' AS s, DATE '2026-01-01' AS d, 1.5::DECIMAL(4, 2) AS e",
        &[
            (
                "rule_type: range, column: b, parameters: {min_value: 0}",
                "error: does not fit column 'b' of type boolean",
            ),
            (
                "rule_type: pattern, column: d, parameters: {pattern: x}",
                "error: a pattern needs text, but column 'd' is date",
            ),
            (
                "rule_type: length, column: n, parameters: {min: 1}",
                "error: a length needs text, but column 'n' is integer",
            ),
            (
                "rule_type: format, column: b, parameters: {format: email}",
                "error: a format needs text, but column 'b' is boolean",
            ),
            (
                "rule_type: castable, column: e, parameters: {type: integer}",
                "error: a cast needs text, but column 'e' is decimal(4,2)",
            ),
            (
                "rule_type: accepted_values, column: d, parameters: {values: [1]}",
                "error: the value 1 does not fit column 'd' of type date",
            ),
            (
                "rule_type: rejected_values, column: n, parameters: {values: [x], case_sensitive: false}",
                "error: 'case_sensitive' is for texts, but column 'n' is integer",
            ),
            (
                "rule_type: not_in_future, column: s",
                "error: but column 's' is text",
            ),
            (
                "rule_type: freshness, column: n, parameters: {max_age: 1h}",
                "error: but column 'n' is integer",
            ),
            (
                "rule_type: aggregate, column: b, parameters: {function: mean, min_value: 0}",
                "error: needs numbers, but column 'b' is boolean",
            ),
            (
                "rule_type: comparison, column: s, parameters: {operator: '<', other_column: n}",
                "error: column 's' of type text is not compared with column 'n' of type integer",
            ),
            (
                "rule_type: foreign_key, column: b, parameters: {references: {table: t, columns: [n]}}",
                "error: are no partners of a key",
            ),
            ("rule_type: completeness, column: b", "1 0 0"),
        ],
    );
}

#[test]
fn a_number_that_overflows_is_no_answer() {
    check(
        "SELECT 9223372036854775807::BIGINT AS n",
        &[
            (
                "rule_type: custom, expression: \"n < CAST('9223372036854775808' AS BIGINT)\"",
                "error: could not be judged",
            ),
            (
                "rule_type: custom, expression: 'SELECT 9223372036854775807 FROM {table}'",
                "error: but only 1 rows are in scope",
            ),
            (
                "rule_type: range, column: n, parameters: {max_value: '1e400'}",
                "1 0 0",
            ),
            ("rule_type: completeness, column: n", "1 0 0"),
        ],
    );
}

#[test]
fn a_time_zone_is_an_offset_and_has_to_exist() {
    let range =
        |bound: &str| format!("rule_type: range, column: z, parameters: {{min_value: '{bound}'}}");
    check(
        "SELECT TIMESTAMPTZ '2026-01-01 12:00:00+00' AS z, DATE '2026-01-01' AS d",
        &[
            (&range("2026-01-01T13:00:00+01:00"), "1 0 0"),
            (
                &range("2026-01-01T12:00:00[Mars/Phobos]"),
                "error: write a timestamp as 2026-01-31T12:00:00",
            ),
            // One that exists would have no effect there, and so is refused too.
            (
                &range("2026-01-01T13:00:00[Europe/Paris]"),
                "error: write a timestamp as 2026-01-31T12:00:00",
            ),
            (&range("2026-01-01T12:00:00+25:00"), "error: does not fit"),
            (
                "rule_type: range, column: d, parameters: {min_value: '2026-01-01[Mars/Phobos]'}",
                "error: write a date as 2026-01-31",
            ),
            (
                "rule_type: custom, expression: \"z AT TIME ZONE 'Mars/Phobos' > '2026-01-01'\"",
                "error: could not be judged",
            ),
            ("rule_type: completeness, column: z", "1 0 0"),
        ],
    );
}

#[test]
fn the_place_of_the_table_is_no_place_in_a_text_or_a_name() {
    check(
        "SELECT * FROM (VALUES ('{table}', 1), ('t', 2), (NULL, 3)) AS v(s, \"{table}\")",
        &[
            (
                "rule_type: custom, expression: \"SELECT COUNT(*) FROM {table} WHERE s = '{table}'\"",
                "3 1 0",
            ),
            ("rule_type: custom, expression: \"s = '{table}'\"", "3 1 1"),
            (
                "rule_type: custom, expression: 'SELECT COUNT(*) FROM {table} WHERE \"{table}\" > 1'",
                "3 2 0",
            ),
            (
                "rule_type: custom, expression: \"SELECT COUNT(*) FROM {table} -- ; DROP TABLE {table}\"",
                "3 3 0",
            ),
            (
                "rule_type: custom, expression: \"SELECT COUNT(*) FROM {table} /* ; DROP TABLE {table} */ WHERE s = 't'\"",
                "3 1 0",
            ),
        ],
    );
}

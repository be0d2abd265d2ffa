//! Two sides that are compared: the same counts whichever engines hold them.

use serde_json::{Value, json};

use super::{ENGINES, write_tables};
use crate::engines::with_server;
use crate::support::{Workspace, rule};

/// A rule without its name, type and `with`, and what it must find: `[total, failed, missing_left, missing_right,
/// repeated, changed, {column: keys that it differs in}]`, other metadata, or a part of an error's message.
type Case<'c> = (&'c str, Value);

/// Judges the rows of both sides, given as queries of DuckDB, on all pairs of engines.
fn check(left: &str, right: &str, cases: &[Case<'_>]) {
    let workspace = Workspace::new();
    write_tables(&workspace, &[("l", left), ("r", right)]);
    let mut config = "engines:
  duckdb: {type: duckdb}
  datafusion: {type: datafusion}
  postgres: {type: postgres, connection_params: {url: '${env:DATA_VALIDATOR_TEST_URL}'}}
tables:
"
    .to_owned();
    for engine in ENGINES {
        config += &format!("  - {{name: {engine}, engine: {engine}, source: l.parquet, rules: [\n");
        for other in ENGINES {
            for (number, (text, _)) in cases.iter().enumerate() {
                let with = format!("with: {{engine: {other}, path: r.parquet}}");
                let text = text.replace("WITH", &with);
                config +=
                    &format!("      {{name: {other} {number}, rule_type: reconcile, {text}}},\n");
            }
        }
        config += "  ]}\n";
    }
    workspace.write("rules.yaml", config);
    let arguments = ["rules.yaml", "--output", "report.json"];
    let outcome = workspace.finish(with_server(&mut workspace.command(&arguments)));
    assert!(matches!(outcome.code, Some(0 | 1 | 3)), "{outcome:?}");
    let report = workspace.json("report.json");
    let mut wrong = Vec::new();
    for engine in ENGINES {
        for other in ENGINES {
            for (number, (text, expected)) in cases.iter().enumerate() {
                let result = rule(&report, engine, &format!("{other} {number}"));
                let found = found(result, expected);
                if found != *expected {
                    wrong.push(format!(
                        "{engine} and {other}: {text}\n  expected {expected}\n  found    {found}: {}",
                        result["message"]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// All that is counted of the keys of both sides.
pub fn key_counts(result: &Value) -> Value {
    let metadata = &result["metadata"];
    json!([
        result["total_count"],
        result["failed_count"],
        metadata["missing_left"],
        metadata["missing_right"],
        metadata["repeated"],
        metadata["changed"],
        metadata["changed_columns"],
    ])
}

/// What a result says, in the form of what is expected.
fn found(result: &Value, expected: &Value) -> Value {
    let message = result["message"].as_str().unwrap();
    match expected {
        Value::String(part) if result["status"] == "error" && message.contains(part) => {
            expected.clone()
        }
        _ if result["status"] == "error" => result["message"].clone(),
        Value::Array(_) => key_counts(result),
        _ => json!({
            "total": result["total_count"],
            "failed": result["failed_count"],
            "metadata": result["metadata"],
        }),
    }
}

const LEFT: &str = "SELECT * FROM (VALUES
    (1::INT, 'a', 1.5::DOUBLE, 10.00::DECIMAL(10, 2), DATE '2026-01-01', TIMESTAMP '2026-01-01 00:00:00', true),
    (2, 'b', 'NaN', 2.50, NULL, TIMESTAMP '2026-01-02 00:00:00.000001', false),
    (3, NULL, '-0', NULL, DATE '1582-10-14', NULL, NULL),
    (4, 'only here', 4, 4, NULL, NULL, NULL),
    (NULL, 'é', 5, 5, NULL, NULL, true),
    (6, 'twice', 6, 6, NULL, NULL, NULL),
    (6, 'twice', 6, 6, NULL, NULL, NULL),
    (7, 'é', 7, 7.00, DATE '2026-01-07', TIMESTAMP '2026-01-07 12:00:00', true),
    (8, 'x', NULL, 0.29, DATE '9999-12-31', TIMESTAMP '9999-12-31 23:59:59.999999', true)
    ) AS t(id, s, x, d, day, moment, flag)";

/// The same keys, values and more in other types.
const RIGHT: &str = "SELECT * FROM (VALUES
    (1::BIGINT, 'a', 1.5::DOUBLE, 10::DECIMAL(20, 4), TIMESTAMP '2026-01-01 00:00:00', DATE '2026-01-01', true),
    (2, 'b', 'NaN', 2.5, NULL, NULL, false),
    (3, NULL, '0', NULL, TIMESTAMP '1582-10-14 00:00:00', NULL, NULL),
    (NULL, 'é', 5, 5, NULL, NULL, true),
    (5, 'only there', 5, 5, NULL, NULL, NULL),
    (6, 'twice', 6, 6, NULL, NULL, NULL),
    (7, 'e', 7.25, 7.0001, TIMESTAMP '2026-01-07 00:00:01', DATE '2026-01-07', false),
    (8, 'X', 0, 0.3, TIMESTAMP '9999-12-31 00:00:00', DATE '9999-12-31', NULL)
    ) AS t(id, s, x, d, day, moment, flag)";

#[test]
fn rows_are_put_side_by_side_by_their_keys() {
    check(
        LEFT,
        RIGHT,
        &[
            (
                "parameters: {WITH, keys: [id]}",
                json!([9, 6, 1, 1, 1, 3, {"s": 2, "x": 2, "d": 2, "day": 1, "moment": 3, "flag": 2}]),
            ),
            (
                "columns: [x, d], parameters: {WITH, keys: [id], tolerance: {x: 0.25, d: 0.01}}",
                json!([9, 4, 1, 1, 1, 1, {"x": 1}]),
            ),
            (
                "columns: [d], parameters: {WITH, keys: [id], tolerance: 0.0000999}",
                json!([9, 5, 1, 1, 1, 2, {"d": 2}]),
            ),
            (
                "columns: [x, d], parameters: {WITH, keys: [id], relative_tolerance: 0.035}",
                json!([9, 4, 1, 1, 1, 1, {"x": 1}]),
            ),
            (
                "columns: [x], where: 'id < 3', parameters: {WITH, keys: [id]}",
                json!([8, 6, 6, 0, 0, 0, {}]),
            ),
            (
                "columns: [flag], parameters: {WITH, keys: [id, s]}",
                json!([11, 7, 3, 3, 1, 0, {}]),
            ),
            (
                "columns: [id], parameters: {WITH, keys: [s]}",
                json!([10, 7, 3, 2, 2, 0, {}]),
            ),
            (
                "columns: [x], parameters: {WITH, keys: [day]}",
                json!([6, 4, 1, 1, 1, 1, {"x": 1}]),
            ),
            (
                "columns: [x], parameters: {WITH, keys: [flag]}",
                json!([3, 3, 0, 0, 3, 0, {}]),
            ),
        ],
    );
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    check(
        LEFT,
        RIGHT,
        &[
            (
                "columns: [s], parameters: {WITH, keys: [x]}",
                json!("column 'x' of type double is no key, since it can be NaN"),
            ),
            (
                "columns: [s], parameters: {WITH, keys: [ids]}",
                json!("column 'ids' does not exist; did you mean 'id'?"),
            ),
            (
                "columns: [s], parameters: {WITH, keys: [id], tolerance: {s: 1}}",
                json!("'s', which is no column of numbers"),
            ),
        ],
    );
    check(
        "SELECT 1 AS id, 'a' AS name, 1.5 AS price",
        "SELECT '1' AS id, 1 AS name, 1.5::DOUBLE AS price, 2 AS more",
        &[
            (
                "parameters: {WITH, keys: [id]}",
                json!("column 'id' of type integer is not compared with one of type text"),
            ),
            (
                "parameters: {WITH, keys: [price]}",
                json!("column 'price' of type double is no key"),
            ),
            (
                "column: price, parameters: {WITH, mode: aggregates}",
                json!("of type double without a tolerance"),
            ),
            (
                "column: more, parameters: {WITH, mode: aggregates}",
                json!("column 'more' does not exist"),
            ),
        ],
    );
}

#[test]
fn rows_and_numbers_are_compared_as_a_whole() {
    let numbers = |left: i64, right: i64| json!({"left": left, "right": right});
    check(
        LEFT,
        RIGHT,
        &[
            (
                "parameters: {WITH, mode: count}",
                json!({"total": 1, "failed": 1, "metadata": {"left_rows": 9, "right_rows": 8}}),
            ),
            (
                "parameters: {WITH, mode: count, relative_tolerance: 0.12}",
                json!({"total": 1, "failed": 0, "metadata": {"left_rows": 9, "right_rows": 8}}),
            ),
            (
                "columns: [id, s, day], parameters: {WITH, mode: aggregates}",
                json!({"total": 10, "failed": 5, "metadata": {"differing": {
                    "rows": numbers(9, 8),
                    "id.values": numbers(8, 7),
                    "id.sum": numbers(37, 32),
                    "s.values": numbers(8, 7),
                    "s.distinct_count": numbers(6, 7),
                }}}),
            ),
            (
                "columns: [id, moment], parameters: {WITH, mode: aggregates, tolerance: {id: 5}}",
                json!({"total": 8, "failed": 4, "metadata": {"differing": {
                    "rows": numbers(9, 8),
                    "id.values": numbers(8, 7),
                    "moment.values": numbers(4, 3),
                    "moment.max": {"left": "9999-12-31T23:59:59.999999", "right": "9999-12-31T00:00:00"},
                }}}),
            ),
        ],
    );
}

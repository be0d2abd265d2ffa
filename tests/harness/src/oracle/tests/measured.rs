//! Rules about a table as a whole, and the numbers that are measured on it.

use serde_json::json;

use super::{Outcome, Rule, Table, column, counts, table};
use crate::oracle::evaluate;

/// Whether the rule passes, and what it observes; none where the answer is open, or there is none.
fn measured(table: &Table, rule: serde_json::Value) -> Option<(bool, Option<String>)> {
    let rule: Rule = serde_json::from_value(rule).ok()?;
    match evaluate(table, None, &rule) {
        Outcome::Judged(verdict) => Some((verdict.passed, verdict.observed)),
        Outcome::Unjudged | Outcome::Open => None,
    }
}

fn aggregate(
    table: &Table,
    function: &str,
    more: serde_json::Value,
) -> Option<(bool, Option<String>)> {
    let mut parameters = more;
    parameters["function"] = json!(function);
    measured(
        table,
        json!({"rule_type": "aggregate", "column": "a", "parameters": parameters}),
    )
}

fn is(passed: bool, observed: &str) -> Option<(bool, Option<String>)> {
    Some((passed, Some(observed.to_owned())))
}

#[test]
fn exact_numbers_stay_exact() {
    let numbers = column(
        &json!({"decimal": {"precision": 38, "scale": 2}}),
        &json!(["0.10", "0.20", null]),
    );
    let at_most = |number: &str| json!({"max_value": {"number": number}});
    assert_eq!(aggregate(&numbers, "sum", at_most("0.3")), is(true, "0.3"));
    assert_eq!(
        aggregate(&numbers, "mean", at_most("0.14")),
        is(false, "0.15")
    );
    let tolerant = json!({"max_value": {"number": "0.14"}, "tolerance": {"number": "0.01"}});
    assert_eq!(aggregate(&numbers, "mean", tolerant), is(true, "0.15"));
    let quarter = json!({"quantile": 0.25, "max_value": {"number": "0.125"}});
    assert_eq!(aggregate(&numbers, "quantile", quarter), is(true, "0.125"));
}

#[test]
fn doubles_have_nine_digits_or_the_answer_is_open() {
    let tenths = column(
        &json!("double"),
        &json!(["0.1", "0.2", "0.30000000000000004"]),
    );
    let any = || json!({"min_value": {"number": "-1"}});
    assert_eq!(aggregate(&tenths, "sum", any()), is(true, "0.6"));
    assert_eq!(
        aggregate(&tenths, "stddev_pop", any()),
        is(true, "0.0816496581")
    );
    let cancelling = column(&json!("double"), &json!(["1e308", "1", "-1e308"]));
    assert_eq!(aggregate(&cancelling, "sum", any()), None);
    assert_eq!(aggregate(&cancelling, "median", any()), is(true, "1"));
    let whole = column(&json!("double"), &json!(["1.5", "-1.5"]));
    assert_eq!(aggregate(&whole, "mean", any()), is(true, "0"));
    let odd = column(&json!("double"), &json!(["NaN", "1"]));
    assert_eq!(aggregate(&odd, "max", any()), is(false, "NaN"));
    assert_eq!(aggregate(&odd, "distinct_count", any()), is(true, "2"));
}

#[test]
fn nothing_is_missing_and_counted() {
    let nothing = column(&json!("int64"), &json!([null, null]));
    let rule = |function: &str, nulls: &str| {
        let parameters =
            json!({"function": function, "min_value": {"number": "1"}, "nulls": nulls});
        json!({"rule_type": "aggregate", "column": "a", "parameters": parameters})
    };
    assert_eq!(counts(&nothing, rule("sum", "pass")), Some([1, 0, 1, 0]));
    assert_eq!(counts(&nothing, rule("sum", "fail")), Some([1, 1, 1, 0]));
    assert_eq!(counts(&nothing, rule("sum", "exclude")), Some([1, 0, 1, 1]));
    assert_eq!(
        counts(&nothing, rule("distinct_count", "pass")),
        Some([1, 1, 0, 0])
    );
    assert_eq!(
        counts(&nothing, rule("null_fraction", "pass")),
        Some([1, 0, 0, 0])
    );
    let one = column(&json!("double"), &json!(["inf"]));
    assert_eq!(
        counts(&one, rule("stddev_samp", "pass")),
        Some([1, 0, 1, 0])
    );
}

#[test]
fn age_is_counted_from_the_latest_value() {
    let rule = |age: &str| json!({"rule_type": "freshness", "column": "a", "parameters": {"max_age": age}});
    let dates = column(&json!("date"), &json!(["2020-06-14", "2020-06-13", null]));
    assert_eq!(measured(&dates, rule("131400s")), is(true, "131400"));
    assert_eq!(measured(&dates, rule("36h")), is(false, "131400"));
    let nothing = column(&json!("date"), &json!([null]));
    assert_eq!(counts(&nothing, rule("1d")), Some([1, 1, 1, 0]));
}

#[test]
fn columns_are_missing_of_another_type_extra_or_elsewhere() {
    let both = table(&json!([
        {"name": "a", "type": "uint64", "values": []},
        {"name": "b", "type": "float", "values": []},
    ]));
    let rule = |columns: serde_json::Value| {
        let parameters = json!({"columns": columns, "extra_columns": "fail", "ordered": true});
        json!({"rule_type": "schema", "parameters": parameters})
    };
    let right = json!([{"name": "a", "type": "integer"}, {"name": "b", "type": "double"}]);
    assert_eq!(measured(&both, rule(right)), is(true, "0"));
    let turned = json!([{"name": "b"}, {"name": "a"}]);
    assert_eq!(measured(&both, rule(turned)), is(false, "1"));
    let wrong = json!([{"name": "A"}, {"name": "b", "type": "text"}]);
    assert_eq!(measured(&both, rule(wrong)), is(false, "3"));
}

//! Examples reasoned out by hand from the written meaning of the rules.

mod measured;
mod texts;

use serde_json::json;

use super::expression::Expression;
use super::rule::Rule;
use super::table::Table;
use super::verdict::Outcome;

/// A table of one column `a`.
fn column(column_type: &serde_json::Value, values: &serde_json::Value) -> Table {
    table(&json!([{"name": "a", "type": column_type, "values": values}]))
}

fn table(columns: &serde_json::Value) -> Table {
    match serde_json::from_value(json!({ "columns": columns })) {
        Ok(table) => table,
        Err(error) => panic!("{columns}: {error}"),
    }
}

/// Total, failed, missing and excluded rows; `None` when the rule cannot be judged.
fn counts(table: &Table, rule: serde_json::Value) -> Option<[usize; 4]> {
    counts_in(table, None, rule)
}

fn counts_in(
    table: &Table,
    scope: Option<&Expression>,
    rule: serde_json::Value,
) -> Option<[usize; 4]> {
    let rule: Rule = match serde_json::from_value(rule) {
        Ok(rule) => rule,
        Err(error) => panic!("{error}"),
    };
    match super::evaluate(table, scope, &rule) {
        Outcome::Judged(it) => Some([it.total, it.failed, it.missing, it.excluded]),
        Outcome::Unjudged | Outcome::Open => None,
    }
}

fn passed(table: &Table, rule: serde_json::Value) -> Option<bool> {
    let rule: Rule = serde_json::from_value(rule).ok()?;
    match super::evaluate(table, None, &rule) {
        Outcome::Judged(verdict) => Some(verdict.passed),
        Outcome::Unjudged | Outcome::Open => None,
    }
}

#[test]
fn completeness_fails_what_is_missing() {
    let texts = column(&json!({"text": "plain"}), &json!(["x", "", null]));
    let rule = |parameters| json!({"rule_type": "completeness", "columns": ["a"], "parameters": parameters});
    assert_eq!(counts(&texts, rule(json!({}))), Some([3, 1, 1, 0]));
    let empty = json!({"empty_is_missing": true});
    assert_eq!(counts(&texts, rule(empty)), Some([3, 2, 2, 0]));
    let doubles = column(&json!("double"), &json!(["NaN", "1", null]));
    assert_eq!(counts(&doubles, rule(json!({}))), Some([3, 1, 1, 0]));
    let nan = json!({"nan_is_missing": true});
    assert_eq!(counts(&doubles, rule(nan)), Some([3, 2, 2, 0]));
}

#[test]
fn several_columns_are_complete_when_each_is() {
    let table = table(&json!([
        {"name": "a", "type": "int64", "values": ["1", null, "1", null]},
        {"name": "b", "type": "int64", "values": ["1", "1", null, null]},
    ]));
    let rule = json!({"rule_type": "completeness", "columns": ["a", "b"]});
    assert_eq!(counts(&table, rule), Some([4, 3, 3, 0]));
}

#[test]
fn uniqueness_fails_surplus_rows_and_leaves_out_keys_with_null() {
    let rule = json!({"rule_type": "uniqueness", "columns": ["a"]});
    let doubles = json!(["NaN", "NaN", "0", "-0", null, null, "1"]);
    let doubles = column(&json!("double"), &doubles);
    assert_eq!(counts(&doubles, rule.clone()), Some([7, 2, 2, 0]));
    let composed = column(
        &json!({"text": "plain"}),
        &json!(["\u{e9}", "e\u{301}", "A", "a"]),
    );
    assert_eq!(counts(&composed, rule), Some([4, 0, 0, 0]));
    let pairs = table(&json!([
        {"name": "a", "type": "int64", "values": ["1", "1", "1", "1"]},
        {"name": "b", "type": "int64", "values": ["1", "1", "2", null]},
    ]));
    let rule = json!({"rule_type": "uniqueness", "columns": ["a", "b"]});
    assert_eq!(counts(&pairs, rule), Some([4, 1, 1, 0]));
}

#[test]
fn a_range_fails_nan_and_what_lies_outside() {
    let doubles = json!(["NaN", "inf", "-inf", "0", "-0", "1", null]);
    let doubles = column(&json!("double"), &doubles);
    let rule = |parameters| json!({"rule_type": "range", "column": "a", "parameters": parameters});
    let min = json!({"min_value": {"number": "0"}});
    assert_eq!(counts(&doubles, rule(min)), Some([7, 2, 1, 0]));
    let above = json!({"min_value": {"number": "0"}, "exclusive_min": true});
    assert_eq!(counts(&doubles, rule(above)), Some([7, 4, 1, 0]));
    let fail = json!({"max_value": {"number": "5"}, "nulls": "fail"});
    assert_eq!(counts(&doubles, rule(fail)), Some([7, 3, 1, 0]));
    let exclude = json!({"max_value": {"number": "5"}, "nulls": "exclude"});
    assert_eq!(counts(&doubles, rule(exclude)), Some([7, 2, 1, 1]));
    let quoted = json!({"max_value": "5"});
    assert_eq!(counts(&doubles, rule(quoted)), Some([7, 2, 1, 0]));
    assert_eq!(counts(&doubles, rule(json!({"max_value": "five"}))), None);
}

#[test]
fn a_range_is_exact_and_goes_by_code_point_and_in_utc() {
    let rule = |parameters| json!({"rule_type": "range", "column": "a", "parameters": parameters});
    let integers = column(&json!("int64"), &json!(["0", "1", "9007199254740993"]));
    let half = json!({"min_value": {"number": "0.5"}, "max_value": "9007199254740992.5"});
    assert_eq!(counts(&integers, rule(half)), Some([3, 2, 0, 0]));
    let texts = column(
        &json!({"text": "plain"}),
        &json!(["Z", "a", "\u{e9}", "", "\u{1F600}"]),
    );
    let letters = json!({"min_value": "a", "max_value": "\u{FFFF}"});
    assert_eq!(counts(&texts, rule(letters)), Some([5, 3, 0, 0]));
    let moments = json!(["2020-01-01T00:00:00", "2019-12-31T23:30:00"]);
    let moments = column(&json!({"timestamp": "microseconds"}), &moments);
    let zoned = json!({"min_value": "2020-01-01T01:00:00+01:00"});
    assert_eq!(counts(&moments, rule(zoned)), Some([2, 1, 0, 0]));
}

#[test]
fn a_pattern_is_searched_and_knows_ascii_alone() {
    let texts = json!(["a1", "1", "\u{663}", "", "a\n", null]);
    let texts = column(&json!({"text": "plain"}), &texts);
    let rule =
        |parameters| json!({"rule_type": "pattern", "column": "a", "parameters": parameters});
    assert_eq!(
        counts(&texts, rule(json!({"pattern": r"\d"}))),
        Some([6, 3, 1, 0])
    );
    let full = json!({"pattern": r"\d", "match": "full"});
    assert_eq!(counts(&texts, rule(full)), Some([6, 4, 1, 0]));
    let negated = json!({"pattern": r"\d", "negate": true, "nulls": "fail"});
    assert_eq!(counts(&texts, rule(negated)), Some([6, 3, 1, 0]));
    assert_eq!(
        counts(&texts, rule(json!({"pattern": "a$"}))),
        Some([6, 5, 1, 0])
    );
    let integers = column(&json!("int64"), &json!(["1"]));
    assert_eq!(counts(&integers, rule(json!({"pattern": "1"}))), None);
}

#[test]
fn an_expression_fails_where_false_and_a_query_counts_where_true() {
    let integers = column(&json!("int64"), &json!(["1", "5", null]));
    let rule = |asked_as, parameters: serde_json::Value| {
        let expression = json!({"compare": {"column": "a", "operator": ">", "value": "2"}});
        json!({"rule_type": "custom", "expression": expression, "asked_as": asked_as, "parameters": parameters})
    };
    assert_eq!(
        counts(&integers, rule("expression", json!({}))),
        Some([3, 1, 1, 0])
    );
    let fail = json!({"nulls": "fail"});
    assert_eq!(
        counts(&integers, rule("expression", fail)),
        Some([3, 2, 1, 0])
    );
    assert_eq!(
        counts(&integers, rule("count", json!({}))),
        Some([3, 1, 0, 0])
    );
}

#[test]
fn a_row_is_in_scope_where_both_conditions_are_true() {
    let table = table(&json!([
        {"name": "a", "type": "int64", "values": ["1", "1", "1", null]},
        {"name": "b", "type": "boolean", "values": ["true", "false", null, "true"]},
    ]));
    let scope = Expression::Flag("b".into());
    let rule = json!({"rule_type": "completeness", "columns": ["a"]});
    assert_eq!(counts_in(&table, Some(&scope), rule), Some([2, 1, 1, 0]));
    let narrowed =
        json!({"rule_type": "completeness", "columns": ["a"], "where": {"is_null": "a"}});
    assert_eq!(
        counts_in(&table, Some(&scope), narrowed),
        Some([1, 1, 1, 0])
    );
}

#[test]
fn limits_decide_and_an_empty_scope_passes_unless_told() {
    let integers = column(&json!("int64"), &json!(["1", "2", "3", null]));
    let rule = |limits: serde_json::Value| {
        let mut rule = json!({"rule_type": "range", "column": "a", "parameters": {"max_value": {"number": "2"}}});
        for (key, value) in limits.as_object().into_iter().flatten() {
            rule[key] = value.clone();
        }
        rule
    };
    assert_eq!(passed(&integers, rule(json!({}))), Some(false));
    assert_eq!(
        passed(&integers, rule(json!({"threshold": 0.75}))),
        Some(true)
    );
    assert_eq!(
        passed(&integers, rule(json!({"threshold": 0.76}))),
        Some(false)
    );
    assert_eq!(
        passed(&integers, rule(json!({"max_failed": 1}))),
        Some(true)
    );
    let nothing = column(&json!("int64"), &json!([]));
    assert_eq!(passed(&nothing, rule(json!({}))), Some(true));
    assert_eq!(
        passed(&nothing, rule(json!({"on_empty": "fail"}))),
        Some(false)
    );
    assert_eq!(passed(&nothing, rule(json!({"on_empty": "error"}))), None);
}

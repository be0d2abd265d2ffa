//! What texts are.

use serde_json::json;

use super::{column, counts};

/// The texts that pass.
fn passing(rule_type: &str, parameters: &serde_json::Value, texts: &[&str]) -> Vec<String> {
    let passes = |text: &&&str| {
        let table = column(&json!({"text": "plain"}), &json!([text]));
        let rule = json!({"rule_type": rule_type, "column": "a", "parameters": parameters});
        counts(&table, rule) == Some([1, 0, 0, 0])
    };
    texts
        .iter()
        .filter(passes)
        .map(ToString::to_string)
        .collect()
}

#[test]
fn formats_are_read_part_by_part() {
    let all = [
        "a@b.c",
        "a@b..c",
        "@b",
        "http://a",
        "https://u:p@[::1]:80/a?b=%20#c",
        "http://a:",
        "http://a/%2",
        "ftp://a",
        "{\"a\": [1e400, null]}",
        "[1,]",
        "2020-02-29T12:30:00-15:59",
        "2020-02-29T12:30:00+16",
        "2020-02-30 12:30",
    ];
    let of = |format: &str| passing("format", &json!({"format": format}), &all);
    assert_eq!(of("email"), ["a@b.c"]);
    assert_eq!(of("url"), ["http://a", "https://u:p@[::1]:80/a?b=%20#c"]);
    assert_eq!(of("json"), ["{\"a\": [1e400, null]}"]);
    assert_eq!(of("datetime"), ["2020-02-29T12:30:00-15:59"]);
}

#[test]
fn texts_parse_without_white_space_and_separators() {
    let all = [
        "1",
        " 1",
        "1_0",
        "00123.4500",
        "-.5",
        ".",
        "1234",
        "0.123",
        "1e2",
        "True",
        "t",
    ];
    let of = |name: &str| passing("castable", &json!({"type": name}), &all);
    assert_eq!(of("integer"), ["1", "1234"]);
    assert_eq!(of("decimal(5,2)"), ["1", "00123.4500", "-.5"]);
    assert_eq!(
        of("double"),
        ["1", "00123.4500", "-.5", "1234", "0.123", "1e2"]
    );
    assert_eq!(of("boolean"), ["True"]);
}

use std::sync::Arc;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::layout::Layout;
use super::{Entries, JsonText, Origin, RuleEntry, Status, instant};

fn sealed() -> RuleEntry {
    let mut entry = RuleEntry {
        status: Status::Completed,
        result: Some(JsonText::of(&json!({"b": 1, "a": [0.1]}))),
        fingerprint: Some(JsonText::of(&json!({"rule": "1f2e"}))),
        run_id: Some("run".into()),
        ..RuleEntry::default()
    };
    entry.seal("t", "r");
    entry
}

#[test]
fn an_entry_is_ours_only_under_its_names_and_as_it_was_put() {
    let entry = sealed();
    assert_eq!(entry.origin("t", "r"), Origin::Ours);
    assert_eq!(entry.origin("t", "s"), Origin::Damaged);
    assert_eq!(entry.origin("u", "r"), Origin::Damaged);
    let edits: [fn(&mut RuleEntry); 8] = [
        |entry| entry.status = Status::InProgress,
        |entry| entry.completed_at = Some("".into()),
        |entry| entry.result = Some(JsonText::of(&json!({"b": 1, "a": [0.2]}))),
        |entry| entry.fingerprint = None,
        |entry| entry.data_version = Some("null".into()),
        |entry| entry.run_id = None,
        |entry| entry.verified = Some(true),
        |entry| entry.check = None,
    ];
    for (number, edit) in edits.iter().enumerate() {
        let mut edited = entry.clone();
        edit(&mut edited);
        assert_eq!(edited.origin("t", "r"), Origin::Damaged, "edit {number}");
    }
}

#[test]
fn an_entry_without_any_key_of_ours_is_foreign() {
    let mut entry = RuleEntry {
        status: Status::Completed,
        result: Some(JsonText::of(&json!({"passed": true}))),
        ..RuleEntry::default()
    };
    entry.extra.insert("note".to_owned(), json!(1));
    assert_eq!(entry.origin("t", "r"), Origin::Foreign);
    entry.extra.insert("fingerprint".to_owned(), json!("1f2e"));
    assert_eq!(entry.origin("t", "r"), Origin::Damaged);
}

#[test]
fn times_without_an_offset_are_utc() {
    let utc = instant("2025-07-24T10:11:49.391678Z");
    assert!(utc.is_some());
    assert_eq!(instant("2025-07-24T10:11:49.391678"), utc);
    assert_eq!(instant("2025-07-24 12:11:49.391678+02:00"), utc);
    assert_eq!(instant("yesterday"), None);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,6}|[\"\\\\\u{0}-\u{1f}]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[a-c\"\n]{0,2}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Doubles too: without serde_json's `float_roundtrip` some would come back as a neighbour.
    #[test]
    fn an_entry_that_is_written_and_read_is_still_ours(result in any_json(), input in any_json()) {
        let mut entry = RuleEntry { result: Some(JsonText::of(&result)), ..sealed() };
        entry.fingerprint = Some(JsonText::of(&json!({"input": input})));
        entry.seal("t", "r");
        for text in [serde_json::to_string(&entry).unwrap(), serde_json::to_string_pretty(&entry).unwrap()] {
            let read: RuleEntry = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.origin("t", "r"), Origin::Ours);
            prop_assert_eq!(&read, &entry);
        }
    }
}

#[test]
fn a_rule_takes_a_few_lines() {
    let value = json!({"t": {"rules": {"r": {"result": {"a": [1, []], "b": {}}, "list": [1, "x"]}}, "results": {}}, "e": []});
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Layout::default());
    value.serialize(&mut serializer).unwrap();
    let expected = r#"{
  "t": {
    "rules": {
      "r": {
        "result": {"a": [1, []], "b": {}},
        "list": [1, "x"]
      }
    },
    "results": {}
  },
  "e": []
}"#;
    assert_eq!(String::from_utf8(text).unwrap(), expected);
}

#[test]
fn what_the_rules_of_a_table_have_in_common_is_in_memory_once() {
    let rule = json!({"completed_at": "2025-07-24T10:11:49", "data_version": "content:1", "run_id": "run"});
    let other = json!({"completed_at": "2025-07-24T10:11:49", "data_version": "content:2", "run_id": "run"});
    let entries: Entries =
        serde_json::from_value(json!({"t": {"rules": {"a": rule, "b": rule, "c": other}}}))
            .unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|rule| entries.rule("t", rule).unwrap());
    let is_shared = |one: &Option<Arc<str>>, other: &Option<Arc<str>>| {
        Arc::ptr_eq(one.as_ref().unwrap(), other.as_ref().unwrap())
    };
    assert!(is_shared(&a.data_version, &b.data_version));
    assert!(is_shared(&a.run_id, &c.run_id) && is_shared(&a.completed_at, &c.completed_at));
    assert_eq!(c.data_version.as_deref(), Some("content:2"));
}

#[test]
fn a_check_is_eight_digits_in_hex() {
    let entry =
        |check: &str| -> RuleEntry { serde_json::from_value(json!({"check": check})).unwrap() };
    assert_eq!(entry("00c0ffee").check.unwrap().to_string(), "00c0ffee");
    for other in ["", "c0ffee", "00C0FFEE", "+0c0ffee", "100c0ffee"] {
        let entry = entry(other);
        assert!(entry.check.is_none(), "{other}");
        assert_eq!(entry.origin("t", "r"), Origin::Damaged, "{other}");
        assert_eq!(serde_json::to_value(&entry).unwrap()["check"], other);
    }
}

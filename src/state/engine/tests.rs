use std::process::Command;

use serde_json::json;

use super::changes::Changes;
use super::lease::Lease;
use super::rows::result_row;
use crate::config::StateInEngine;
use crate::state::entries::Entries;
use crate::state::entry::{RuleEntry, Status};
use crate::state::record::Record;
use crate::state::{JsonText, Origin};

fn entry(fingerprint: &str, data_version: Option<&str>) -> RuleEntry {
    let mut entry = RuleEntry {
        status: Status::Completed,
        completed_at: Some("2025-07-24T10:11:49.391678".into()),
        result: Some(JsonText::of(
            &json!({"passed": false, "failed_count": 3, "message": "a\u{0}b"}),
        )),
        fingerprint: Some(JsonText::of(&json!({"rule": fingerprint}))),
        data_version: data_version.map(Into::into),
        ..RuleEntry::default()
    };
    entry.seal("t", "r");
    entry
}

fn cells(table: &str, entry: &RuleEntry) -> Vec<serde_json::Value> {
    let row = result_row("s", table, "r", entry);
    row.iter().map(|cell| json!(cell)).collect()
}

#[test]
fn a_result_has_the_same_key_each_time_and_another_one_for_other_rules_and_data() {
    let key = |table, fingerprint, data| cells(table, &entry(fingerprint, data))[0].clone();
    let first = key("t", "a", Some("v"));
    assert_eq!(first, key("t", "a", Some("v")));
    // It is compared by other programs, and so it stays as it is.
    assert_eq!(first, "01184f0a-a2e0-882e-b841-23b1423219e3");
    for other in [
        key("u", "a", Some("v")),
        key("t", "b", Some("v")),
        key("t", "a", Some("w")),
        key("t", "a", None),
    ] {
        assert_ne!(first, other);
    }
}

#[test]
fn what_people_look_at_stands_beside_the_entry_which_is_read_back_whole() {
    let entry = entry("a", None);
    let cells = cells("t", &entry);
    let expected = json!([
        "s",
        "t",
        "r",
        "2025-07-24T10:11:49.391678",
        false,
        3,
        null,
        null,
        null,
        "a\u{fffd}b",
        null,
        null
    ]);
    assert_eq!(json!(cells[1..13]), expected);
    let read: RuleEntry = serde_json::from_str(cells[13].as_str().unwrap()).unwrap();
    assert_eq!(read, entry);
    assert_eq!(read.origin("t", "r"), Origin::Ours);
}

#[test]
fn a_lease_is_held_until_it_is_given_back_or_its_process_is_gone() {
    let lease = Lease::new(7);
    assert!(lease.is_held() && lease.renewed().is_held());
    assert!(!lease.given_back().is_held());
    let read = |lease: serde_json::Value| serde_json::from_value::<Lease>(lease).unwrap();
    let mut old = json!(lease);
    old["expires_at"] = json!("2025-07-24T10:11:49Z");
    assert!(!read(old).is_held());
    let mut child = Command::new("true").spawn().unwrap();
    let id = child.id();
    child.wait().unwrap();
    let mut gone = json!(lease);
    gone["holder"]["pid"] = json!(id);
    assert!(!read(gone.clone()).is_held());
    // On another machine that number says nothing.
    gone["machine"] = json!("another boot");
    assert!(read(gone).is_held());
}

#[test]
fn rows_that_cannot_be_there_are_not_deleted_unless_it_is_not_known_what_was_published() {
    let place = StateInEngine {
        engine: "e".to_owned(),
        schema: "s".to_owned(),
        id: "i".to_owned(),
        quarantine: 0,
    };
    let put = || Record::Put {
        table: "t".to_owned(),
        rule: "r".to_owned(),
        entry: entry("a", None),
    };
    let mut entries = Entries::default();
    let mut changes = Changes::default();
    let deletes = |changes: &Changes, entries: &Entries| -> Vec<usize> {
        let replacements = changes.replacements(&place, entries);
        replacements.iter().map(|it| it.delete.rows.len()).collect()
    };
    changes.note(&put(), &entries);
    changes.keep_rows("t", "r", Vec::new());
    entries.apply(put());
    assert_eq!(deletes(&changes, &entries), [0]);
    // The same rule again, before anything is published.
    changes.note(&put(), &entries);
    assert_eq!(deletes(&changes, &entries), [0]);
    changes.doubt();
    assert_eq!(deletes(&changes, &entries), [1, 1]);
    let mut changes = Changes::default();
    changes.note(&put(), &entries);
    assert_eq!(deletes(&changes, &entries), [1]);
}

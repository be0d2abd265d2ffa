use super::super::salvage::salvage;
use super::{Folder, put};

/// A foreign file has no checks: what stands before the damage counts, the rest does not.
#[test]
fn a_torn_foreign_file_keeps_its_whole_rules() {
    let text = r#"{"t": {"status": "completed", "rules": {
        "a": {"status": "completed", "result": {"status": "completed"}},
        "b": {"status": "in_progress"}}},
      "u": {"status": "completed", "rules": {
        "a": {"status": "completed", "result": 2},
        "c": {"status": "completed", "result": 3"#;
    let entries = salvage(text.as_bytes());
    let names: Vec<(&str, Vec<&str>)> = entries
        .tables
        .iter()
        .map(|(name, table)| {
            (
                name.as_str(),
                table.rules.keys().map(String::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(names, [("t", vec!["a"]), ("u", vec!["a"])]);
}

#[test]
fn entries_of_ours_behind_the_damage_are_found() {
    let folder = Folder::new();
    let mut state = folder.open();
    for table in ["t", "rules", "u"] {
        for (number, rule) in ["a", "b", "c"].into_iter().enumerate() {
            put(&mut state, table, rule, number as u32);
        }
    }
    state.close().unwrap();
    let text = folder.text();
    for lost in ["{", "}", "\"", ":", ","] {
        let at =
            text.find("\"b\"").unwrap() + text[text.find("\"b\"").unwrap()..].find(lost).unwrap();
        let damaged = format!("{}{}", &text[..at], &text[at + 1..]);
        let entries = salvage(damaged.as_bytes());
        let count = entries.tables.values().map(|table| table.rules.len());
        assert!(count.sum::<usize>() >= 8, "without {lost}");
    }
}

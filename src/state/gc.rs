//! What of a state nobody needs any more.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::entries::Entries;
use super::entry::RuleEntry;
use super::record::Record;
use super::{JsonText, instant};

/// What goes, or went.
#[derive(Clone, Debug, Default)]
pub struct Garbage {
    pub parts: Vec<Part>,
    /// Why some of it could not be looked at.
    pub warnings: Vec<String>,
}

/// Things of one kind that go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What they are, in the plural.
    pub what: String,
    pub count: u64,
    /// The size of their texts.
    pub bytes: u64,
}

/// Which results stay.
#[derive(Clone, Copy, Debug)]
pub struct Needed<'c> {
    /// The names of the config's rules, by table.
    pub rules: &'c HashMap<&'c str, HashSet<&'c str>>,
    /// Results that were recorded before this moment go.
    pub since: Option<Timestamp>,
}

impl Garbage {
    /// Adds things, if there are any.
    pub(super) fn add(&mut self, what: impl Into<String>, count: u64, bytes: u64) {
        if count > 0 {
            let what = what.into();
            self.parts.push(Part { what, count, bytes });
        }
    }
}

/// What stays of the entries, and what does not.
///
/// A result that is too old is forgotten as `reset` forgets it. One of a table or a rule that the config has no
/// more takes nothing with it: the rules that are left are as complete as before.
pub fn sift(entries: &Entries, needed: Needed<'_>) -> (Entries, Garbage) {
    let mut staying = entries.clone();
    let mut gone = [(0, 0); 3];
    let mut count = |kind: usize, entry: &RuleEntry| {
        gone[kind].0 += 1;
        gone[kind].1 += JsonText::of(entry).as_str().len() as u64;
    };
    for (name, table) in &entries.tables {
        let Some(rules) = needed.rules.get(name.as_str()) else {
            table.rules.values().for_each(|entry| count(0, entry));
            staying.tables.shift_remove(name);
            continue;
        };
        for (rule, entry) in &table.rules {
            if !rules.contains(rule.as_str()) {
                count(1, entry);
                if let Some(table) = staying.tables.get_mut(name) {
                    table.rules.shift_remove(rule);
                }
            } else if is_before(entry, needed.since) {
                count(2, entry);
                let (table, rule) = (name.clone(), rule.clone());
                staying.apply(Record::ResetRule { table, rule });
            }
        }
    }
    let mut garbage = Garbage::default();
    let kinds = [
        "results of tables that the config does not have",
        "results of rules that the config does not have",
        "results older than that",
    ];
    for (what, (count, bytes)) in kinds.into_iter().zip(gone) {
        garbage.add(what, count, bytes);
    }
    (staying, garbage)
}

/// A result of which nobody knows when it was recorded is not known to be old.
fn is_before(entry: &RuleEntry, since: Option<Timestamp>) -> bool {
    let at = entry.completed_at.as_deref().and_then(instant);
    matches!((at, since), (Some(at), Some(since)) if at < since)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::Status;

    #[test]
    fn a_table_stays_complete_without_rules_that_the_config_lacks_and_not_without_old_results() {
        let rule = |at| json!({"status": "completed", "completed_at": at});
        let (old, new) = (rule("2025-01-01T00:00:00"), rule("2025-03-01T00:00:00"));
        let entries: Entries = serde_json::from_value(json!({
            "gone": {"status": "completed", "rules": {"a": new, "b": old}},
            "lost_a_rule": {"status": "completed", "rules": {"a": new, "b": new}},
            "aged": {"status": "completed", "rules": {"a": new, "b": old}},
            "without_times": {"status": "completed", "rules": {"a": {"status": "completed"}}},
        }))
        .unwrap();
        let rules = HashMap::from([
            ("lost_a_rule", HashSet::from(["a"])),
            ("aged", HashSet::from(["a", "b"])),
            ("without_times", HashSet::from(["a"])),
        ]);
        let since = instant("2025-02-01T00:00:00");
        let rules = &rules;
        let (staying, garbage) = sift(&entries, Needed { rules, since });
        let counts: Vec<u64> = garbage.parts.iter().map(|part| part.count).collect();
        assert_eq!(counts, [2, 1, 1]);
        let left: Vec<_> = staying
            .tables
            .iter()
            .map(|(name, table)| (&**name, table.rules.len(), table.status))
            .collect();
        let expected = [
            ("lost_a_rule", 1, Status::Completed),
            ("aged", 1, Status::InProgress),
            ("without_times", 1, Status::Completed),
        ];
        assert_eq!(left, expected);
        let since = None;
        let (staying, garbage) = sift(&staying, Needed { rules, since });
        assert!(garbage.parts.is_empty() && staying.results() == 3);
    }
}

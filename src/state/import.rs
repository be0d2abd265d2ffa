//! Results of another state that come into this one.

use indexmap::map::Entry;

use super::entries::Entries;
use super::entry::{Origin, RuleEntry};
use super::instant;

/// What becomes of results that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    /// The newer one of two for the same rule stays.
    Merged,
    /// They go.
    Replaced,
}

/// What came of an import.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Results that came.
    pub taken: usize,
    /// Results that were not taken, since the state has the same or newer ones.
    pub known: usize,
    /// Damaged ones, which are left out since no run would take them over, by table and rule.
    pub damaged: Vec<(String, String)>,
}

/// What a state is to say when the entries of a document have come into it.
///
/// Entries are not changed: who recorded them, when, on which data and by which rule is as it was.
pub fn import(now: &Entries, document: Entries, present: Present) -> (Entries, Imported) {
    let mut imported = Imported::default();
    let sound = without_damaged(document, &mut imported.damaged);
    match present {
        Present::Replaced => {
            imported.taken = sound.results();
            (sound, imported)
        }
        Present::Merged => (merged(now.clone(), sound, &mut imported), imported),
    }
}

fn without_damaged(mut document: Entries, damaged: &mut Vec<(String, String)>) -> Entries {
    for (table, entry) in &mut document.tables {
        entry.rules.retain(|rule, entry| {
            let is_sound = entry.origin(table, rule) != Origin::Damaged;
            if !is_sound {
                damaged.push((table.clone(), rule.clone()));
            }
            is_sound
        });
    }
    document
}

fn merged(mut entries: Entries, document: Entries, imported: &mut Imported) -> Entries {
    // A run that died and can be continued is this state's own.
    entries.run = entries.run.take().or(document.run);
    for (key, value) in document.reserved {
        entries.reserved.entry(key).or_insert(value);
    }
    for (name, table) in document.tables {
        entries.others.shift_remove(&name);
        let known = match entries.tables.entry(name.clone()) {
            Entry::Vacant(place) => {
                imported.taken += table.rules.len();
                place.insert(table);
                continue;
            }
            Entry::Occupied(place) => place.into_mut(),
        };
        for (key, value) in table.extra {
            known.extra.entry(key).or_insert(value);
        }
        for (rule, entry) in table.rules {
            match known.rules.get(&rule) {
                Some(present) if !is_better(&entry, present, &name, &rule) => imported.known += 1,
                _ => {
                    imported.taken += 1;
                    known.put(rule, entry);
                }
            }
        }
    }
    entries
}

/// Whether a result that comes is to take the place of the one that is there.
fn is_better(coming: &RuleEntry, present: &RuleEntry, table: &str, rule: &str) -> bool {
    let worth = |entry: &RuleEntry| {
        let at = entry.completed_at.as_deref().and_then(instant);
        (entry.origin(table, rule) == Origin::Ours, at)
    };
    worth(coming) > worth(present) || present.origin(table, rule) == Origin::Damaged
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entries(value: Value) -> Entries {
        serde_json::from_value(value).unwrap()
    }

    /// A rule of another tool, which has nothing that could be checked.
    fn foreign(at: &str) -> Value {
        json!({"status": "completed", "completed_at": at, "result": {"passed": true}})
    }

    fn at<'e>(entries: &'e Entries, rule: &str) -> &'e str {
        let entry = entries.rule("t", rule).unwrap();
        entry.completed_at.as_deref().unwrap()
    }

    #[test]
    fn of_two_results_the_newer_one_stays_and_what_is_proven_wins_over_what_is_not() {
        let mut now = entries(json!({"t": {"note": 1, "rules": {
            "old": foreign("2025-01-01T00:00:00"),
            "new": foreign("2025-03-01T00:00:00Z"),
            "ours": foreign("2025-01-01T00:00:00"),
            "torn": {"status": "completed", "completed_at": "2025-09-01T00:00:00", "check": "0"},
        }}}));
        let table = now.tables.get_mut("t").unwrap();
        table.rules.get_mut("ours").unwrap().seal("t", "ours");
        let document = entries(json!({
            "t": {"note": 2, "other": 3, "rules": {
                "old": foreign("2025-02-01T00:00:00"),
                "new": foreign("2025-03-01T01:00:00+02:00"),
                "ours": foreign("2025-02-01T00:00:00"),
                "torn": foreign("2025-02-01T00:00:00"),
                "more": foreign("2025-02-01T00:00:00"),
            }},
            "u": {"rules": {"a": foreign("2025-02-01T00:00:00")}},
        }));
        let (merged, imported) = import(&now, document, Present::Merged);
        assert_eq!((imported.taken, imported.known), (4, 2));
        assert_eq!(at(&merged, "old"), "2025-02-01T00:00:00");
        assert_eq!(at(&merged, "new"), "2025-03-01T00:00:00Z");
        assert_eq!(at(&merged, "ours"), "2025-01-01T00:00:00");
        assert_eq!(at(&merged, "torn"), "2025-02-01T00:00:00");
        let extra = serde_json::to_value(&merged.tables["t"].extra).unwrap();
        assert_eq!(extra, json!({"note": 1, "other": 3}));
        assert_eq!(merged.tables["u"].rules.len(), 1);
    }

    #[test]
    fn damaged_entries_are_named_and_left_out() {
        let document = entries(json!({"t": {"rules": {
            "good": foreign("2025-02-01T00:00:00"),
            "torn": {"status": "completed", "check": "0"},
        }}}));
        let (entries, imported) = import(&Entries::default(), document, Present::Replaced);
        assert_eq!(imported.damaged, [("t".to_owned(), "torn".to_owned())]);
        assert_eq!((imported.taken, imported.known), (1, 0));
        assert!(entries.rule("t", "torn").is_none());
    }
}

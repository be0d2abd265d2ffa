//! The state of an engine as a document: out of it, into it, and all or nothing.

use super::{Home, KINDS, Kind, RULES, TABLES, reasons};
use crate::support::lasting;

#[test]
fn a_state_goes_from_a_file_to_an_engine_and_back_and_is_reused_everywhere() {
    for kind in KINDS {
        let home = Home::new(kind, "moved");
        let in_file = ["--state", "state.json"];
        let first = lasting(home.report(&in_file));
        let ok = |arguments: &[&str]| {
            let outcome = home.run(&[&["state"], arguments].concat());
            assert_eq!(outcome.code, Some(0), "{kind:?} {outcome:?}");
            outcome.stdout
        };
        let told = ok(&["import", "c.yaml", "state.json"]);
        let place = format!("the state 'c' in schema '{}'", home.schema);
        let expected = format!("{} results came into {place}", TABLES * RULES);
        assert!(told.starts_with(&expected), "{kind:?} {told}");
        let is_reused = |report: &serde_json::Value| {
            for (table, rule, reason) in reasons(report) {
                let is_proven = reason.starts_with("reused (rule ");
                assert!(is_proven, "{kind:?} {table}.{rule}: {reason}");
            }
        };
        let in_engine = home.report(&[]);
        is_reused(&in_engine);
        assert_eq!(lasting(in_engine), first, "{kind:?}");
        ok(&["export", "c.yaml", "--output", "back.json"]);
        let back = home.report(&["--state", "back.json"]);
        is_reused(&back);
        assert_eq!(lasting(back), first, "{kind:?}");
        // Nothing was lost or changed on the way.
        let rules = |file| {
            let mut state = home.workspace.json(file);
            state.as_object_mut().unwrap().remove("__data_validator__");
            state
        };
        assert_eq!(rules("back.json"), rules("state.json"), "{kind:?}");
    }
}

#[test]
fn an_import_removes_what_is_there_only_when_it_is_said_and_then_with_its_rows() {
    for kind in KINDS {
        let home = Home::new(kind, "present");
        home.report(&["--state", "state.json", "--table", "t0"]);
        home.report(&["--table", "t1"]);
        let import = |arguments: &[&str]| {
            home.run(&[&["state", "import", "c.yaml", "state.json"], arguments].concat())
        };
        let outcome = import(&[]);
        assert_eq!(outcome.code, Some(2), "{kind:?} {outcome:?}");
        let why = format!("it has {RULES} results already");
        assert!(outcome.stderr.contains(&why), "{kind:?} {outcome:?}");
        let kept = "SELECT count(*) FROM {}.data_validator_quarantine WHERE table_name = 't1'";
        let rows = home.number(kept);
        assert!(rows > 0, "{kind:?}");
        assert_eq!(import(&["--merge"]).code, Some(0), "{kind:?}");
        assert_eq!(home.results(), 2 * RULES as i128, "{kind:?}");
        assert_eq!(
            home.number(kept),
            rows,
            "{kind:?}: rows of results that stay"
        );
        assert_eq!(import(&["--replace"]).code, Some(0), "{kind:?}");
        assert_eq!(home.results(), RULES as i128, "{kind:?}");
        assert_eq!(home.number(kept), 0, "{kind:?}");
        let report = home.report(&["--table", "t0"]);
        assert!(
            reasons(&report)
                .iter()
                .all(|(.., reason)| super::is_taken(reason)),
            "{kind:?}"
        );
    }
}

#[test]
fn an_import_that_the_engine_refuses_changes_nothing() {
    let home = Home::new(Kind::Postgres, "refused");
    home.report(&["--state", "state.json"]);
    home.report(&["--table", "t1"]);
    // The last of the rows is one that the table does not take.
    home.execute(
        "ALTER TABLE {}.data_validator_results ADD CHECK (table_name <> 't11' OR rule_name <> 'r5')",
    );
    let before = home.rows("SELECT * FROM {}.data_validator_results ORDER BY key");
    let outcome = home.run(&["state", "import", "c.yaml", "state.json", "--replace"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(outcome.stderr.contains("check constraint"), "{outcome:?}");
    let after = home.rows("SELECT * FROM {}.data_validator_results ORDER BY key");
    assert_eq!(before, after);
    let shown = home.run(&["state", "show", "c.yaml"]).stdout;
    assert!(shown.contains(": nobody holds it\n"), "{shown}");
}

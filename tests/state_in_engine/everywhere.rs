//! What holds on every engine that can hold a state.

use data_validator_harness::eventually;

use super::{Home, KINDS, Kind, ROWS, RULES, TABLES, is_taken, reasons};
use crate::support::{lasting, rule};

#[test]
fn results_are_recorded_in_tables_and_reused_from_there() {
    for kind in KINDS {
        let home = Home::new(kind, "reused");
        let first = home.report(&[]);
        assert!(reasons(&first).iter().all(|(.., reason)| reason == "new"));
        assert_eq!(home.recorded().len(), TABLES * RULES);
        let second = home.report(&[]);
        for (table, rule, reason) in reasons(&second) {
            let is_proven = reason.starts_with("reused (rule ") && reason.contains("data content:");
            assert!(is_proven, "{kind:?} {table}.{rule}: {reason}");
        }
        assert_eq!(lasting(first.clone()), lasting(second));
        // What stands beside the entry is for people.
        let failed = rule(&first, "t0", "r1")["failed_count"].as_i64().unwrap();
        let sql = "SELECT failed_count FROM {}.data_validator_results WHERE state = 'c' AND table_name = 't0' \
                   AND rule_name = 'r1' AND NOT passed AND total_count = 40";
        assert_eq!(home.number(sql), i128::from(failed), "{kind:?}");
        let rows = home.rows(
            "SELECT row FROM {}.data_validator_quarantine WHERE table_name = 't0' AND rule_name = 'r1' \
             ORDER BY row_number",
        );
        assert_eq!(rows.len(), ROWS, "{kind:?}");
        for row in rows {
            let row = super::text(&row[0]);
            assert!(row.contains(r#""id":"***""#), "{kind:?} {row}");
        }
        assert!(
            !first.to_string().contains("***"),
            "no rows were asked for in the report"
        );
    }
}

#[test]
fn what_is_recorded_is_shown_and_reset() {
    for kind in KINDS {
        let home = Home::new(kind, "shown");
        home.report(&[]);
        let shown = home.run(&["state", "show", "c.yaml", "--table", "t1"]);
        assert_eq!(shown.code, Some(0), "{shown:?}");
        let lines: Vec<&str> = shown.stdout.lines().collect();
        let place = format!(
            "the state 'c' in schema '{}' of engine 'keeper'",
            home.schema
        );
        assert_eq!(lines[0], format!("{place}: nobody holds it"));
        let rows = home.number("SELECT count(*) FROM {}.data_validator_quarantine");
        let rows = format!(
            "rows: {} results, {TABLES} tables, {rows} failing rows",
            TABLES * RULES
        );
        let keys = match home.keys("c") {
            Some(keys) => format!(", {keys} keys of publications"),
            None => String::new(),
        };
        assert_eq!(lines[1], format!("{rows}{keys}"));
        assert!(
            lines[2].starts_with("run ") && lines[2].contains(", ended "),
            "{shown:?}"
        );
        assert!(lines[3].starts_with("t1  completed "), "{shown:?}");
        assert_eq!(lines.len(), 4 + RULES, "{shown:?}");
        let one = ["--table", "t1", "--rule", "r2"];
        assert_eq!(home.reset(&one), "rule 'r2' of table 't1' is forgotten\n");
        assert_eq!(
            home.reset(&one),
            "rule 'r2' of table 't1' was not recorded\n"
        );
        let again = home.report(&[]);
        let run_again: Vec<_> = reasons(&again)
            .into_iter()
            .filter(|(.., reason)| reason == "new")
            .map(|(table, rule, _)| format!("{table}.{rule}"))
            .collect();
        assert_eq!(run_again, ["t1.r2"], "{kind:?}");
        assert_eq!(home.reset(&["--table", "t3"]), "table 't3' is forgotten\n");
        assert_eq!(home.recorded().len(), (TABLES - 1) * RULES, "{kind:?}");
        assert_eq!(home.reset(&[]), "everything is forgotten\n");
        assert_eq!(home.recorded().len(), 0, "{kind:?}");
        assert_eq!(home.reset(&[]), "everything was not recorded\n");
    }
}

#[test]
fn a_state_is_shown_and_exported_while_a_run_goes_on() {
    // A DuckDB file is open in one process at a time.
    for kind in [Kind::Postgres, Kind::DataFusion] {
        let home = Home::new(kind, "during");
        let mut run = home.start(&[]);
        eventually("the run to record something", || {
            (home.results() > 0).then_some(())
        });
        super::postgres::stop(&run);
        let shown = home.run(&["state", "show", "c.yaml"]);
        let exported = home.run(&["state", "export", "c.yaml"]);
        super::postgres::go_on(&run);
        let holder = format!(": process {} on ", run.id());
        assert_eq!(shown.code, Some(0), "{kind:?} {shown:?}");
        assert!(shown.stdout.contains(&holder), "{kind:?} {shown:?}");
        assert!(shown.stdout.contains("\nrows: "), "{kind:?} {shown:?}");
        assert_eq!(exported.code, Some(0), "{kind:?} {exported:?}");
        assert!(exported.stdout.contains("\"check\": "), "{kind:?}");
        assert_eq!(run.end().0, Some(0));
    }
}

#[test]
fn states_in_the_same_tables_are_told_apart_by_their_ids() {
    for kind in KINDS {
        let home = Home::new(kind, "two");
        home.report(&["--table", "t0"]);
        let config = std::fs::read_to_string(home.workspace.path("c.yaml")).unwrap();
        home.workspace.write("other.yaml", &config);
        let other = |arguments: &[&str]| {
            let outcome = home.run(arguments);
            assert_eq!(outcome.code, Some(0), "{kind:?} {outcome:?}");
            outcome
        };
        let run = ["other.yaml", "--table", "t0", "--fail-on", "never"];
        let first = other(&run);
        assert!(!first.stdout.contains("  reused  "), "{kind:?} {first:?}");
        assert_eq!(home.results(), 2 * RULES as i128, "{kind:?}");
        other(&["state", "reset", "other.yaml"]);
        assert_eq!(home.recorded().len(), RULES, "{kind:?}");
        let report = home.report(&["--table", "t0"]);
        assert!(
            reasons(&report).iter().all(|(.., reason)| is_taken(reason)),
            "{kind:?}"
        );
    }
}

#[test]
fn a_rule_that_runs_again_replaces_its_result_and_its_rows() {
    for kind in KINDS {
        let home = Home::new(kind, "replaced");
        home.report(&[]);
        home.workspace.write("t0.csv", "id,n\n1,1\n2,2\n");
        let report = home.report(&[]);
        let reason = rule(&report, "t0", "r1")["reason"].clone();
        assert_eq!(reason, "re-run: data changed", "{kind:?}");
        assert_eq!(home.recorded().len(), TABLES * RULES);
        let rows = home
            .number("SELECT count(*) FROM {}.data_validator_quarantine WHERE table_name = 't0'");
        assert_eq!(rows, 0, "{kind:?}: nothing fails any more");
    }
}

#[test]
fn without_its_tables_a_state_is_refused_and_says_how_they_are_made() {
    for kind in KINDS {
        let home = Home::bare(kind, "missing");
        for arguments in [
            &["c.yaml"][..],
            &["state", "show", "c.yaml"],
            &["state", "reset", "c.yaml"],
        ] {
            let outcome = home.run(arguments);
            assert_eq!(outcome.code, Some(4), "{kind:?} {outcome:?}");
            let hint = "make them with 'data-validator state init'";
            assert!(outcome.stderr.contains(hint), "{kind:?} {outcome:?}");
        }
    }
}

#[test]
fn tables_of_a_newer_version_are_refused() {
    // DataFusion changes rows by publications alone.
    for kind in [Kind::Postgres, Kind::DuckDb] {
        let home = Home::new(kind, "newer");
        home.execute("UPDATE {}.data_validator_state SET value = '2' WHERE kind = 'version'");
        for arguments in [
            &["c.yaml"][..],
            &["state", "show", "c.yaml"],
            &["state", "init", "c.yaml"],
        ] {
            let outcome = home.run(arguments);
            assert_eq!(outcome.code, Some(4), "{kind:?} {outcome:?}");
            let why = "its tables are of version 2, and this program knows none above 1";
            assert!(outcome.stderr.contains(why), "{kind:?} {outcome:?}");
        }
    }
}

#[test]
fn tables_are_made_again_and_what_is_there_stays() {
    for kind in KINDS {
        let home = Home::new(kind, "again");
        home.report(&["--table", "t0"]);
        let outcome = home.run(&["state", "init", "c.yaml"]);
        assert_eq!(outcome.code, Some(0), "{kind:?} {outcome:?}");
        assert_eq!(home.recorded().len(), RULES, "{kind:?}");
        let report = home.report(&["--table", "t0"]);
        assert!(
            reasons(&report).iter().all(|(.., reason)| is_taken(reason)),
            "{kind:?}"
        );
    }
}

//! What `state gc` removes of a state in an engine, and what it leaves alone.

use std::fs;

use super::{Home, KINDS, Kind, RULES, TABLES, is_taken, reasons};

impl Home {
    fn gc(&self, arguments: &[&str]) -> String {
        let outcome = self.run(&[&["state", "gc", "c.yaml"], arguments].concat());
        assert_eq!(outcome.code, Some(0), "{:?}: {outcome:?}", self.kind);
        assert_eq!(outcome.stderr, "", "{:?}", self.kind);
        outcome.stdout
    }

    /// How many publications are noted for the state of this config, where SQL can ask for that.
    pub(super) fn keys(&self, config: &str) -> Option<i128> {
        let table = match self.kind {
            Kind::Postgres => "{}.data_validator_publications",
            Kind::DuckDb => "main.data_validator_publications",
            Kind::DataFusion => return None,
        };
        let scope = format!("{}.{config} ", self.schema);
        let sql = format!("SELECT count(*) FROM {table} WHERE key LIKE '{scope}%'");
        Some(self.number(&sql))
    }

    /// Takes the last table and the last rule of the others out of the config.
    fn shorten(&self) {
        let config = fs::read_to_string(self.workspace.path("c.yaml")).unwrap();
        let (head, _) = config
            .split_once(&format!("  - name: t{}\n", TABLES - 1))
            .unwrap();
        let last = format!("{{name: r{}, ", RULES - 1);
        let lines = head.lines().filter(|line| !line.contains(&last));
        let shorter: String = lines.map(|line| format!("{line}\n")).collect();
        self.workspace.write("c.yaml", shorter);
    }
}

/// The line that tells of things of one kind.
fn line<'t>(told: &'t str, what: &str) -> &'t str {
    let mut lines = told.lines();
    lines.find(|line| line.contains(what)).unwrap_or_default()
}

#[test]
fn results_rows_and_keys_that_nobody_needs_go_and_the_others_stay() {
    for kind in KINDS {
        let home = Home::new(kind, "swept");
        let config = fs::read(home.workspace.path("c.yaml")).unwrap();
        home.workspace.write("other.yaml", config);
        let run = ["other.yaml", "--table", "t0", "--fail-on", "never"];
        assert_eq!(home.run(&run).code, Some(0), "{kind:?}");
        let others = home.keys("other");
        home.report(&[]);
        home.shorten();
        let rows = home.number("SELECT count(*) FROM {}.data_validator_quarantine");
        let keys = home.keys("c");
        let told = home.gc(&["--dry-run"]);
        assert_eq!(home.keys("c"), keys, "{kind:?}");
        assert_eq!(
            home.number("SELECT count(*) FROM {}.data_validator_quarantine"),
            rows,
            "{kind:?}"
        );
        let all = ((TABLES + 1) * RULES) as i128;
        assert_eq!(home.results(), all, "{kind:?}");
        let done = home.gc(&[]);
        assert_eq!(done, told.replace("would remove", "removed"), "{kind:?}");
        for (count, what) in [
            (RULES, "results of tables that the config does not have"),
            (TABLES - 1, "results of rules that the config does not have"),
        ] {
            let expected = format!("removed {count} {what} (");
            assert!(line(&done, what).starts_with(&expected), "{kind:?} {done}");
        }
        assert_eq!(
            home.results(),
            (RULES + (TABLES - 1) * (RULES - 1)) as i128,
            "{kind:?}: those of the other state stay"
        );
        let left = home.number("SELECT count(*) FROM {}.data_validator_quarantine");
        let expected = format!(
            "removed {} failing rows of results that are gone (",
            rows - left
        );
        assert!(
            line(&done, "failing rows").starts_with(&expected),
            "{kind:?} {done}"
        );
        if let (Some(before), Some(after)) = (keys, home.keys("c")) {
            let expected = format!("removed {before} keys of publications of earlier runs (");
            assert!(
                line(&done, "keys").starts_with(&expected),
                "{kind:?} {done}"
            );
            assert!(after < 5, "{kind:?}: {after} keys of this one");
        }
        assert_eq!(home.keys("other"), others, "{kind:?}");
        let report = home.report(&[]);
        assert!(
            reasons(&report).iter().all(|(.., reason)| is_taken(reason)),
            "{kind:?}"
        );
    }
}

#[test]
fn failing_rows_whose_result_was_deleted_by_hand_go() {
    // DataFusion changes rows by publications alone.
    for kind in [Kind::Postgres, Kind::DuckDb] {
        let home = Home::new(kind, "orphans");
        home.report(&[]);
        let of_rule = "table_name = 't3' AND rule_name = 'r1'";
        let rows = format!("SELECT count(*) FROM {{}}.data_validator_quarantine WHERE {of_rule}");
        assert!(home.number(&rows) > 0, "{kind:?}");
        home.execute(&format!(
            "DELETE FROM {{}}.data_validator_results WHERE {of_rule}"
        ));
        let done = home.gc(&[]);
        assert!(
            done.starts_with("removed 2 failing rows of results that are gone ("),
            "{done}"
        );
        assert_eq!(home.number(&rows), 0, "{kind:?}");
        assert_eq!(home.recorded().len(), TABLES * RULES - 1, "{kind:?}");
    }
}

#[test]
fn the_keys_of_a_run_that_goes_on_are_left_and_it_is_waited_for() {
    let home = Home::new(Kind::Postgres, "busy");
    home.report(&["--table", "t0"]);
    let earlier = home.keys("c").unwrap();
    let mut run = home.start(&["--reuse", "never"]);
    data_validator_harness::eventually("the run to publish something", || {
        (home.keys("c").unwrap() > earlier + 2).then_some(())
    });
    super::postgres::stop(&run);
    let told = home.gc(&["--dry-run"]);
    let expected = format!("would remove {earlier} keys of publications of earlier runs (");
    assert!(told.starts_with(&expected), "{told}");
    let outcome = home.run(&["state", "gc", "c.yaml", "--lock-timeout", "0s"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(outcome.stderr.contains(" holds it since "), "{outcome:?}");
    super::postgres::go_on(&run);
    assert_eq!(run.end().0, Some(0));
    assert_eq!(home.recorded().len(), TABLES * RULES);
}

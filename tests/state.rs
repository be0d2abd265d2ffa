//! Typing the same command again: what is reused, continued, forgotten, and what is never lost.

use std::fs;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Outcome, Workspace, lasting, rule};

const CONFIG: &str = r#"
version: "1.0"
pipeline: {state_file: state.json}
tables:
  - name: orders
    source: orders.csv
    rules:
      - {name: id, rule_type: uniqueness, column: id}
      - {name: amount, rule_type: range, column: amount, threshold: 0.5, parameters: {min_value: 0}}
  - name: people
    source: people.csv
    rules:
      - {name: name, rule_type: completeness, column: name}
"#;

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("orders.csv", "id,amount\n1,5\n2,-1\n2,7\n");
    workspace.write("people.csv", "id,name\n1,Ada\n2,Grace\n");
    workspace.write("c.yaml", CONFIG);
    workspace
}

fn run(workspace: &Workspace, arguments: &[&str]) -> (Outcome, Value) {
    let outcome = workspace.run(&[&["c.yaml", "--output", "report.json"], arguments].concat());
    let report = workspace.json("report.json");
    (outcome, report)
}

/// Why each rule was run or taken over.
fn reasons(report: &Value) -> Vec<String> {
    let tables = [("orders", "id"), ("orders", "amount"), ("people", "name")];
    tables
        .map(|(table, name)| {
            rule(report, table, name)["reason"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .into()
}

#[test]
fn an_unchanged_rule_on_unchanged_data_is_reused_and_says_so() {
    let workspace = workspace();
    let (_, first) = run(&workspace, &[]);
    assert_eq!(reasons(&first), ["new", "new", "new"]);
    let (outcome, second) = run(&workspace, &[]);
    for reason in reasons(&second) {
        assert!(
            reason.starts_with("reused (rule ") && reason.contains(", data content:"),
            "{reason}"
        );
    }
    assert!(
        outcome.stdout.contains("reused  amount (rule "),
        "{outcome:?}"
    );
    assert!(outcome.stdout.contains("3 reused"), "{outcome:?}");
    assert_eq!(lasting(first), lasting(second));
}

#[test]
fn an_edited_rule_runs_alone() {
    let workspace = workspace();
    run(&workspace, &[]);
    workspace.write("c.yaml", CONFIG.replace("min_value: 0", "min_value: -5"));
    let (_, report) = run(&workspace, &[]);
    let reasons = reasons(&report);
    assert_eq!(reasons[1], "re-run: bounds changed");
    assert!(
        reasons[0].starts_with("reused") && reasons[2].starts_with("reused"),
        "{reasons:?}"
    );
    assert_eq!(rule(&report, "orders", "amount")["failed_count"], 0);
}

#[test]
fn a_changed_threshold_is_judged_from_the_recorded_counts() {
    let workspace = workspace();
    let (_, before) = run(&workspace, &[]);
    assert_eq!(rule(&before, "orders", "amount")["passed"], true);
    workspace.write("c.yaml", CONFIG.replace("threshold: 0.5", "threshold: 0.9"));
    let (_, report) = run(&workspace, &[]);
    let amount = rule(&report, "orders", "amount");
    assert_eq!(
        (&amount["passed"], &amount["reused"], &amount["attempts"]),
        (&json!(false), &json!(true), &json!(0))
    );
    assert!(
        amount["reason"]
            .as_str()
            .unwrap()
            .ends_with("; re-judged: threshold 0.5 → 0.9"),
        "{amount}"
    );
}

#[test]
fn a_changed_file_runs_its_table_and_a_touched_one_nothing() {
    let workspace = workspace();
    run(&workspace, &[]);
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let people = fs::File::options()
        .append(true)
        .open(workspace.path("people.csv"))
        .unwrap();
    people.set_modified(later).unwrap();
    let (_, touched) = run(&workspace, &[]);
    assert!(
        reasons(&touched)
            .iter()
            .all(|reason| reason.starts_with("reused")),
        "{touched}"
    );
    workspace.write("people.csv", "id,name\n1,Ada\n2,\n");
    let (_, changed) = run(&workspace, &[]);
    let reasons = reasons(&changed);
    assert!(
        reasons[0].starts_with("reused") && reasons[1].starts_with("reused"),
        "{reasons:?}"
    );
    assert_eq!(reasons[2], "re-run: data changed");
    assert_eq!(rule(&changed, "people", "name")["failed_count"], 1);
}

#[test]
fn no_resume_and_reuse_never_take_nothing_over() {
    let workspace = workspace();
    run(&workspace, &[]);
    for (arguments, why) in [
        (
            &["--no-resume"][..],
            "re-run: nothing is taken over in this run",
        ),
        (&["--reuse", "never"], "re-run: reuse is never"),
    ] {
        let (_, report) = run(&workspace, arguments);
        assert_eq!(reasons(&report), [why; 3]);
    }
}

#[test]
fn what_depends_on_the_time_or_on_other_tables_runs_again() {
    let workspace = workspace();
    let rules = r#"
      - {name: name, rule_type: custom, expression: "name < CAST(now() AS VARCHAR) OR TRUE"}
      - {name: other, rule_type: custom, expression: "SELECT count(*) FROM {table} WHERE id NOT IN (SELECT id FROM read_csv('orders.csv'))"}
      - {name: own, rule_type: custom, expression: "WITH x AS (SELECT * FROM {table}) SELECT count(*) FROM x WHERE id > 9"}
"#;
    let name = "\n      - {name: name, rule_type: completeness, column: name}\n";
    workspace.write("c.yaml", CONFIG.replace(name, rules));
    run(&workspace, &[]);
    let (_, report) = run(&workspace, &[]);
    let reason = |name| {
        rule(&report, "people", name)["reason"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        reason("name"),
        "re-run: its SQL calls a function that may depend on more than its arguments"
    );
    assert_eq!(reason("other"), "re-run: its SQL reads other tables");
    assert!(reason("own").starts_with("reused"), "{}", reason("own"));
}

#[test]
fn a_table_of_a_database_file_is_reused_until_the_file_changes() {
    let workspace = Workspace::new();
    let write = |sql: &str| {
        let database = duckdb::Connection::open(workspace.path("d.duckdb")).unwrap();
        database.execute_batch(sql).unwrap();
    };
    write("CREATE TABLE t AS SELECT 1 AS a; CREATE VIEW v AS SELECT * FROM t");
    workspace.write(
        "c.yaml",
        r#"
version: "1.0"
pipeline: {state_file: state.json}
engine: {connection_params: {database: d.duckdb}}
tables:
  - {name: t, source: t, rules: [{name: r, rule_type: completeness, column: a}]}
  - {name: v, source: v, rules: [{name: r, rule_type: completeness, column: a}]}
"#,
    );
    let reason = |table| {
        let (_, report) = run(&workspace, &[]);
        rule(&report, table, "r")["reason"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(reason("t"), "new");
    assert!(reason("t").starts_with("reused"));
    assert_eq!(
        reason("v"),
        "re-run: data version not known: it is no table of the database file, and may read anything; \
         'data_version: content' hashes the rows instead"
    );
    write("INSERT INTO t VALUES (NULL)");
    assert_eq!(reason("t"), "re-run: data may have changed");
}

#[test]
fn a_rule_that_could_not_be_judged_is_never_taken_over() {
    let workspace = workspace();
    workspace.write("c.yaml", CONFIG.replace("column: amount", "column: amuont"));
    let (outcome, _) = run(&workspace, &[]);
    assert_eq!(outcome.code, Some(3));
    let (outcome, report) = run(&workspace, &[]);
    assert_eq!(outcome.code, Some(3));
    assert_eq!(rule(&report, "orders", "amount")["reused"], false);
    assert_eq!(rule(&report, "orders", "id")["reused"], true);
}

#[test]
fn a_state_written_by_hand_is_honoured_once() {
    let workspace = workspace();
    let by_hand = json!({
        "people": {"status": "completed", "completed_at": "2025-07-24T10:11:49.391678", "results": {},
            "rules": {"name": {"status": "completed", "completed_at": "2025-07-24T10:11:49.398754",
                "result": {"rule_name": "name", "passed": true, "success_rate": 1.0, "message": "All records valid"}}}},
        "orders": "completed"
    });
    workspace.write("state.json", by_hand.to_string());
    let (_, first) = run(&workspace, &[]);
    assert_eq!(
        rule(&first, "people", "name")["reason"],
        "taken over once from a record without proof"
    );
    assert_eq!(
        reasons(&first)[..2],
        ["new", "new"],
        "a migrated table without results is evaluated"
    );
    let (_, second) = run(&workspace, &[]);
    assert_eq!(
        reasons(&second)[2],
        "re-run: its record was taken over without proof"
    );
    let (_, third) = run(&workspace, &[]);
    assert!(reasons(&third)[2].starts_with("reused"), "{third}");
    assert_eq!(
        workspace.json("state.json")["people"]["results"],
        json!({}),
        "unknown keys survive"
    );
}

#[test]
fn reset_forgets_a_rule_a_table_or_all() {
    let workspace = workspace();
    run(&workspace, &[]);
    let reset = |arguments: &[&str]| {
        workspace
            .run(&[&["state", "reset", "c.yaml"], arguments].concat())
            .stdout
    };
    assert_eq!(
        reset(&["--table", "orders", "--rule", "id"]),
        "rule 'id' of table 'orders' is forgotten\n"
    );
    assert_eq!(
        reset(&["--table", "orders", "--rule", "id"]),
        "rule 'id' of table 'orders' was not recorded\n"
    );
    let (_, report) = run(&workspace, &[]);
    assert_eq!(reasons(&report)[0], "new");
    assert!(reasons(&report)[1].starts_with("reused"));
    assert_eq!(reset(&[]), "everything is forgotten\n");
    let (_, report) = run(&workspace, &[]);
    assert_eq!(reasons(&report), ["new", "new", "new"]);
    let shown = workspace
        .run(&["state", "show", "c.yaml", "--table", "people"])
        .stdout;
    assert!(
        shown.contains("people  completed") && shown.contains("  name  completed"),
        "{shown}"
    );
    assert!(!shown.contains("orders"), "{shown}");
}

#[test]
fn the_job_gives_the_same_report_twice() {
    let workspace = workspace();
    workspace.write("sources.yaml", "orders: orders.csv\npeople: people.csv\n");
    let job = |report: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_data-validator-job"));
        command.args([
            "--config",
            "c.yaml",
            "--sources",
            "sources.yaml",
            "--output",
            report,
        ]);
        let outcome =
            workspace.finish(command.current_dir(workspace.path("")).stdin(Stdio::null()));
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        workspace.json(report)
    };
    let (first, second) = (job("1.json"), job("2.json"));
    assert_eq!(second["overall_stats"]["reused_rules"], 3);
    assert_eq!(lasting(first), lasting(second));
}

#[test]
fn a_state_that_cannot_be_used_is_named_and_left_alone() {
    let workspace = workspace();
    workspace.write("folder/file", "");
    workspace.write("newer.json", r#"{"__data_validator__": {"format": 99}}"#);
    for (path, why) in [
        ("folder", "folder"),
        ("newer.json", "newer"),
        ("none/state.json", "none/state.json"),
    ] {
        let outcome = workspace.run(&["c.yaml", "--state", path]);
        assert_eq!(outcome.code, Some(4), "{outcome:?}");
        assert!(outcome.stderr.contains(why), "{outcome:?}");
        assert_eq!(outcome.stdout, "");
    }
    assert_eq!(
        fs::read_to_string(workspace.path("newer.json")).unwrap(),
        r#"{"__data_validator__": {"format": 99}}"#
    );
}

#[test]
fn a_corrupt_state_is_set_aside_and_the_rules_run() {
    let workspace = workspace();
    for corrupt in [
        "",
        "{",
        "not JSON",
        r#"{"orders": {"status": "completed", "rules": {"id": {"sta"#,
    ] {
        workspace.write("state.json", corrupt);
        let (outcome, report) = run(&workspace, &[]);
        assert_eq!(outcome.code, Some(1), "{corrupt}: {outcome:?}");
        assert_eq!(rule(&report, "orders", "id")["reused"], false);
    }
}

#[test]
fn results_that_cannot_be_saved_are_still_told() {
    let workspace = workspace();
    run(&workspace, &[]);
    let before = fs::read(workspace.path("state.json")).unwrap();
    let program = env!("CARGO_BIN_EXE_data-validator");
    let shell = format!("ulimit -f 0; trap '' XFSZ; exec {program} c.yaml --no-resume");
    let mut command = std::process::Command::new("bash");
    let outcome = workspace.finish(
        command
            .args(["-c", &shell])
            .current_dir(workspace.path(""))
            .stdin(Stdio::null()),
    );
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(outcome.stderr.contains("state.json"), "{outcome:?}");
    assert_eq!(
        fs::read(workspace.path("state.json")).unwrap(),
        before,
        "the old state is untouched"
    );
}

#[test]
fn results_beside_the_state_are_reused_and_exported_and_a_rule_whose_result_is_lost_runs_again() {
    let workspace = workspace();
    let external = "pipeline: {results: external, state_file: state.json}";
    let config = CONFIG.replace("pipeline: {state_file: state.json}", external);
    workspace.write("c.yaml", config);
    let (_, first) = run(&workspace, &[]);
    let state = workspace.json("state.json");
    let result = &state["orders"]["rules"]["amount"]["result"];
    let keys: Vec<&String> = result.as_object().unwrap().keys().collect();
    let summary = [
        "rule_name",
        "passed",
        "failed_count",
        "total_count",
        "success_rate",
        "message",
        "severity",
        "external",
    ];
    assert_eq!(keys, summary);
    let (_, second) = run(&workspace, &[]);
    assert!(
        reasons(&second)
            .iter()
            .all(|reason| reason.starts_with("reused")),
        "{:?}",
        reasons(&second)
    );
    assert_eq!(lasting(first), lasting(second.clone()));
    let shown = workspace.run(&["state", "show", "c.yaml"]);
    assert!(shown.stdout.contains("results beside it: "), "{shown:?}");

    workspace.run(&["state", "export", "c.yaml", "--output", "all.json"]);
    let exported = workspace.json("all.json");
    let result = &exported["orders"]["rules"]["amount"]["result"];
    assert_eq!(result["judged_by"], json!({"threshold": 0.5}));

    let name = state["people"]["rules"]["name"]["result"]["external"]
        .as_str()
        .unwrap();
    fs::remove_file(workspace.path(&format!("state.json.results/{name}.json"))).unwrap();
    let (outcome, third) = run(&workspace, &[]);
    assert_eq!(
        reasons(&third)[2],
        "re-run: the record has no result that can be read"
    );
    assert!(reasons(&third)[0].starts_with("reused"), "{outcome:?}");
    assert_eq!(lasting(second), lasting(third));

    let only_orders = workspace.run(&["state", "reset", "c.yaml", "--table", "people"]);
    assert_eq!(only_orders.code, Some(0), "{only_orders:?}");
    let left = fs::read_dir(workspace.path("state.json.results"))
        .unwrap()
        .count();
    assert_eq!(left, 2, "the results of the two scans of orders");
}

#[test]
fn results_beside_the_state_are_for_a_state_in_a_file() {
    let workspace = workspace();
    let engine = "pipeline: {results: external, state: engine}";
    workspace.write(
        "c.yaml",
        CONFIG.replace("pipeline: {state_file: state.json}", engine),
    );
    let outcome = workspace.run(&["lint", "c.yaml"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let told = "'results: external' is for a state in a file, and this one is in an engine";
    assert!(outcome.stderr.contains(told), "{outcome:?}");
}

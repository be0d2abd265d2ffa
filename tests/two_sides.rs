//! What a user sees of a rule that compares two sides, besides its counts.

use crate::support::{Workspace, rule};

const CONFIG: &str = "
engines: {here: {type: duckdb}, there: {type: datafusion}}
tables:
  - name: t
    engine: here
    source: t.csv
    samples: 2
    where: 'id < 9'
    rules:
      - {name: beside, rule_type: reconcile, parameters: {with: copy.csv, keys: [id]}}
      - {name: elsewhere, rule_type: reconcile, threshold: 0.5, parameters: {with: copy, keys: [id]}}
      - {name: narrowed, rule_type: reconcile, parameters: {with: {engine: there, path: copy.csv, where: 'id < 3'}, keys: [id]}}
      - {name: counted, rule_type: reconcile, where: 'id > 1', parameters: {with: copy, mode: count}}
      - {name: missing, rule_type: reconcile, parameters: {with: {engine: there, path: none.csv}, keys: [id]}}
  - {name: copy, engine: there, source: copy.csv, rules: [{name: rows, rule_type: row_count, parameters: {min: 1}}]}
";

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("t.csv", "id,name\n1,a\n2,b\n3,c\n9,z\n");
    workspace.write("copy.csv", "id,name\n1,a\n2,B\n4,d\n");
    workspace.write("rules.yaml", CONFIG);
    workspace
}

#[test]
fn a_table_of_the_config_is_read_on_its_own_engine() {
    let workspace = workspace();
    let outcome = workspace.run(&["rules.yaml", "--output", "report.json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("report.json");
    let message = |name: &str| {
        let result = rule(&report, "t", name);
        result["message"].as_str().unwrap().to_owned()
    };
    let differing = "3 of 4 keys do not agree: 1 missing on the left, 1 missing on the right, 1 changed (name 1)";
    assert_eq!(message("beside"), format!("Rule 'beside': {differing}"));
    assert_eq!(
        message("elsewhere"),
        format!("Rule 'elsewhere': {differing}")
    );
    assert_eq!(
        message("narrowed"),
        "Rule 'narrowed': 2 of 3 keys do not agree: 1 missing on the right, 1 changed (name 1)"
    );
    assert_eq!(
        message("counted"),
        "Rule 'counted': the table has 2 rows, and the other side 'copy' has 3"
    );
    assert!(
        message("missing").contains("none.csv"),
        "{}",
        message("missing")
    );
    let elsewhere = rule(&report, "t", "elsewhere");
    assert_eq!(elsewhere["success_rate"], 0.25);
    assert_eq!(elsewhere["no_samples"], "the rule names no rows");
    assert_eq!(rule(&report, "t", "counted")["observed"], -1);
}

#[test]
fn the_queries_of_both_engines_are_explained() {
    let outcome = workspace().run(&["rules.yaml", "--explain", "--rule", "elsewhere"]);
    let text = &outcome.stdout;
    assert!(
        text.contains("merge, reads both engines in the order of the keys"),
        "{text}"
    );
    assert!(
        text.contains("on engine there: SELECT key_0, value_0 FROM (SELECT \"id\" AS key_0, \"name\" AS value_0 FROM"),
        "{text}"
    );
    assert!(
        text.contains("WHERE (id < 9)) AS side ORDER BY key_0 NULLS FIRST"),
        "{text}"
    );
}

//! Rules of all types share few scans.

use crate::support::Workspace;

#[test]
fn row_rules_and_aggregates_of_all_types_share_one_scan() {
    let workspace = Workspace::new();
    workspace.write(
        "t.csv",
        "id,name,starts,ends,amount\n1,a,2025-01-01,2025-01-02,1.5\n",
    );
    workspace.write(
        "rules.yaml",
        "tables:
  - name: t
    source: t.csv
    rules:
      - {name: a, rule_type: accepted_values, column: name, parameters: {values: [a, b]}}
      - {name: b, rule_type: rejected_values, column: name, parameters: {values: [c], case_sensitive: false}}
      - {name: c, rule_type: length, column: name, parameters: {max: 5}}
      - {name: d, rule_type: format, column: name, parameters: {format: email}}
      - {name: e, rule_type: castable, column: name, parameters: {type: integer}}
      - {name: f, rule_type: comparison, column: starts, parameters: {operator: '<', other_column: ends}}
      - {name: g, rule_type: not_in_future, column: starts}
      - {name: h, rule_type: freshness, column: ends, parameters: {max_age: 7d}}
      - {name: i, rule_type: row_count, parameters: {min: 1}}
      - {name: j, rule_type: aggregate, column: amount, parameters: {function: sum, min_value: 1}}
      - {name: k, rule_type: aggregate, column: amount, where: 'id > 0', parameters: {function: mean, min_value: 1}}
      - {name: l, rule_type: aggregate, column: amount, parameters: {function: max, max_value: 9}}
      - {name: m, rule_type: aggregate, column: name, parameters: {function: null_fraction, max_value: 0}}
      - {name: n, rule_type: completeness, column: name}
      - {name: o, rule_type: range, column: id, parameters: {min_value: 1}}
      - {name: p, rule_type: schema, parameters: {columns: [{name: id}]}}
",
    );
    let explained = workspace.run(&["rules.yaml", "--explain"]);
    assert_eq!(explained.code, Some(0), "{explained:?}");
    assert_eq!(
        explained.stdout.matches("SELECT").count(),
        1,
        "{}",
        explained.stdout
    );
    assert!(
        explained.stdout.contains("scan 1 of 1"),
        "{}",
        explained.stdout
    );
}

#[test]
fn quantiles_of_a_column_share_a_sort_and_keys_have_their_own_scans() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "id,x\n1,2\n");
    workspace.write(
        "rules.yaml",
        "tables:
  - name: t
    source: t.csv
    rules:
      - {name: a, rule_type: aggregate, column: x, parameters: {function: median, min_value: 1}}
      - {name: b, rule_type: aggregate, column: x, parameters: {function: quantile, quantile: 0.99, min_value: 1}}
      - {name: c, rule_type: aggregate, column: x, parameters: {function: mean, min_value: 1}}
      - {name: d, rule_type: uniqueness, column: id}
      - {name: e, rule_type: primary_key, column: id}
      - {name: f, rule_type: aggregate, column: id, parameters: {function: distinct_count, min_value: 1}}
      - {name: g, rule_type: foreign_key, column: id, parameters: {references: {table: t, columns: [id]}}}
",
    );
    let explained = workspace.run(&["rules.yaml", "--explain"]);
    assert_eq!(explained.code, Some(0), "{explained:?}");
    assert!(
        explained.stdout.contains("scan 4 of 4"),
        "{}",
        explained.stdout
    );
}

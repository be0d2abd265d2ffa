//! Configs of the Python package.

use data_validator_plugin::TableName;

use super::{config, errors};
use crate::config::Target;

#[test]
fn a_config_of_the_python_package_loads() {
    let config = config(
        "
version: '1.0'
metadata: {team: growth}
engine: {type: embedded, connection_params: {database: ':memory:'}, options: {max_retries: 3}}
dqx: {enabled: true, output_path: /tmp/dqx, metrics_table: dq.results, quarantine_table: dq.bad_rows}
tables:
  - name: customers
    description: one row a customer
    rules:
      - {name: id, rule_type: completeness, column: id, threshold: 0.95, severity: error, parameters: {databricks: {x: 1}}}
      - {name: lineage, rule_type: unity_catalog_lineage, column: id, expression: x, parameters: {databricks: {}, any: 1}}
      - {name: quality, rule_type: delta_quality, severity: warning}
      - {name: permission, rule_type: workspace_permission, parameters: {databricks: {}}}
",
    );
    assert_eq!(config.outputs.metrics.as_deref(), Some("dq.results"));
    let quarantine = config.outputs.quarantine.as_ref().unwrap();
    let bad_rows = Target::Table(TableName {
        catalog: None,
        schema: Some("dq".into()),
        table: "bad_rows".into(),
    });
    assert_eq!(quarantine.target("customers"), Ok(bad_rows));
    assert_eq!(
        config.tables[0].description.as_deref(),
        Some("one row a customer")
    );
    let warnings: Vec<String> = config
        .warnings
        .iter()
        .map(|warning| warning.message.clone())
        .collect();
    insta::assert_snapshot!(warnings.join("\n"), @"
    'dqx.enabled' has no effect here
    'dqx.output_path' has no effect here
    'metrics_table' is read, but nothing is written there by this version yet
    'databricks' has no effect here
    'databricks' has no effect here
    'databricks' has no effect here
    ");
}

#[test]
fn what_is_named_twice_is_told() {
    insta::assert_snapshot!(errors(
        "
outputs: {metrics: a, quarantine: q, claen: b}
dqx: {metrics_table: b, quarantine_table: p}
tables: [{name: t, rules: [{name: r, rule_type: completeness, column: c}]}]
"
    ), @"
    config.yaml:2:11: warning: 'metrics' is read, but nothing is written there by this version yet
      help: expect the report alone
    config.yaml:2:38: error: unknown key 'claen'
      help: did you mean 'clean'?
    config.yaml:3:7: warning: 'metrics_table' is read, but nothing is written there by this version yet
      help: expect the report alone
    config.yaml:3:22: error: 'dqx.metrics_table' and 'outputs.metrics' name two places
      help: keep one of them
    config.yaml:3:43: error: 'dqx.quarantine_table' and 'outputs.quarantine' name two places
      help: keep one of them
    ");
}

#[test]
fn an_engine_of_the_python_package_is_told_to_be_elsewhere() {
    insta::assert_snapshot!(errors(
        "
engine: {type: polars}
engines: {spark: {type: pyspark}, bricks: {type: databricks}}
tables: [{name: t, rules: [{name: r, rule_type: completeness, column: c}]}]
"
    ), @"
    config.yaml:2:16: error: engine type 'polars' of the Python package is not here
      help: known: embedded, server
    config.yaml:3:25: error: engine type 'pyspark' of the Python package is not here
      help: known: embedded, server
    config.yaml:3:50: error: engine type 'databricks' of the Python package is not here
      help: known: embedded, server
    ");
}

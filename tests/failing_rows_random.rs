//! Rows and rules made at random: engines agree on which rows fail, and these are as many as were counted.

use std::collections::BTreeMap;

use data_validator::DataValidator;
use data_validator::run::settings::{FilterSettings, RunSettings};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

use crate::filter::parquet;
use crate::forms::{CONFIG, row, write};
use crate::support::Workspace;

/// Keys that lead to rows of the same files.
const KEYS: &str = r#"
      - {name: i_known, rule_type: foreign_key, column: i, parameters: {references: {table: all, columns: [k]}}}
      - {name: s_known, rule_type: foreign_key, columns: [s, k], where: "i > 0", parameters: {references: {table: some, columns: [s, i]}, nulls: fail}}
"#;

/// What an engine says: samples by table and rule, and the files that it wrote.
type Said = (BTreeMap<String, Vec<Map<String, Value>>>, Vec<Vec<String>>);

#[test]
fn engines_agree_on_which_rows_fail() {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let files = proptest::collection::vec(proptest::collection::vec(row(), 0..30), 1..3);
    let outcome = runner.run(&files, |files| {
        let workspace = Workspace::new();
        write(&workspace, &files);
        let duckdb = said(&workspace, "duckdb");
        prop_assert_eq!(said(&workspace, "datafusion"), duckdb);
        Ok(())
    });
    outcome.unwrap();
}

fn said(workspace: &Workspace, engine: &str) -> Said {
    let outputs = format!(
        "outputs: {{clean: \"{engine}_{{table}}.parquet\", quarantine: \"{engine}_{{table}}_bad.parquet\"}}"
    );
    let engine_key = format!("engine: {{type: {engine}, options: {{}}}}\n{outputs}");
    let config = CONFIG
        .replace("ENGINE", &engine_key)
        .replace("SOURCE", "rows");
    assert_ne!(config, CONFIG);
    let with_keys = config.replace(
        "      - {name: rows,",
        &format!("{KEYS}      - {{name: rows,"),
    );
    assert_ne!(with_keys, config);
    let config = workspace.write(&format!("{engine}.yaml"), with_keys);
    let mut validator = DataValidator::from_path(config).unwrap();
    let settings = RunSettings {
        samples: Some(4),
        ..RunSettings::default()
    };
    let outcome = validator.validate(&settings, &mut |_| ()).unwrap();
    let mut samples = BTreeMap::new();
    for summary in outcome.summaries {
        for result in summary.results {
            let rule = format!("{} {}", summary.table_name, result.rule_name);
            // A rule about the table as a whole names no rows.
            if matches!(result.rule_type, "aggregate" | "row_count") {
                assert_eq!(result.samples, Vec::new(), "{rule}");
                continue;
            }
            assert_eq!(result.no_samples, None, "{rule} on {engine}");
            let shown = result.failed_count.min(4);
            assert_eq!(result.samples.len() as u64, shown, "{rule}");
            samples.insert(rule, result.samples);
        }
    }
    let mut tables = Vec::new();
    let told = &mut |filtered: Result<_, _>| tables.push(filtered.unwrap());
    validator.filter(&FilterSettings::default(), told).unwrap();
    assert_eq!(tables.len(), 2);
    let files = tables.iter().flat_map(|filtered| {
        let name = &filtered.table;
        let clean = parquet(workspace, &format!("{engine}_{name}.parquet"));
        let bad = parquet(workspace, &format!("{engine}_{name}_bad.parquet"));
        let lengths = (clean.len() as u64, bad.len() as u64);
        assert_eq!(lengths, (filtered.clean_rows, filtered.quarantined_rows));
        [clean, bad]
    });
    (samples, files.collect())
}

//! All forms of a question give the same count.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;

use clap::ValueEnum;
use data_validator::DataValidator;
use data_validator::plan::FormName;
use data_validator::run::settings::RunSettings;
use data_validator::selection::Selection;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::Workspace;

/// A row as SQL literals: two integers, a date, a double and a text.
pub type Row = [String; 5];

pub const CONFIG: &str = r#"
version: "1.0"
engine: {type: duckdb, options: {threads: 2}}
tables:
  - name: all
    source: rows
    rules: &rules
      - {name: i_complete, rule_type: completeness, column: i}
      - {name: s_complete, rule_type: completeness, column: s, parameters: {empty_is_missing: true}}
      - {name: both_complete, rule_type: completeness, columns: [i, d]}
      - {name: i_unique, rule_type: uniqueness, column: i}
      - {name: k_unique, rule_type: uniqueness, column: k}
      - {name: s_unique, rule_type: uniqueness, column: s}
      - {name: pair_unique, rule_type: uniqueness, columns: [k, s]}
      - {name: i_range, rule_type: range, column: i, parameters: {min_value: -3, max_value: 5}}
      - {name: i_from, rule_type: range, column: i, parameters: {min_value: 0, exclusive_min: true, nulls: fail}}
      - {name: k_range, rule_type: range, column: k, parameters: {min_value: 0, max_value: 40}}
      - {name: d_range, rule_type: range, column: d, parameters: {min_value: "2020-02-28", max_value: "2021-01-01"}}
      - {name: x_range, rule_type: range, column: x, parameters: {min_value: -1.5, max_value: 2}}
      - {name: s_pattern, rule_type: pattern, column: s, parameters: {pattern: "^[a-c]+$"}}
      - {name: s_not, rule_type: pattern, column: s, parameters: {pattern: "é", negate: true, nulls: exclude}}
      - {name: s_listed, rule_type: accepted_values, column: s, parameters: {values: [a, "", é]}}
      - {name: s_any_case, rule_type: rejected_values, column: s, parameters: {values: [ABC], case_sensitive: false}}
      - {name: i_listed, rule_type: rejected_values, column: i, parameters: {values: [0, 3]}}
      - {name: s_length, rule_type: length, column: s, parameters: {max: 2, nulls: fail}}
      - {name: k_above_i, rule_type: comparison, column: k, parameters: {operator: ">", other_column: i}}
      - {name: k_key, rule_type: primary_key, column: k}
      - {name: k_mean, rule_type: aggregate, column: k, parameters: {function: mean, max_value: 24.5}}
      - {name: k_median, rule_type: aggregate, column: k, where: "i > 0", parameters: {function: median, min_value: 20}}
      - {name: s_nulls, rule_type: aggregate, column: s, parameters: {function: null_fraction, max_value: 0.1}}
      - {name: k_least, rule_type: aggregate, column: k, parameters: {function: min, min_value: 3}}
      - {name: rows, rule_type: row_count, parameters: {min: 30}}
      - {name: i_scoped, rule_type: range, column: i, where: "k > 10", parameters: {max_value: 5}}
      - {name: k_scoped, rule_type: uniqueness, column: k, where: "i > 0"}
      - {name: s_scoped, rule_type: pattern, column: s, where: "k > 10", parameters: {pattern: "a"}}
  - name: some
    source: rows
    where: "k < 30 OR k IS NULL"
    rules: *rules
"#;

#[test]
fn all_forms_of_a_question_give_the_same_count() {
    let seen = RefCell::new(BTreeSet::new());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let files = proptest::collection::vec(proptest::collection::vec(row(), 0..40), 1..4);
    let outcome = runner.run(&files, |files| {
        let workspace = Workspace::new();
        write(&workspace, &files);
        let config = workspace.write("rules.yaml", CONFIG);
        let mut validator = DataValidator::from_path(config).unwrap();
        let plain = counts(&mut validator, None);
        for form in FormName::value_variants() {
            let in_form = counts(&mut validator, Some(*form));
            prop_assert_eq!(&in_form, &plain, "form {:?}", form);
            let taken = forms_taken(&mut validator, *form);
            seen.borrow_mut().extend(taken);
        }
        Ok(())
    });
    outcome.unwrap();
    for form in FormName::value_variants() {
        let name = form.to_possible_value().unwrap();
        assert!(
            seen.borrow().contains(name.get_name()),
            "no question was asked as {form:?}"
        );
    }
}

/// For each rule its status and counts.
fn counts(validator: &mut DataValidator, form: Option<FormName>) -> Vec<String> {
    let settings = RunSettings {
        form,
        ..RunSettings::default()
    };
    let outcome = validator.validate(&settings, &mut |_| ()).unwrap();
    let results = outcome.summaries.iter().flat_map(|summary| {
        let results = summary.results.iter();
        results.map(|it| {
            let numbers = (it.total_count, it.failed_count, it.missing_count);
            assert!(it.last_error.is_none(), "{it:?}");
            format!(
                "{} {}: {:?} {numbers:?}",
                summary.table_name, it.rule_name, it.status
            )
        })
    });
    results.collect()
}

/// The names of the forms that questions take when this one is asked for.
fn forms_taken(validator: &mut DataValidator, form: FormName) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    validator
        .explain(&Selection::default(), Some(form), &mut |prepared, _| {
            taken.extend(
                prepared
                    .plan
                    .choices
                    .iter()
                    .map(|choice| choice.form.to_string()),
            );
        })
        .unwrap();
    taken
}

/// Writes each list of rows as a Parquet file, whose footer has statistics of its own.
pub fn write(workspace: &Workspace, files: &[Vec<Row>]) {
    fs::create_dir(workspace.path("rows")).unwrap();
    let connection = duckdb::Connection::open_in_memory().unwrap();
    for (number, rows) in files.iter().enumerate() {
        connection
            .execute_batch(
                "CREATE OR REPLACE TABLE t (i BIGINT, k INTEGER, d DATE, x DOUBLE, s VARCHAR)",
            )
            .unwrap();
        for row in rows {
            let values = row.join(", ");
            connection
                .execute_batch(&format!("INSERT INTO t VALUES ({values})"))
                .unwrap();
        }
        let file = workspace.path(&format!("rows/{number}.parquet"));
        connection
            .execute_batch(&format!("COPY t TO '{}' (FORMAT parquet)", file.display()))
            .unwrap();
    }
}

pub fn row() -> impl Strategy<Value = Row> {
    let null = || Just("NULL".to_owned());
    let one_of =
        |texts: &'static [&'static str]| proptest::sample::select(texts).prop_map(str::to_owned);
    let small = |range: std::ops::Range<i32>| range.prop_map(|number| number.to_string());
    let integer = prop_oneof![
        1 => null(),
        6 => small(-5..8),
        1 => one_of(&["9223372036854775807", "-9223372036854775808"]),
    ];
    let key = prop_oneof![1 => null(), 6 => small(0..50)];
    let date = prop_oneof![
        1 => null(),
        4 => one_of(&["'2020-02-28'", "'2020-02-29'", "'2021-01-01'", "'2021-01-02'"]),
        1 => one_of(&["'0001-01-01'", "'9999-12-31'", "'infinity'", "'12345-01-01'"]),
    ];
    let double = prop_oneof![
        1 => null(),
        4 => one_of(&["-1.5", "-1.6", "0.0", "-0.0", "2.0", "2.0000000001"]),
        2 => one_of(&["'NaN'::DOUBLE", "'inf'::DOUBLE", "'-inf'::DOUBLE", "1e308"]),
    ];
    let text = prop_oneof![
        1 => null(),
        5 => one_of(&["''", "'a'", "'A'", "'abc'", "'é'", "'b\u{301}'", "' a'", "'a\nb'"]),
        1 => "[a-e]{0,3}".prop_map(|text| format!("'{text}'")),
    ];
    (integer, key, date, double, text).prop_map(|(i, k, d, x, s)| [i, k, d, x, s])
}

/// A CSV file that is large enough to be copied before it is scanned.
#[test]
fn a_source_that_is_copied_first_gives_the_same_counts() {
    let workspace = Workspace::new();
    let mut csv = String::from("id,name,amount\n");
    for id in 0..20_000 {
        let name = if id % 10 == 0 { "" } else { "some name" };
        csv.push_str(&format!("{},{name},{}\n", id % 19_990, id % 7));
    }
    workspace.write("rows.csv", csv);
    workspace.write(
        "c.yaml",
        r#"
version: "1.0"
tables:
  - name: rows
    source: rows.csv
    rules:
      - {name: id, rule_type: uniqueness, column: id}
      - {name: name, rule_type: completeness, column: name}
      - {name: amount, rule_type: range, column: amount, parameters: {max_value: 5}}
      - {name: any, rule_type: custom, expression: "SELECT count(*) FROM {table} WHERE amount > 5 AND name IS NULL"}
"#,
    );
    let explained = workspace.run(&["c.yaml", "--explain"]);
    assert!(
        explained.stdout.contains("once into a copy"),
        "{explained:?}"
    );
    workspace.run(&["c.yaml", "--output", "report.json"]);
    let report = workspace.json("report.json");
    let failed = ["id", "name", "amount", "any"]
        .map(|name| crate::support::rule(&report, "rows", name)["failed_count"].as_u64());
    assert_eq!(failed, [Some(10), Some(2000), Some(2857), Some(286)]);
}

/// Where footers do not tell what DuckDB reads, they prove nothing and filter nothing.
#[test]
fn files_that_differ_in_types_or_in_the_case_of_names_are_read() {
    let workspace = Workspace::new();
    let connection = duckdb::Connection::open_in_memory().unwrap();
    for (file, select) in [
        ("types/0", "SELECT 5::BIGINT AS x FROM range(3000)"),
        (
            "types/1",
            "SELECT (i % 5 * 0.1)::DECIMAL(18, 2) AS x FROM range(1000) AS t(i)",
        ),
        ("cases/0", r#"SELECT i AS "X" FROM range(1000) AS t(i)"#),
        ("cases/1", r#"SELECT i AS x FROM range(1000) AS t(i)"#),
    ] {
        let path = workspace.write(&format!("{file}.parquet"), "");
        connection
            .execute_batch(&format!(
                "COPY ({select}) TO '{}' (FORMAT parquet)",
                path.display()
            ))
            .unwrap();
    }
    let config = workspace.write(
        "c.yaml",
        r#"
version: "1.0"
engine: {type: duckdb, options: {lock_configuration: true, threads: 2}}
tables:
  - name: types
    source: types
    rules: [{name: above, rule_type: range, column: x, parameters: {min_value: 0, exclusive_min: true}}]
  - name: cases
    source: cases
    rules: [{name: few, rule_type: range, column: X, parameters: {max_value: 899}}]
"#,
    );
    let mut validator = DataValidator::from_path(config).unwrap();
    for form in FormName::value_variants() {
        assert_eq!(
            counts(&mut validator, Some(*form)),
            [
                "types above: Failed (4000, 1000, 0)",
                "cases few: Failed (2000, 200, 0)"
            ],
            "{form:?}"
        );
    }
}

#[test]
fn a_column_may_have_any_name() {
    let workspace = Workspace::new();
    let connection = duckdb::Connection::open_in_memory().unwrap();
    let file = workspace.path("t.parquet");
    let select = r#"SELECT i % 7 AS n, i % 7 AS "n rows", i % 7 AS c0 FROM range(700) AS t(i)"#;
    connection
        .execute_batch(&format!(
            "COPY ({select}) TO '{}' (FORMAT parquet)",
            file.display()
        ))
        .unwrap();
    let rules: String = ["n", "n rows", "c0"]
        .map(|name| format!("      - {{name: {name}, rule_type: range, column: {name}, parameters: {{max_value: 3}}}}\n"))
        .concat();
    let config = workspace.write(
        "c.yaml",
        format!(
            "version: \"1.0\"\ntables:\n  - name: t\n    source: t.parquet\n    rules:\n{rules}"
        ),
    );
    let mut validator = DataValidator::from_path(config).unwrap();
    for form in FormName::value_variants() {
        let expected = ["n", "n rows", "c0"].map(|name| format!("t {name}: Failed (700, 300, 0)"));
        assert_eq!(counts(&mut validator, Some(*form)), expected, "{form:?}");
    }
}

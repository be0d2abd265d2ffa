//! All forms of a question give the same count.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::ValueEnum;
use data_validator::DataValidator;
use data_validator::plan::FormName;
use data_validator::run::settings::RunSettings;
use data_validator::selection::Selection;
use data_validator_harness::{Server, ServerSettings};
use data_validator_plugin::{Call, Engine, EngineConfig};
use data_validator_postgres::Postgres;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::Workspace;

/// A row as SQL literals: two integers, a date, a double and a text.
pub type Row = [String; 5];

pub const CONFIG: &str = r#"
version: "1.0"
ENGINE
tables:
  - name: all
    source: SOURCE
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
    source: SOURCE
    where: "k < 30 OR k IS NULL"
    rules: *rules
"#;

/// The forms that an engine without statistics of its rows has.
const WITHOUT_STATISTICS: &[FormName] = &[
    FormName::CountColumn,
    FormName::Conditional,
    FormName::DistinctValues,
    FormName::CountDistinct,
    FormName::Groups,
];

#[test]
fn all_forms_of_a_question_give_the_same_count_on_all_engines() {
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
        let table = copy_to_server(&files);
        let url = format!("connection_params: {{url: '{}'}}", server().url());
        let mut first = None;
        for (engine, settings, source, forms) in [
            (
                "duckdb",
                "options: {threads: 2}",
                "rows",
                FormName::value_variants(),
            ),
            (
                "datafusion",
                "options: {}",
                "rows",
                FormName::value_variants(),
            ),
            ("postgres", &*url, &*table, WITHOUT_STATISTICS),
        ] {
            let engine_line = format!("engine: {{type: {engine}, {settings}}}");
            let config = CONFIG
                .replace("ENGINE", &engine_line)
                .replace("SOURCE", source);
            let config = workspace.write("rules.yaml", config);
            let mut validator = DataValidator::from_path(config).unwrap();
            let plain = counts(&mut validator, None);
            let expected = first.get_or_insert_with(|| plain.clone());
            prop_assert_eq!(&plain, expected, "{}", engine);
            for form in forms {
                let in_form = counts(&mut validator, Some(*form));
                prop_assert_eq!(&in_form, &plain, "form {:?} on {}", form, engine);
                for taken in forms_taken(&mut validator, *form) {
                    seen.borrow_mut().insert((engine, taken));
                }
            }
        }
        Ok(())
    });
    outcome.unwrap();
    for (engine, forms) in [
        ("duckdb", FormName::value_variants()),
        ("datafusion", FormName::value_variants()),
        ("postgres", WITHOUT_STATISTICS),
    ] {
        for form in forms {
            let name = form.to_possible_value().unwrap().get_name().to_owned();
            assert!(
                seen.borrow().contains(&(engine, name)),
                "no question was asked as {form:?} on {engine}"
            );
        }
    }
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&ServerSettings::default()))
}

/// Writes all rows to a table of the server; gives its name.
fn copy_to_server(files: &[Vec<Row>]) -> String {
    static TABLES: AtomicU64 = AtomicU64::new(0);
    let table = format!("forms_{}", TABLES.fetch_add(1, Ordering::Relaxed));
    let mut statements = vec![
        format!("DROP TABLE IF EXISTS {table}"),
        format!("CREATE TABLE {table} (i BIGINT, k INTEGER, d DATE, x DOUBLE PRECISION, s TEXT)"),
    ];
    for row in files.iter().flatten() {
        let values = row.join(", ").replace("::DOUBLE", "::DOUBLE PRECISION");
        statements.push(format!("INSERT INTO {table} VALUES ({values})"));
    }
    run_on_server(&statements);
    table
}

fn run_on_server(statements: &[impl AsRef<str>]) {
    let url = serde_json::json!({"url": server().url()});
    let config = EngineConfig {
        connection: url.as_object().unwrap().clone(),
        ..EngineConfig::default()
    };
    let mut session = Postgres.connect(&config, &Call::default()).unwrap();
    for statement in statements {
        session
            .execute(statement.as_ref(), &Call::default())
            .unwrap();
    }
}

/// Its catalogue has no proof, but an idea.
#[test]
fn a_server_that_knows_of_few_different_values_tries_a_pattern_on_each_of_them_once() {
    run_on_server(&[
        "DROP TABLE IF EXISTS few_values",
        "CREATE TABLE few_values (few TEXT, many TEXT) WITH (autovacuum_enabled = false)",
        "INSERT INTO few_values SELECT 'x' || i % 5, 'x' || i FROM generate_series(1, 20000) AS s(i)",
    ]);
    let workspace = Workspace::new();
    workspace.write(
        "c.yaml",
        format!(
            "engine: {{type: postgres, connection_params: {{url: '{}'}}}}
tables:
  - name: t
    source: few_values
    rules:
      - {{name: few, rule_type: pattern, column: few, parameters: {{pattern: \"^x[0-3]$\"}}}}
      - {{name: many, rule_type: pattern, column: many, parameters: {{pattern: \"^x[0-9]{{4}}$\"}}}}
",
            server().url()
        ),
    );
    let form = |rule: &str| {
        let explained = workspace.run(&["c.yaml", "--explain"]).stdout;
        let line = explained
            .lines()
            .rfind(|line| line.contains(&format!("- {rule}: ")));
        line.unwrap_or(&explained).trim().to_owned()
    };
    let plain = "conditional, shares the scan of all rows";
    assert_eq!(form("few"), format!("- few: {plain}"));
    run_on_server(&["ANALYZE few_values"]);
    assert_eq!(
        form("few"),
        "- few: distinct-values, the engine estimates few different values"
    );
    assert_eq!(form("many"), format!("- many: {plain}"));
    workspace.run(&["c.yaml", "--output", "report.json"]);
    let report = workspace.json("report.json");
    let failed = ["few", "many"]
        .map(|name| crate::support::rule(&report, "t", name)["failed_count"].as_u64());
    assert_eq!(failed, [Some(4000), Some(11000)]);
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
        .explain(
            &Selection::default(),
            Some(form),
            None,
            &mut |prepared, _| {
                taken.extend(
                    prepared
                        .plan
                        .choices
                        .iter()
                        .map(|choice| choice.form.to_string()),
                );
            },
        )
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

//! The same config on every engine: the same counts, the same verdicts, the same report.

use std::process::Command;
use std::sync::OnceLock;

use data_validator_harness::library::built_library;
use data_validator_harness::{Server, ServerSettings};
use serde_json::Value;

use crate::support::{Outcome, Workspace, lasting, repository, rule};

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&ServerSettings::default()))
}

/// A command that finds the server as people let it be found: by a variable of the environment.
fn with_server(command: &mut Command) -> &mut Command {
    command.env("DATA_VALIDATOR_TEST_URL", server().url())
}

/// A run of the flights example on an engine, linked in or from the plugin file of a package.
fn flights_on(workspace: &Workspace, engine: &str, package: Option<&str>) -> Value {
    // The engine's settings replace those of the example's own engine.
    let config = repository().join("examples/flights/flights.yaml");
    let report = format!("{engine}.{}.json", package.is_some());
    let mut arguments = vec![config.to_str().unwrap(), "--output", &report];
    arguments.extend(["--state", "state.json", "--no-resume"]);
    arguments.extend(["--engine", engine, "--now", "2026-01-01T00:00:00Z"]);
    let library = package.map(built_library);
    if let Some(library) = &library {
        arguments.extend(["--plugin", library.to_str().unwrap()]);
    }
    let mut command = workspace.command(&arguments);
    if engine == "postgres" {
        command.envs(server().variables());
    }
    let outcome = workspace.finish(&mut command);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = workspace.json(&report);
    let origin = &report["provenance"]["engines"][0]["plugin"]["path"];
    assert_eq!(origin.is_string(), package.is_some());
    assert_eq!(report["engine_type"], engine);
    report
}

#[test]
fn the_flights_are_judged_alike_on_all_engines() {
    let workspace = Workspace::new();
    let expected = lasting(flights_on(&workspace, "duckdb", None));
    for (engine, package) in [
        ("duckdb", Some("data-validator-duckdb-library")),
        ("datafusion", None),
        ("datafusion", Some("data-validator-datafusion-library")),
        ("postgres", None),
        ("postgres", Some("data-validator-postgres-library")),
    ] {
        let report = lasting(flights_on(&workspace, engine, package));
        for (table, expected) in expected["table_results"].as_object().unwrap() {
            for expected in expected["rules"].as_array().unwrap() {
                let name = expected["name"].as_str().unwrap();
                assert_eq!(
                    rule(&report, table, name),
                    expected,
                    "{name} in {table} on {engine} {package:?}"
                );
            }
        }
        assert_eq!(report, expected, "{engine} {package:?}");
    }
}

#[test]
fn tables_of_one_config_are_on_several_engines() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "id,name\n1,a\n2,\n2,c\n");
    let rules = "rules: [{name: one_id, rule_type: uniqueness, column: id}, {name: named, rule_type: completeness, column: name}]";
    workspace.write(
        "rules.yaml",
        format!(
            "engines:
  here: {{type: duckdb}}
  there: {{type: postgres, connection_params: {{url: '${{env:DATA_VALIDATOR_TEST_URL}}'}}}}
  elsewhere: {{type: datafusion}}
tables:
  - {{name: a, engine: here, source: t.csv, {rules}}}
  - {{name: b, engine: there, source: t.csv, {rules}}}
  - {{name: c, engine: elsewhere, source: t.csv, {rules}}}
  - {{name: d, engine: there, source: {{query: \"SELECT 1 AS id, 'x' AS name\"}}, {rules}}}
"
        ),
    );
    let arguments = ["rules.yaml", "--output", "report.json"];
    let outcome = workspace.finish(with_server(&mut workspace.command(&arguments)));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = workspace.json("report.json");
    for table in ["a", "b", "c"] {
        for name in ["one_id", "named"] {
            let result = rule(&report, table, name);
            assert_eq!(
                (&result["failed_count"], &result["total_count"]),
                (&1.into(), &3.into()),
                "{table} {name}"
            );
        }
    }
    assert_eq!(rule(&report, "d", "one_id")["failed_count"], 0);
}

fn on_postgres(workspace: &Workspace, url: &str, arguments: &[&str]) -> Outcome {
    workspace.write(
        "rules.yaml",
        "engine: {type: postgres, connection_params: {url: '${env:URL}'}, options: {max_retries: 0}}
tables: [{name: t, source: {query: 'SELECT 1 AS id'}, rules: [{name: r, rule_type: completeness, column: id}]}]",
    );
    let mut command = workspace.command(arguments);
    command.env("URL", url);
    workspace.finish(&mut command)
}

#[test]
fn what_keeps_a_server_away_is_said_and_no_password_is() {
    let workspace = Workspace::new();
    let whole = on_postgres(
        &workspace,
        &server().url(),
        &["check-connection", "rules.yaml"],
    );
    assert_eq!(whole.code, Some(0), "{whole:?}");
    assert!(whole.stdout.contains("connected to postgres"), "{whole:?}");
    let nobody = "postgres://somebody:canary-password@127.0.0.1:1/data";
    let outcome = on_postgres(&workspace, nobody, &["rules.yaml"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let said = outcome.stdout + &outcome.stderr;
    assert!(said.contains("connecting to engine 'default'"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn a_column_that_no_rule_judges_stays_behind_and_the_others_are_carried() {
    let workspace = Workspace::new();
    workspace.write("m.ndjson", "{\"id\":1,\"m\":1}\n{\"id\":2,\"m\":\"x\"}\n");
    workspace.write(
        "rules.yaml",
        "engine: {type: postgres, connection_params: {url: '${env:DATA_VALIDATOR_TEST_URL}'}}
tables:
  - name: m
    source: m.ndjson
    rules:
      - {name: id, rule_type: range, column: id, parameters: {min_value: 2}}
      - {name: m, rule_type: pattern, column: m, parameters: {pattern: '^x$'}}
global_rules:
  - {name: everywhere, rule_type: completeness, column: m, parameters: {if_column_exists: true}}
",
    );
    let arguments = ["rules.yaml", "--output", "report.json"];
    let outcome = workspace.finish(with_server(&mut workspace.command(&arguments)));
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("report.json");
    assert_eq!(rule(&report, "m", "id")["failed_count"], 1);
    let left_behind = rule(&report, "m", "m");
    assert_eq!(left_behind["status"], "error");
    insta::assert_snapshot!(left_behind["message"].as_str().unwrap(), @"Rule 'm' could not be judged: column 'm' is of the type JSON, which cannot be carried to the engine 'postgres'; read the table with the engine 'duckdb', which reads the files itself");
    // It is there, so a global rule does not pass over it either.
    assert_eq!(rule(&report, "m", "everywhere")["status"], "error");
}

/// The counts of the rules of a table, failed and missing, or the message of one that could not be judged.
fn counts_on(workspace: &Workspace, engine: &str, config: &str) -> Vec<String> {
    workspace.write("rules.yaml", config);
    let mut command =
        workspace.command(&["rules.yaml", "--engine", engine, "--output", "report.json"]);
    let outcome = workspace.finish(command.envs(server().variables()));
    assert!(matches!(outcome.code, Some(0 | 1 | 3)), "{outcome:?}");
    let report = workspace.json("report.json");
    let rules = report["table_results"]["t"]["rules"].as_array().unwrap();
    let told = rules.iter().map(|rule| match rule["status"].as_str() {
        Some("error") => format!("{}: {}", rule["name"], rule["message"]),
        _ => format!(
            "{}: {}, {}",
            rule["name"], rule["failed_count"], rule["missing_count"]
        ),
    });
    told.collect()
}

#[test]
fn an_arrow_file_is_read_where_it_can_be_and_told_where_not() {
    let workspace = Workspace::new();
    let config = format!(
        "tables:
  - name: t
    source: {}
    rules:
      - {{name: id, rule_type: uniqueness, column: id}}
      - {{name: name, rule_type: completeness, column: name, parameters: {{empty_is_missing: true}}}}
      - {{name: day, rule_type: pattern, column: day, parameters: {{pattern: '^mon$'}}}}
      - {{name: score, rule_type: range, column: score, parameters: {{min_value: 0}}}}
",
        repository().join("tests/files/people.arrow").display()
    );
    let expected = [
        "\"id\": 1, 0",
        "\"name\": 2, 2",
        "\"day\": 1, 1",
        "\"score\": 1, 1",
    ];
    assert_eq!(counts_on(&workspace, "datafusion", &config), expected);
    assert_eq!(counts_on(&workspace, "postgres", &config), expected);
    let told = counts_on(&workspace, "duckdb", &config);
    insta::assert_snapshot!(told[0].replace(&repository().display().to_string(), "…"), @r#""id": "Rule 'id' could not be judged: reading …/tests/files/people.arrow: attaching 't': the engine 'duckdb' reads files of csv, json, parquet, and not arrow; read the table with the engine datafusion""#);
}

#[test]
fn a_column_without_a_type_has_no_values_on_any_engine() {
    let workspace = Workspace::new();
    let config = format!(
        "tables:
  - name: t
    source: {}
    rules:
      - {{name: range, rule_type: range, column: nothing, parameters: {{min_value: 0, max_value: 5.5}}}}
      - {{name: all, rule_type: completeness, column: nothing}}
      - {{name: one, rule_type: uniqueness, column: nothing}}
",
        repository().join("tests/files/nothing.parquet").display()
    );
    for engine in ["duckdb", "datafusion", "postgres"] {
        let counts = counts_on(&workspace, engine, &config);
        assert_eq!(
            counts,
            ["\"range\": 0, 3", "\"all\": 3, 3", "\"one\": 0, 3"],
            "{engine}"
        );
    }
}

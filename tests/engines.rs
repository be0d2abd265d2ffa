//! The same config on every engine: the same counts, the same verdicts, the same report.

use std::process::Command;
use std::sync::OnceLock;

use data_validator_harness::library::built_library;
use data_validator_harness::{Server, ServerSettings};
use serde_json::Value;

use crate::support::{Outcome, Workspace, lasting, repository, rule};

pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&ServerSettings::default()))
}

/// A command that finds the server as people let it be found: by a variable of the environment.
pub fn with_server(command: &mut Command) -> &mut Command {
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
        let address = server().address();
        command.env("PGHOST", address.ip().to_string());
        command.env("PGPORT", address.port().to_string());
        command.env("PGUSER", "postgres");
        command.env("PGDATABASE", "postgres");
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
",
    );
    let arguments = ["rules.yaml", "--output", "report.json"];
    let outcome = workspace.finish(with_server(&mut workspace.command(&arguments)));
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let report = workspace.json("report.json");
    assert_eq!(rule(&report, "m", "id")["failed_count"], 1);
    assert_eq!(rule(&report, "m", "m")["status"], "error");
}

//! Configs from strangers: what is harmless runs, all else is refused before anything happens; exit code 2.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Workspace, repository};

const CONFIG: &str = "
version: \"1.0\"
metadata: {team: strangers}
pipeline: {state_file: state.json}
engine: {type: duckdb, connection_params: {database: \":memory:\"}, options: {threads: 1, max_retries: 0}}
tables:
  - name: people
    source: data/*.csv
    rules:
      - {name: has_id, rule_type: completeness, column: id}
      - {name: one_id, rule_type: uniqueness, column: id}
      - {name: named, rule_type: pattern, column: name, parameters: {pattern: '^[A-Z]'}}
      - {name: age, rule_type: range, column: age, parameters: {min_value: 0, max_value: 120}}
";

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("stranger/rules.yaml", CONFIG);
    workspace.write("stranger/data/a.csv", "id,name,age\n1,Ada,36\n2,Bob,40\n");
    workspace.write("stranger/data/b.csv", "id,name,age\n3,Cyd,51\n");
    workspace
}

#[test]
fn a_harmless_config_runs_on_every_engine_that_is_in_the_process() {
    let workspace = workspace();
    for engine in ["duckdb", "datafusion"] {
        let arguments = [
            "run",
            "stranger/rules.yaml",
            "--untrusted",
            "--engine",
            engine,
            "--output",
            "report.json",
        ];
        let outcome = workspace.run(&arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let report = workspace.json("report.json");
        assert_eq!(report["overall_stats"]["total_rules"], 4, "{report}");
        assert_eq!(report["engine_type"], engine);
    }
    let outcome = workspace.run(&["lint", "stranger/rules.yaml", "--untrusted"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(workspace.path("stranger/state.json").exists());
}

#[test]
fn the_sql_of_the_example_is_refused_with_its_places() {
    let config = repository().join("examples/flights/flights.yaml");
    let workspace = Workspace::new();
    for command in ["run", "lint"] {
        let outcome = workspace.run(&[command, config.to_str().unwrap(), "--untrusted"]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        let refused = outcome.stderr.matches("is custom SQL").count();
        assert_eq!(
            refused,
            outcome.stderr.matches("error:").count(),
            "{outcome:?}"
        );
        assert!(refused > 5, "{outcome:?}");
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn a_variable_is_allowed_by_its_name_and_only_with_an_untrusted_config() {
    let workspace = workspace();
    workspace.write(
        "stranger/rules.yaml",
        CONFIG.replace("strangers", "'${env:TEAM} ${env:OTHER}'"),
    );
    let run = |arguments: &[&str]| {
        let mut command = workspace.command(&[&["run", "stranger/rules.yaml"], arguments].concat());
        workspace.finish(command.env("TEAM", "growth").env("OTHER", "hidden-value"))
    };
    let one = run(&["--untrusted", "--allow-env", "TEAM"]);
    assert_eq!(one.code, Some(2), "{one:?}");
    assert!(one.stderr.contains("--allow-env OTHER"), "{one:?}");
    assert!(!one.stderr.contains("hidden-value"), "{one:?}");
    let both = run(&["--untrusted", "--allow-env", "TEAM", "--allow-env", "OTHER"]);
    assert_eq!(both.code, Some(0), "{both:?}");
    let alone = run(&["--allow-env", "TEAM"]);
    assert_eq!(alone.code, Some(2), "{alone:?}");
    assert!(alone.stderr.contains("--untrusted"), "{alone:?}");
}

#[test]
fn a_plugin_is_not_loaded_because_a_config_names_its_engine() {
    let workspace = workspace();
    workspace.write(
        "plugins/libevil_engine.so",
        "no library, which loading it would tell",
    );
    workspace.write(
        "stranger/rules.yaml",
        CONFIG.replace("type: duckdb", "type: evil"),
    );
    let run = |arguments: &[&str]| {
        let mut command = workspace.command(&[&["run", "stranger/rules.yaml"], arguments].concat());
        workspace.finish(command.env("DATA_VALIDATOR_PLUGIN_PATH", workspace.path("plugins")))
    };
    for (arguments, is_loaded) in [
        (&[][..], true),
        (&["--untrusted"][..], false),
        (&["--untrusted", "--engine", "evil"][..], true),
    ] {
        let outcome = run(arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        let tried = outcome.stderr.contains("loading the plugin");
        assert_eq!(tried, is_loaded, "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains("'evil'"), "{outcome:?}");
    }
}

#[test]
fn nothing_is_written_through_a_link_that_a_stranger_put_there() {
    let workspace = workspace();
    workspace.write("precious.txt", "precious");
    symlink(
        workspace.path("precious.txt"),
        workspace.path("stranger/report.json"),
    )
    .unwrap();
    symlink(
        workspace.path("precious.txt"),
        workspace.path("stranger/other.json.lock"),
    )
    .unwrap();
    for arguments in [
        ["--output", "stranger/report.json"],
        ["--state", "stranger/other.json"],
    ] {
        let mut all = vec!["run", "stranger/rules.yaml", "--untrusted"];
        all.extend(arguments);
        let outcome = workspace.run(&all);
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
        assert!(
            outcome.stderr.contains("is a link in the config's folder"),
            "{outcome:?}"
        );
        assert_eq!(
            fs::read_to_string(workspace.path("precious.txt")).unwrap(),
            "precious"
        );
    }
    // A link of the user's own is the user's affair.
    symlink(workspace.path("here.json"), workspace.path("latest.json")).unwrap();
    let outcome = workspace.run(&[
        "run",
        "stranger/rules.yaml",
        "--untrusted",
        "--output",
        "latest.json",
    ]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn a_file_that_appears_behind_a_link_is_not_read() {
    let workspace = workspace();
    workspace.write("secret.csv", "id,name,age\n4,Dan,200\n");
    symlink(
        workspace.path("secret.csv"),
        workspace.path("stranger/data/c.csv"),
    )
    .unwrap();
    let trusted = workspace.run(&["run", "stranger/rules.yaml", "--no-resume"]);
    assert_eq!(trusted.code, Some(1), "{trusted:?}");
    let outcome = workspace.run(&["run", "stranger/rules.yaml", "--untrusted"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("data/c.csv is a link in the config's folder"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("rules.yaml:8:13"), "{outcome:?}");
}

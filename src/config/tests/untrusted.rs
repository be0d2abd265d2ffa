//! What a config from a stranger is refused.

use std::fs;

use super::Folder;
use crate::config::{Config, LoadOptions, SourceSpec, Untrusted};

const RULES: &str = "rules: [{name: r, rule_type: completeness, column: c}]";

/// The options of a user who runs a stranger's config.
fn untrusted() -> LoadOptions {
    LoadOptions {
        untrusted: Some(Untrusted::default()),
        ..LoadOptions::default()
    }
}

fn table(source: &str) -> String {
    format!("tables: [{{name: t, source: {source}, {RULES}}}]\n")
}

fn errors(config: &str) -> String {
    Folder::new(config)
        .load(&untrusted())
        .expect_err("a config that is refused")
}

fn load(folder: &Folder, options: &LoadOptions) -> Config {
    folder
        .load(options)
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// The user's own words, which are not looked at.
fn with_environment(variables: &[(&str, &str)]) -> LoadOptions {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    LoadOptions {
        environment: variables.collect(),
        ..untrusted()
    }
}

#[test]
fn a_harmless_config_is_taken() {
    let folder = Folder::new(
        r#"
version: "1.0"
metadata: {team: growth}
pipeline: {state_file: state.json, reuse: verified}
engine: {type: embedded, connection_params: {database: ":memory:"}, options: {threads: 2, max_retries: 1}}
tables:
  - name: t
    source: data/*.csv
    tags: [daily]
    rules:
      - {name: a, rule_type: completeness, column: c, threshold: 0.9}
      - {name: b, rule_type: pattern, column: c, parameters: {pattern: "^a", native: false}}
      - {name: c, rule_type: range, column: d, parameters: {min_value: 0}}
global_rules: [{name: u, rule_type: uniqueness, column: id, parameters: {if_column_exists: true}}]
"#,
    );
    let config = load(&folder, &untrusted());
    let real = folder.path("").canonicalize().expect("a folder");
    assert_eq!(config.confined_to.as_ref(), Some(&real));
    let SourceSpec::Files(files) = &config.tables[0].source else {
        panic!("files")
    };
    assert_eq!(files.within.as_ref(), Some(&real));
}

#[test]
fn all_that_is_refused_is_told_at_once_with_its_place() {
    insta::assert_snapshot!(errors(
        r#"pipeline: {state_file: /var/lib/state.json}
plugins: [{path: ./libevil_engine.so}]
engine:
  type: server
  connection_params: {host: evil.example, password: "${file:/etc/shadow}"}
  options: {threads: 2, max_retries: 1, temp_directory: /tmp/x}
engines: {db: {type: embedded, connection_params: {database: ./planted.db}}}
tables:
  - name: t
    source: /etc/passwd.csv
    where: "a = 1"
    rules:
      - {name: a, rule_type: custom, expression: "a > 1", where: "b = 2"}
      - {name: b, rule_type: custom, parameters: {expression: "SELECT 1"}}
      - {name: c, rule_type: pattern, column: c, parameters: {pattern: "${env:TOKEN}", native: true}}
  - {name: u, source: {query: SELECT 1}, rules: [{name: r, rule_type: completeness, column: c}]}
  - {name: v, engine: db, source: {table: t, schema: s}, rules: [{name: r, rule_type: completeness, column: c}]}
global_rules:
  - {name: g, rule_type: range, column: c, where: "a IN (SELECT b FROM c)", parameters: {min_value: 1}}
"#
    ), @"
    config.yaml:1:24: error: the state file '/var/lib/state.json' lies outside of the config's folder, or in a hidden one, where an untrusted config must not write
      help: name a file in the folder itself, or give one with VALIDATOR_PIPELINE__STATE_FILE
    config.yaml:2:11: error: a plugin runs with all rights of who starts it, so an untrusted config must not name one
      help: give it with --plugin FILE if you trust it
    config.yaml:4:9: error: the engine 'server' asks a server, and which one is not for an untrusted config to choose
      help: choose it with --engine server, or give its connection as in VALIDATOR_ENGINE__CONNECTION_PARAMS__HOST=…
    config.yaml:5:23: error: 'host' is part of a connection, which an untrusted config must not choose
      help: give it as VALIDATOR_ENGINE__CONNECTION_PARAMS__HOST=…
    config.yaml:5:43: error: 'password' is part of a connection, which an untrusted config must not choose
      help: give it as VALIDATOR_ENGINE__CONNECTION_PARAMS__PASSWORD=…
    config.yaml:5:53: error: ***: an untrusted config must not have the content of a file put into it
      help: write the value, or set it with a VALIDATOR_… variable
    config.yaml:6:41: error: the option 'temp_directory' is none that an untrusted config may set
      help: give it as VALIDATOR_ENGINE__OPTIONS__TEMP_DIRECTORY=…; an untrusted config may set threads
    config.yaml:7:52: error: 'database' is part of a connection, which an untrusted config must not choose
      help: give it as VALIDATOR_ENGINES__DB__CONNECTION_PARAMS__DATABASE=…
    config.yaml:10:13: error: /etc/passwd.csv lies outside of the config's folder, which an untrusted config must not read
      help: put the files into the folder, or name them with --override TABLE=PATH
    config.yaml:11:12: error: 'where' is custom SQL, which can read whatever the engine can, so an untrusted config must not have any
      help: use the rule types that need none, or run the config without --untrusted once you have read it
    config.yaml:13:50: error: 'expression' is custom SQL, which can read whatever the engine can, so an untrusted config must not have any
      help: use the rule types that need none, or run the config without --untrusted once you have read it
    config.yaml:13:66: error: 'where' is custom SQL, which can read whatever the engine can, so an untrusted config must not have any
      help: use the rule types that need none, or run the config without --untrusted once you have read it
    config.yaml:14:63: error: 'expression' is custom SQL, which can read whatever the engine can, so an untrusted config must not have any
      help: use the rule types that need none, or run the config without --untrusted once you have read it
    config.yaml:15:72: error: ${env:TOKEN}: an untrusted config must not ask for this variable of the environment
      help: allow it with --allow-env TOKEN; its value is then no secret to who wrote the config
    config.yaml:15:96: error: an engine reads a native pattern as it stands, so an untrusted config must not have one
      help: write the pattern in the portable subset, without 'native'
    config.yaml:16:31: error: a source's query is custom SQL, which can read whatever the engine can, so an untrusted config must not have one
      help: use the rule types that need none, or run the config without --untrusted once you have read it
    config.yaml:17:43: error: 's.t' is a relation, and which database to read is not for an untrusted config to choose
      help: name files in the config's folder, or choose the engine with --engine, or its connection with VALIDATOR_ENGINE__CONNECTION_PARAMS__…
    config.yaml:19:51: error: 'where' is custom SQL, which can read whatever the engine can, so an untrusted config must not have any
      help: use the rule types that need none, or run the config without --untrusted once you have read it
    ");
}

#[test]
fn the_environment_and_the_command_line_are_not_looked_at() {
    let folder = Folder::new(format!(
        "pipeline: {{state_file: /a}}\nengine: {{type: server, connection_params: {{host: a}}, options: {{x: 1}}}}\n{}",
        table("/a.csv")
    ));
    let options = with_environment(&[
        ("VALIDATOR_PIPELINE__STATE_FILE", "/var/lib/state.json"),
        ("VALIDATOR_ENGINE__CONNECTION_PARAMS__HOST", "db.example"),
        ("VALIDATOR_ENGINE__OPTIONS__X", "2"),
        (
            "VALIDATOR_ENGINE__CONNECTION_PARAMS__PASSWORD",
            "${env:SECRET}",
        ),
        ("SECRET", "hunter2"),
        ("VALIDATOR_TABLES__0__SOURCE", "{query: SELECT 1}"),
        ("VALIDATOR_TABLES__0__WHERE", "a = 1"),
    ]);
    let config = load(&folder, &options);
    assert!(matches!(config.tables[0].source, SourceSpec::Query(_)));
    assert_eq!(
        config.engines["default"].config.connection["password"],
        "hunter2"
    );
}

#[test]
fn variables_are_allowed_one_by_one() {
    let folder = Folder::new(format!(
        "metadata: {{a: '${{env:ONE}}', b: '${{env:ONF}}', c: '${{env:TWO}}'}}\n{}",
        table("a.csv")
    ));
    let mut options = with_environment(&[("ONE", "1111"), ("TWO", "2222"), ("ONFE", "3")]);
    let allowed = ["ONE", "ONF"].map(str::to_owned);
    options.untrusted = Some(Untrusted {
        allowed_variables: allowed.into(),
    });
    // Neither what is set nor what is named alike is told.
    insta::assert_snapshot!(folder.load(&options).expect_err("a variable that is not allowed"), @"
    config.yaml:1:32: error: ${env:ONF}: the environment variable 'ONF' is not set
      help: set ONF before the run
    config.yaml:1:49: error: ${env:TWO}: an untrusted config must not ask for this variable of the environment
      help: allow it with --allow-env TWO; its value is then no secret to who wrote the config
    ");
}

#[test]
fn a_server_is_chosen_by_the_user() {
    let config = |params: &str| {
        format!(
            "engine: {{type: server, connection_params: {{{params}}}}}\n{}",
            table("public.people")
        )
    };
    let folder = Folder::new(config("host: a"));
    assert!(folder.load(&untrusted()).is_err());
    let host = ("VALIDATOR_ENGINE__CONNECTION_PARAMS__HOST", "db.example");
    load(&folder, &with_environment(&[host]));
    // One key of the stranger's is one too many: a password would go to another port.
    let folder = Folder::new(config("host: a, port: 1"));
    insta::assert_snapshot!(folder.load(&with_environment(&[host])).expect_err("a port"), @"
    config.yaml:1:53: error: 'port' is part of a connection, which an untrusted config must not choose
      help: give it as VALIDATOR_ENGINE__CONNECTION_PARAMS__PORT=…
    ");
    // Named on the command line, it is reached as the user's surroundings say.
    let folder = Folder::new(table("public.people"));
    let named = LoadOptions {
        engine: Some("server".into()),
        ..with_environment(&[host])
    };
    load(&folder, &named);
}

#[test]
fn what_yaml_merges_in_is_the_strangers() {
    let folder = Folder::new(
        "
base: &base {host: evil.example, port: 1}
engine: {type: server, connection_params: {<<: *base}}
tables: [{<<: &t {source: {path: /etc/passwd, format: csv}}, name: t, rules: [{name: r, rule_type: completeness, column: c}]}]
",
    );
    let options = with_environment(&[
        ("VALIDATOR_ENGINE__CONNECTION_PARAMS__PASSWORD", "hunter2"),
        ("VALIDATOR_TABLES__0__SOURCE__FORMAT", "csv"),
    ]);
    insta::assert_snapshot!(folder.load(&options).expect_err("a stranger's host"), @"
    config.yaml:2:1: error: unknown key 'base'
      help: known keys: version, metadata, pipeline, outputs, dqx, plugins, engine, engines, tables, global_rules, require_sql_rules
    config.yaml:3:44: error: 'host' is part of a connection, which an untrusted config must not choose
      help: give it as VALIDATOR_ENGINE__CONNECTION_PARAMS__HOST=…
    config.yaml:3:44: error: 'port' is part of a connection, which an untrusted config must not choose
      help: give it as VALIDATOR_ENGINE__CONNECTION_PARAMS__PORT=…
    config.yaml:4:11: error: /etc/passwd lies outside of the config's folder, which an untrusted config must not read
      help: put the files into the folder, or name them with --override TABLE=PATH
    ");
}

#[test]
fn relations_are_read_where_the_user_said() {
    for (source, is_taken) in [
        ("people", true),
        ("public.people", true),
        ("{table: people, schema: public}", true),
        ("{table: /etc/passwd}", false),
        ("{table: csv, schema: /etc/passwd}", false),
        ("{table: x.csv}", false),
        ("'https://evil.example/x'", false),
    ] {
        let folder = Folder::new(format!("engine: {{type: embedded}}\n{}", table(source)));
        assert!(folder.load(&untrusted()).is_err(), "{source}");
        let named = LoadOptions {
            engine: Some("embedded".into()),
            ..untrusted()
        };
        assert_eq!(folder.load(&named).is_ok(), is_taken, "{source}");
    }
}

#[test]
fn the_source_that_counts_is_looked_at() {
    let folder = Folder::new(table("/data/production.csv"));
    let sources = |text: &str| {
        folder.write("sources.yaml", text);
        LoadOptions {
            sources: Some(folder.path("sources.yaml")),
            ..untrusted()
        }
    };
    load(&folder, &sources("t: fixture.csv"));
    assert!(folder.load(&sources("t: /etc/passwd.csv")).is_err());
    assert!(folder.load(&sources("t: {query: SELECT 1}")).is_err());
    let overridden = LoadOptions {
        overrides: vec![("t".into(), "/data/today.csv".into())],
        ..sources("t: /etc/passwd.csv")
    };
    load(&folder, &overridden);
}

#[test]
fn paths_lead_out_of_the_folder_in_many_ways() {
    for source in [
        "../x.csv",
        "a/../../x.csv",
        "/etc/passwd.csv",
        "'*/../../x.csv'",
        "..",
        "/",
        "{path: /etc/passwd, format: csv}",
        "{path: .., format: csv}",
        "'${param:up}/x.csv'",
    ] {
        let mut options = untrusted();
        options.params.insert("up".into(), "..".into());
        let errors = Folder::new(table(source))
            .load(&options)
            .expect_err("a path outside");
        assert!(
            errors.contains("lies outside of the config's folder"),
            "{source}: {errors}"
        );
    }
}

#[cfg(unix)]
#[test]
fn what_is_hidden_in_the_folder_is_not_read() {
    for (source, is_taken) in [
        ("{path: .git/config, format: csv}", false),
        ("{path: '*/config', format: csv}", false),
        ("{path: '[.]git/config', format: csv}", false),
        ("{path: data/link, format: csv}", false),
        ("{path: data, format: csv}", false),
        (".env.csv", false),
        ("data.csv", true),
        ("'*.csv'", false),
    ] {
        let folder = Folder::new(table(source));
        for name in [".git", "data"] {
            fs::create_dir(folder.path(name)).expect("a folder");
        }
        folder.write(".git/config", "token\nsecret\n");
        folder.write(".env.csv", "token\nsecret\n");
        folder.write("data.csv", "c\n1\n");
        std::os::unix::fs::symlink("../.git/config", folder.path("data/link")).expect("a link");
        std::os::unix::fs::symlink("../.git/config", folder.path("data/x.csv")).expect("a link");
        load(&folder, &LoadOptions::default());
        let loaded = folder.load(&untrusted());
        assert_eq!(loaded.is_ok(), is_taken, "{source}: {loaded:?}");
        if let Err(errors) = loaded {
            assert!(errors.contains("is hidden by '."), "{source}: {errors}");
        }
    }
    // What the user names is not the stranger's choice.
    let folder = Folder::new(table("data.csv"));
    folder.write(".today.csv", "c\n1\n");
    let overrides = vec![(
        "t".to_owned(),
        folder.path(".today.csv").display().to_string(),
    )];
    load(
        &folder,
        &LoadOptions {
            overrides,
            ..untrusted()
        },
    );
}

#[test]
fn rows_are_neither_shown_nor_written_for_a_stranger() {
    let folder = Folder::new(
        "outputs: {clean: 'clean.parquet', quarantine: other_table}
dqx: {quarantine_table: bad_rows}
tables: [{name: t, source: a.csv, samples: 3, rules: [{name: r, rule_type: completeness, column: c}]}]
",
    );
    folder.write("a.csv", "c\n1\n");
    let errors = folder.load(&untrusted()).expect_err("outputs and samples");
    for refused in [
        "config.yaml:1:18: error: rows are written there",
        "config.yaml:1:47: error: rows are written there",
        "config.yaml:2:25: error: rows are written there",
        "config.yaml:3:44: error: samples put rows of data into the report",
    ] {
        assert!(errors.contains(refused), "{refused}: {errors}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_refused() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().expect("a temporary folder");
    let secret = outside.path().join("secret.csv");
    fs::write(&secret, "c\n1\n").expect("a file");
    for (source, is_taken) in [
        ("data", false),
        ("data/", false),
        ("'data/*.csv'", false),
        ("data/link.csv", false),
        ("data/out/secret.csv", false),
        ("data/out/none.csv", false),
        ("'*/out/*.csv'", false),
        ("data/a.csv", true),
        ("'data/a*.csv'", true),
    ] {
        let folder = Folder::new(table(source));
        fs::create_dir(folder.path("data")).expect("a folder");
        folder.write("data/a.csv", "c\n1\n");
        symlink(&secret, folder.path("data/link.csv")).expect("a link");
        symlink(outside.path(), folder.path("data/out")).expect("a link");
        load(&folder, &LoadOptions::default());
        let loaded = folder.load(&untrusted());
        assert_eq!(loaded.is_ok(), is_taken, "{source}: {loaded:?}");
        let overridden = LoadOptions {
            overrides: vec![(
                "t".into(),
                folder.path(source.trim_matches('\'')).display().to_string(),
            )],
            ..untrusted()
        };
        assert_eq!(folder.load(&overridden).is_ok(), is_taken, "{source}");
    }
}

#[cfg(unix)]
#[test]
fn files_of_the_config_are_no_links_either() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().expect("a temporary folder");
    let secret = outside.path().join("secret.yaml");
    fs::write(&secret, "user: hunter2\n").expect("a file");
    let folder = Folder::new(format!(
        "pipeline: {{state_file: state.json}}\n{}",
        table("a.csv")
    ));
    symlink(&secret, folder.path("sources.yaml")).expect("a link");
    symlink(outside.path().join("new"), folder.path("state.json.lock")).expect("a link");
    let options = LoadOptions {
        sources: Some(folder.path("sources.yaml")),
        ..untrusted()
    };
    insta::assert_snapshot!(folder.load(&options).expect_err("links"), @"
    sources.yaml: error: sources.yaml is a link in the config's folder that leads out of it, which an untrusted config must not
      help: put the file itself into the folder
    config.yaml:1:24: error: state.json.lock is a link in the config's folder that leads out of it, which an untrusted config must not
      help: put the file itself into the folder
    ");
    fs::remove_file(folder.path("config.yaml")).expect("a file");
    symlink(&secret, folder.path("config.yaml")).expect("a link");
    let errors = folder.load(&untrusted()).expect_err("a link");
    assert!(
        errors.contains("is a link") && !errors.contains("hunter2"),
        "{errors}"
    );
}

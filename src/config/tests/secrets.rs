use super::Folder;
use crate::config::{LoadOptions, Secrets};

fn secrets(values: &[&str]) -> Secrets {
    let mut secrets = Secrets::default();
    values.iter().for_each(|value| secrets.add(value));
    secrets
}

#[test]
fn secrets_are_masked_wherever_they_stand() {
    let secrets = secrets(&["hunter22", "hunter"]);
    assert_eq!(secrets.redact("hunter22 and xhunterx"), "*** and x***x");
    assert_eq!(secrets.redact("nothing here"), "nothing here");
}

#[test]
fn percent_encoded_form_is_masked() {
    assert_eq!(
        secrets(&["p@ss wörd"]).redact("url p%40ss%20w%C3%B6rd"),
        "url ***"
    );
}

#[test]
fn password_inside_a_url_is_masked() {
    let secrets = secrets(&["postgres://me:p%40ss@host:5432/db?x=1"]);
    assert_eq!(
        secrets.redact("login with p@ss or p%40ss failed at host"),
        "login with *** or *** failed at host"
    );
}

#[test]
fn short_values_are_not_masked() {
    assert_eq!(secrets(&["", "a", "abc"]).redact("abc a"), "abc a");
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", secrets(&["hunter22"])), "Secrets(***)");
}

#[test]
fn secrets_of_a_config_are_known() {
    let folder = Folder::new(
        "
metadata: {a: '${env:TOKEN}', b: '${file:password}', c: '${param:day}'}
engine: {type: server, connection_params: {host: db, password: in_the_file}}
tables: [{name: a, rules: [{name: r, rule_type: completeness, column: c}]}]
",
    );
    folder.write("password", "from_file\n");
    let options = LoadOptions {
        environment: [("TOKEN".to_owned(), "from_env".to_owned())].into(),
        params: [("day".to_owned(), "2026-01-01".to_owned())].into(),
        ..LoadOptions::default()
    };
    let config = folder.load(&options).expect("a config");
    let redacted = config
        .secrets
        .redact("from_env from_file in_the_file 2026-01-01")
        .into_owned();
    assert_eq!(redacted, "*** *** *** 2026-01-01");
    assert!(!format!("{:?}", config.secrets).contains("from_"));
}

#[test]
fn errors_of_a_config_show_no_secret() {
    let folder = Folder::new(
        "engine: {type: '${env:TOKEN}'}\nversion: '${env:TOKEN}'\ntables: [{name: '${env:TOKEN}'}]",
    );
    let options = LoadOptions {
        environment: [("TOKEN".to_owned(), "hunter22".to_owned())].into(),
        ..LoadOptions::default()
    };
    insta::assert_snapshot!(folder.load(&options).expect_err("a wrong config"), @r#"
    config.yaml:1:16: error: unknown engine type '***'
      help: known: embedded, server
    config.yaml:2:10: error: this version of the config format is not known
      help: write version: "1.0"
    config.yaml:3:17: error: table '***' has no rules
      help: add 'rules:', or 'global_rules:'
    "#);
}

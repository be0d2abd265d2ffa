use super::Folder;
use crate::config::{Config, DEFAULT_ENGINE, LoadOptions, SourceSpec};

const CONFIG: &str = "
engine: {type: server, connection_params: {host: from_file}}
engines: {Other: {type: embedded}}
tables:
  - {name: a, source: from_file, rules: [{name: r, rule_type: completeness, column: c, threshold: 0.5}]}
";

fn options(environment: &[(&str, &str)]) -> LoadOptions {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    LoadOptions {
        environment,
        ..LoadOptions::default()
    }
}

fn load(environment: &[(&str, &str)]) -> Config {
    Folder::new(CONFIG)
        .load(&options(environment))
        .unwrap_or_else(|errors| panic!("{errors}"))
}

fn errors(environment: &[(&str, &str)]) -> String {
    Folder::new(CONFIG)
        .load(&options(environment))
        .expect_err("a wrong environment")
}

fn source(config: &Config) -> &str {
    match &config.tables[0].source {
        SourceSpec::Table(name) => &name.table,
        other => panic!("{other:?} is no table"),
    }
}

#[test]
fn environment_wins_over_the_file() {
    let config = load(&[
        (
            "VALIDATOR_ENGINE__CONNECTION_PARAMS__HOST",
            "from_environment",
        ),
        ("OTHER_VALIDATOR_X", "1"),
    ]);
    assert_eq!(
        config.engines[DEFAULT_ENGINE].config.connection["host"],
        "from_environment"
    );
}

#[test]
fn command_line_wins_over_the_environment() {
    let folder = Folder::new(CONFIG);
    folder.write("sources.yaml", "a: from_sources");
    let mut options = options(&[
        ("VALIDATOR_TABLES__0__SOURCE", "from_environment"),
        ("VALIDATOR_ENGINE__TYPE", "server"),
    ]);
    assert_eq!(
        source(&folder.load(&options).expect("a config")),
        "from_environment"
    );
    options.sources = Some(folder.path("sources.yaml"));
    assert_eq!(
        source(&folder.load(&options).expect("a config")),
        "from_sources"
    );
    options.overrides = vec![
        ("a".into(), "first".into()),
        ("a".into(), "from_override".into()),
    ];
    assert_eq!(
        source(&folder.load(&options).expect("a config")),
        "from_override"
    );
    options.engine = Some("embedded".into());
    assert_eq!(
        folder.load(&options).expect("a config").engines[DEFAULT_ENGINE].engine_type(),
        "embedded"
    );
}

#[test]
fn values_of_the_environment_are_yaml() {
    let config = load(&[
        ("VALIDATOR_METADATA", "{team: growth, numbers: [1, 2]}"),
        ("VALIDATOR_METADATA__OWNER", "'007'"),
        ("VALIDATOR_TABLES__0__TAGS", "[pii]"),
    ]);
    assert_eq!(
        serde_json::json!(config.metadata),
        serde_json::json!({"team": "growth", "numbers": [1, 2], "owner": "007"})
    );
    assert_eq!(config.tables[0].tags, ["pii"]);
}

#[test]
fn number_of_the_environment_can_be_meant_as_text() {
    let config = load(&[("VALIDATOR_ENGINE__CONNECTION_PARAMS__PASSWORD", "12345")]);
    assert_eq!(
        config.engines[DEFAULT_ENGINE].config.connection["password"],
        "12345"
    );
}

#[test]
fn names_of_the_environment_match_in_any_case() {
    let config = load(&[("VALIDATOR_ENGINES__OTHER__OPTIONS__THREADS", "4")]);
    assert_eq!(config.engines["Other"].config.options["threads"], 4);
}

#[test]
fn unknown_variables_are_errors() {
    insta::assert_snapshot!(errors(&[("VALIDATOR_ENGIN__TYPE", "server")]), @"
    environment variable VALIDATOR_ENGIN__TYPE: error: unknown key 'engin'
      help: did you mean 'engine' or 'engines'?
    ");
}

#[test]
fn variables_that_lead_nowhere() {
    insta::assert_snapshot!(errors(&[
        ("VALIDATOR_TABLES__1__SOURCE", "x"),
        ("VALIDATOR_TABLES__A__SOURCE", "x"),
        ("VALIDATOR_TABLES__0__SOURCE__PATH", "x"),
    ]), @"
    environment variable VALIDATOR_TABLES__0__SOURCE__PATH: error: 'TABLES__0__SOURCE' is a single value and has no 'PATH'
      help: set VALIDATOR_TABLES__0__SOURCE itself
    environment variable VALIDATOR_TABLES__1__SOURCE: error: 'TABLES' is a list, and '1' is not the number of one of its items
      help: it has 1 items, counted from 0
    environment variable VALIDATOR_TABLES__A__SOURCE: error: 'TABLES' is a list, and 'A' is not the number of one of its items
      help: it has 1 items, counted from 0
    ");
}

#[test]
fn wrong_values_name_the_variable() {
    insta::assert_snapshot!(errors(&[
        ("VALIDATOR_ENGINE__TYPE", "sevrer"),
        ("VALIDATOR_TABLES__0__RULES__0__THRESHOLD", "7"),
        ("VALIDATOR_METADATA", "{"),
        ("VALIDATOR_GLOBAL_RULES", "[{name: x}]"),
        ("VALIDATOR_VERSION", "a: b: c"),
    ]), @"
    environment variable VALIDATOR_ENGINE__TYPE: error: unknown engine type 'sevrer'
      help: did you mean 'server'?
    environment variable VALIDATOR_GLOBAL_RULES: error: 'rule_type' is missing in an item of 'global_rules'
      help: add 'rule_type: …'
    environment variable VALIDATOR_METADATA: error: the value is not YAML: did not find expected node content, while parsing a flow node
      help: put a text with special characters in quotes
    environment variable VALIDATOR_TABLES__0__RULES__0__THRESHOLD: error: threshold 7 is outside 0..1
      help: 7 % is written 0.07
    environment variable VALIDATOR_VERSION: error: the value is not YAML: mapping values are not allowed in this context
      help: put a text with special characters in quotes
    ");
}

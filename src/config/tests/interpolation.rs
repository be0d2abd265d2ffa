use std::collections::BTreeMap;

use super::Folder;
use crate::config::{Limit, LoadOptions};

const RULES: &str = "tables: [{name: a, rules: [{name: r, rule_type: completeness, column: c, threshold: '${param:t}'}]}]\n";

fn texts(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn options() -> LoadOptions {
    LoadOptions {
        environment: texts(&[("TEAM", "growth"), ("PASSWORD", "se:cret"), ("NUMBER", "5")]),
        params: texts(&[("t", "0.9")]),
        ..LoadOptions::default()
    }
}

fn metadata(text: &str) -> serde_json::Value {
    let folder = Folder::new(format!("metadata: {{text: \"{text}\"}}\n{RULES}"));
    folder.write("token.txt", "abc def\r\n");
    folder.write("empty.txt", "");
    folder.load(&options()).expect("a config").metadata["text"].clone()
}

#[test]
fn places_are_filled() {
    assert_eq!(metadata("${env:TEAM}"), "growth");
    assert_eq!(metadata("<${env:TEAM}-${param:t}>"), "<growth-0.9>");
    assert_eq!(metadata("${file:token.txt}"), "abc def");
    assert_eq!(metadata("${file:empty.txt}"), "");
}

#[test]
fn doubled_dollar_is_a_literal_place() {
    assert_eq!(
        metadata("$${env:TEAM} $$ ${env:TEAM}$"),
        "${env:TEAM} $$ growth$"
    );
    assert_eq!(metadata("^a$|^\\\\{2}$"), "^a$|^\\{2}$");
}

#[test]
fn filled_text_can_be_a_number_where_one_is_wanted() {
    let config = Folder::new(RULES).load(&options()).expect("a config");
    assert_eq!(config.tables[0].rules[0].limit, Limit::Threshold(0.9));
}

#[test]
fn filled_text_is_not_looked_at_again() {
    let mut options = options();
    options
        .environment
        .insert("NESTED".into(), "${env:TEAM}".into());
    let config = Folder::new(format!("metadata: {{text: '${{env:NESTED}}'}}\n{RULES}"))
        .load(&options)
        .expect("a config");
    assert_eq!(config.metadata["text"], "${env:TEAM}");
}

#[test]
fn places_that_cannot_be_filled_are_named() {
    let folder = Folder::new(format!(
        "
metadata:
  - '${{env:TAEM}} and ${{env:NOTHING}}'
  - '${{param:tt}}'
  - '${{file:nothing.txt}}'
  - '${{secret:x}}'
  - '${{env:TEAM'
{RULES}"
    ));
    let errors = folder.load(&options()).expect_err("nothing to fill in");
    insta::assert_snapshot!(folder.shown(&errors), @"
    config.yaml:3:3: error: 'metadata' must be a mapping, found a list
      help: write keys and values, as in 'key: value'
    config.yaml:3:5: error: ${env:NOTHING}: the environment variable 'NOTHING' is not set
      help: set NOTHING before the run
    config.yaml:3:5: error: ${env:TAEM}: the environment variable 'TAEM' is not set
      help: did you mean 'TEAM'?
    config.yaml:4:5: error: ${param:tt}: the parameter 'tt' is not given
      help: did you mean 't'?
    config.yaml:5:5: error: ${file:nothing.txt}: the file 'nothing.txt' cannot be used: no such file
      help: a relative path starts from the folder of this file
    config.yaml:6:5: error: ${secret:x}: 'secret' is not a kind of place
      help: use ${env:NAME}, ${file:PATH} or ${param:NAME}; write '$${' for a literal '${'
    config.yaml:7:5: error: '${env:TEAM' has no closing '}'
      help: write '$${' for a literal '${'
    ");
}

#[test]
fn wrong_value_is_shown_as_it_is_written() {
    let folder = Folder::new(RULES.replace("param:t", "env:PASSWORD"));
    insta::assert_snapshot!(folder.load(&options()).expect_err("no number"), @"
    config.yaml:1:85: error: 'threshold' must be a number, found the value of '${env:PASSWORD}'
      help: write a number
    --param t: warning: the parameter 't' is not used
      help: write ${param:t} where it is meant
    ");
}

#[test]
fn parameter_that_is_not_used_is_a_warning() {
    let mut options = options();
    options.params.insert("tt".into(), "1".into());
    let config = Folder::new(RULES).load(&options).expect("a config");
    insta::assert_snapshot!(config.warnings[0], @"
    --param tt: warning: the parameter 'tt' is not used
      help: did you mean 't'?
    ");
}

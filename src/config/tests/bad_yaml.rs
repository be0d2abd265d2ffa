use super::{config, errors};

#[test]
fn syntax_error_has_its_place() {
    insta::assert_snapshot!(errors("tables:\n  - name: 'ä': b: c\n"), @"
    config.yaml:2:14: error: mapping values are not allowed in this context
      help: put a text that contains ': ' in quotes, and check the indentation
    ");
}

#[test]
fn wrong_indentation() {
    insta::assert_snapshot!(errors("tables:\n  - name: a\n   rules: []\n"), @"
    config.yaml:3:4: error: did not find expected '-' indicator, while parsing a block collection at line 2 column 3
      help: check indentation, quotes and brackets here and above
    ");
}

#[test]
fn tab_in_the_indentation() {
    insta::assert_snapshot!(errors("tables:\n\t- name: a\n"), @"
    config.yaml:2:1: error: found character that cannot start any token, while scanning for the next token
      help: indent with spaces; YAML takes no tabs there
    ");
}

#[test]
fn bracket_that_is_not_closed() {
    insta::assert_snapshot!(errors("tables: [\n  {name: a}\nglobal_rules: []\n"), @"
    config.yaml:3:1: error: did not find expected ',' or ']', while parsing a flow sequence at line 1 column 9
      help: check indentation, quotes and brackets here and above
    ");
}

#[test]
fn text_that_needs_quotes() {
    insta::assert_snapshot!(errors("tables: @all\n"), @"
    config.yaml:1:9: error: found character that cannot start any token, while scanning for the next token
      help: put a text that begins with '@' in quotes
    ");
}

#[test]
fn control_character() {
    insta::assert_snapshot!(errors("version: '1.0'\nmetadata: {é: \u{7}}\n"), @"
    config.yaml:2:15: error: control character U+0007 is not allowed in YAML
      help: remove it, or write it as an escape in double quotes
    ");
}

#[test]
fn several_documents() {
    insta::assert_snapshot!(errors("tables: []\n---\ntables: []\n"), @"
    config.yaml:2:1: error: a second YAML document begins here
      help: keep one document in the file; '---' begins another
    ");
}

#[test]
fn text_after_the_document() {
    insta::assert_snapshot!(errors("tables: []\n... x\n"), @"
    config.yaml:2:5: error: did not find expected <document start>
      help: correct the YAML here
    ");
    insta::assert_snapshot!(errors("[tables]\n]\n"), @"
    config.yaml:2:1: error: did not find expected <document start>
      help: correct the YAML here
    ");
}

#[test]
fn duplicate_keys_do_not_hide_other_errors() {
    insta::assert_snapshot!(errors("version: '1.0'\ntables: [{name: a, name: b}]\nversion: '2'\nmetdata: {}\n"), @"
    config.yaml:2:17: error: table 'a' has no rules
      help: add 'rules:', or 'global_rules:'
    config.yaml:2:20: error: key 'name' is given twice
      help: keep one of them; the first is on line 2
    config.yaml:3:1: error: key 'version' is given twice
      help: keep one of them; the first is on line 1
    config.yaml:4:1: error: unknown key 'metdata'
      help: did you mean 'metadata'?
    ");
}

#[test]
fn duplicate_keys_before_a_syntax_error() {
    insta::assert_snapshot!(errors("metadata: {a: 1, a: 2}\nversion: '1.0'\nversion: '1.0'\nmetadata: {a: 1, a: 2, a: {\n"), @"
    config.yaml:1:18: error: key 'a' is given twice
      help: keep one of them; the first is on line 1
    config.yaml:3:1: error: key 'version' is given twice
      help: keep one of them; the first is on line 2
    config.yaml:4:18: error: key 'a' is given twice
      help: keep one of them; the first is on line 4
    config.yaml:5:1: error: did not find expected node content, while parsing a flow node
      help: check indentation, quotes and brackets here and above
    ");
}

#[test]
fn tags_have_no_meaning() {
    insta::assert_snapshot!(errors("tables: !all []\n"), @"
    config.yaml:1:9: error: tables: YAML tags such as '!name' have no meaning in a config
      help: put a text that begins with '!' in quotes
    ");
    insta::assert_snapshot!(errors("tables: [!all,x]\n"), @"
    config.yaml:1:10: error: tables[0]: YAML tags such as '!name' have no meaning in a config
      help: put a text that begins with '!' in quotes
    ");
}

#[test]
fn number_beyond_64_bits() {
    insta::assert_snapshot!(errors("metadata: {n: 123456789012345678901234567890}\n"), @"
    config.yaml:1:15: error: metadata.n: the number 123456789012345678901234567890 is beyond 64 bits
      help: put it in quotes
    ");
}

#[test]
fn alias_without_anchor() {
    insta::assert_snapshot!(errors("tables: *all\n"), @"
    config.yaml:1:9: error: alias '*all' has no anchor before it
      help: mark the value to repeat with '&all', or put the text in quotes
    ");
}

#[test]
fn alias_inside_its_own_value() {
    insta::assert_snapshot!(errors("tables: &all\n  - *all\n"), @"
    config.yaml:2:5: error: alias '*all' stands inside the value it repeats
      help: write the value out
    ");
}

#[test]
fn aliases_that_multiply() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    insta::assert_snapshot!(errors(text), @"
    config.yaml:7:25: error: the aliases up to here repeat more than 10 MB
      help: use fewer aliases, or write the values out
    ");
}

#[test]
fn large_value_that_is_repeated_often() {
    let text = format!(
        "a: &a {}\nb: [{}]",
        "x".repeat(100_000),
        "*a, ".repeat(1000)
    );
    insta::assert_snapshot!(errors(text), @"
    config.yaml:2:401: error: the aliases up to here repeat more than 10 MB
      help: use fewer aliases, or write the values out
    ");
}

#[test]
fn deep_nesting_in_brackets() {
    insta::assert_snapshot!(errors("[".repeat(1_000_000)), @"
    config.yaml:1:101: error: nested more than 100 levels deep
      help: a config needs less than ten levels
    ");
    insta::assert_snapshot!(errors("{a: ".repeat(1_000_000)), @"
    config.yaml:1:401: error: nested more than 100 levels deep
      help: a config needs less than ten levels
    ");
}

#[test]
fn deep_nesting_in_lines() {
    insta::assert_snapshot!(errors("- ".repeat(1_000_000)), @"
    config.yaml:1:201: error: nested more than 100 levels deep
      help: a config needs less than ten levels
    ");
    insta::assert_snapshot!(errors("? ".repeat(1_000_000)), @"
    config.yaml:1:201: error: nested more than 100 levels deep
      help: a config needs less than ten levels
    ");
}

#[test]
fn nesting_through_aliases_ends() {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..200 {
        text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    insta::assert_snapshot!(errors(text), @"
    config.yaml:100:12: error: nested more than 100 levels deep
      help: a config needs less than ten levels
    ");
}

#[test]
fn merge_key_without_a_mapping() {
    insta::assert_snapshot!(errors("tables:\n  - <<: [1]\n    name: a\n"), @"
    config.yaml:2:5: error: '<<' merges mappings, but holds something else
      help: give it an alias of a mapping, or a list of them
    ");
}

#[test]
fn anchors_and_merge_keys_work() {
    let config = config(
        "
metadata:
  base: &base {severity: info, on_empty: fail}
  rule: &rule {<<: *base, rule_type: completeness, on_empty: error}
tables:
  - {name: a, rules: [{<<: *rule, name: x, column: c}, {<<: [*rule], name: y, column: c, severity: warning}]}
",
    );
    let rules = &config.tables[0].rules;
    assert_eq!(
        (rules[0].severity, rules[0].on_empty),
        (super::super::Severity::Info, super::super::OnEmpty::Error)
    );
    assert_eq!(rules[1].severity, super::super::Severity::Warning);
}

//! What is said of the rule types is complete.

use std::fs;

use data_validator::rules::RULE_TYPES;

use crate::support::repository;

#[test]
fn the_readme_has_one_row_for_each_rule_type() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let table = readme.split("| rule_type |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let named: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    let known: Vec<&str> = RULE_TYPES.iter().map(|rule_type| rule_type.name).collect();
    assert_eq!(named, known);
}

#[test]
fn each_rule_type_is_documented_in_its_file() {
    const SECTIONS: [&str; 4] = [
        "## What it checks",
        "## NULL and NaN",
        "## Example",
        "## SQL",
    ];
    for rule_type in RULE_TYPES {
        let file = repository().join(format!("src/rules/{}.rs", rule_type.name));
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with(&format!("//! # {}\n", rule_type.name)),
            "{file:?}"
        );
        let sections: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .filter(|line| line.starts_with("## "))
            .collect();
        assert_eq!(sections, SECTIONS, "{file:?}");
        let example = text.split("```yaml").nth(1).unwrap();
        assert!(
            example.contains(&format!("rule_type: {}", rule_type.name)),
            "{file:?}"
        );
    }
}

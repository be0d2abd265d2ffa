//! The reference of the rule types: a page made from the docs of their files, their tables of parameters, and the SQL
//! that `--explain` shows for their examples.

mod page;
mod sql;

use crate::generated;

#[test]
fn the_rule_reference_is_made_from_the_rule_types() {
    generated::hold("src/rules/README.md", &page::page());
}

//! What a rule type reads of a rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use data_validator_plugin::Dialect;

use super::{Fields, Known};
use crate::config::engine::Engine;
use crate::config::source;
use crate::rules::{Other, RuleType, Subject};

/// The keys of one rule that are its type's own: columns, expression and parameters.
pub struct RuleFields<'a> {
    pub parameters: Fields<'a>,
    rule: Fields<'a>,
    rule_type: &'static RuleType,
    home: Home<'a>,
}

/// Where the table of a rule is, which decides what the rule can name.
#[derive(Clone, Copy)]
pub struct Home<'a> {
    /// The dialect of the table's engine.
    pub dialect: &'a Dialect,
    /// The engines of the config, by name.
    pub engines: &'a BTreeMap<String, Engine>,
    /// Where relative paths start.
    pub folder: &'a Path,
}

impl<'a> RuleFields<'a> {
    pub fn new(
        rule: Fields<'a>,
        mut parameters: Fields<'a>,
        rule_type: &'static RuleType,
        home: Home<'a>,
    ) -> Self {
        parameters.set_known(match rule_type.subject {
            Subject::Anything => Known::Open(rule_type.parameters),
            _ => Known::Parameters(rule_type.parameters),
        });
        Self {
            parameters,
            rule,
            rule_type,
            home,
        }
    }

    /// The one column of the rule.
    pub fn column(&mut self) -> Option<String> {
        let mut columns = self.columns()?;
        if columns.len() > 1 {
            let message = format!(
                "rule type '{}' checks one column, found {}",
                self.rule_type.name,
                columns.len()
            );
            self.rule
                .refuse("columns", &message, "write a rule for each column");
            return None;
        }
        columns.pop()
    }

    /// As [`RuleFields::columns`], where a rule can do without: then there are none.
    pub fn columns_if_given(&mut self) -> Option<Option<Vec<String>>> {
        match self.rule.was_given("column") || self.rule.was_given("columns") {
            true => self.columns().map(Some),
            false => Some(None),
        }
    }

    /// The columns of the rule: at least one, all different.
    pub fn columns(&mut self) -> Option<Vec<String>> {
        let both = self.rule.was_given("column") && self.rule.was_given("columns");
        let columns = if self.rule.was_given("columns") {
            self.rule.texts("columns")?
        } else if self.rule.was_given("column") {
            vec![self.rule.optional("column")?]
        } else {
            let message = format!("rule type '{}' needs a column", self.rule_type.name);
            self.rule.refuse(
                "column",
                &message,
                "add 'column: …', or 'columns: […]' where it takes several",
            );
            return None;
        };
        let mut seen = BTreeSet::new();
        let duplicate = columns.iter().find(|column| !seen.insert(*column));
        let (message, hint) = if both {
            (
                "'column' and 'columns' are both given".to_owned(),
                "keep one of them",
            )
        } else if columns.is_empty() {
            ("'columns' is empty".to_owned(), "name at least one column")
        } else if columns.iter().any(String::is_empty) {
            ("a column's name is empty".to_owned(), "name the column")
        } else if let Some(column) = duplicate {
            (format!("column '{column}' is named twice"), "name it once")
        } else {
            return Some(columns);
        };
        let key = if self.rule.was_given("columns") {
            "columns"
        } else {
            "column"
        };
        self.rule.refuse(key, &message, hint);
        None
    }

    /// The SQL of the rule, which may also stand among its parameters.
    pub fn expression(&mut self) -> Option<String> {
        let inner: Option<String> = self.parameters.optional("expression");
        let outer: Option<String> = self.rule.optional("expression");
        match (outer, inner) {
            (Some(_), Some(_)) => {
                let message = "'expression' is given in the rule and in its parameters";
                self.parameters
                    .refuse("expression", message, "keep one of them");
                None
            }
            (Some(expression), None) | (None, Some(expression)) => Some(expression),
            (None, None) => {
                if !self.rule.was_given("expression") && !self.parameters.was_given("expression") {
                    let message =
                        format!("rule type '{}' needs an expression", self.rule_type.name);
                    self.rule.refuse(
                        "expression",
                        &message,
                        "add 'expression: …' with the SQL of the check",
                    );
                }
                None
            }
        }
    }

    /// Reads the keys that only some rule types have, for a rule that is judged elsewhere.
    pub fn own_keys_of_any_type(&mut self) {
        let _: Option<String> = self.rule.optional("column");
        self.rule.texts("columns");
        let _: Option<String> = self.rule.optional("expression");
    }

    /// The SQL dialect of the engine that holds the table.
    pub fn dialect(&self) -> &Dialect {
        self.home.dialect
    }

    /// A source among the parameters, of another relation than the table, perhaps on another engine.
    pub fn other_source(&mut self, key: &str) -> Option<Other> {
        if !self.parameters.was_given(key) {
            self.parameters.required::<serde_yaml::Value>(key);
            return None;
        }
        let path = self.parameters.path().key(key);
        let findings = self.parameters.findings();
        source::read_other(self.parameters.value(key)?, &path, findings, self.home)
    }

    /// A diagnostic about the rule's expression.
    pub fn refuse_expression(&mut self, message: &str) {
        let hint = "write one SQL expression or one query that only reads";
        if self.rule.was_given("expression") {
            self.rule.refuse("expression", message, hint);
        } else {
            self.parameters.refuse("expression", message, hint);
        }
    }

    /// Reports what a rule of the type does not have.
    pub fn finish(self) {
        for key in Subject::KEYS {
            if self.rule.was_given(key) && !self.rule_type.subject.keys().contains(key) {
                let message = format!("rule type '{}' does not use '{key}'", self.rule_type.name);
                let path = self.rule.path().key(key);
                self.rule.findings().at_key(&path, message, "remove it");
            }
        }
        let (rule, parameters) = (&self.rule, &self.parameters);
        rule.finish_with(|key| {
            let elsewhere = parameters.known.lists(key);
            elsewhere.then(|| format!("put '{key}' under 'parameters'"))
        });
        parameters.finish_with(|key| {
            let elsewhere = rule.known.lists(key);
            elsewhere.then(|| format!("put '{key}' beside 'parameters', not inside"))
        });
    }
}

//! What a rule type reads of a rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use data_validator_plugin::Dialect;

use super::Fields;
use crate::config::engine::Engine;
use crate::config::source::{self, OtherSource};

/// The keys of one rule that are its type's own: columns, expression and parameters.
///
/// A reader asks for all it knows before it gives up; what it does not ask for is reported as
/// unknown or unused.
pub struct RuleFields<'a> {
    pub parameters: Fields<'a>,
    rule: Fields<'a>,
    rule_type: &'a str,
    home: Home<'a>,
    /// The keys of the rule itself that its type reads.
    used: Vec<&'static str>,
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

/// Keys of a rule that only some rule types use.
const OWN_KEYS: [&str; 3] = ["column", "columns", "expression"];

impl<'a> RuleFields<'a> {
    /// `rule` was asked for all common keys already.
    pub fn new(
        rule: Fields<'a>,
        parameters: Fields<'a>,
        rule_type: &'a str,
        home: Home<'a>,
    ) -> Self {
        Self {
            parameters,
            rule,
            rule_type,
            home,
            used: Vec::new(),
        }
    }

    /// The one column of the rule.
    pub fn column(&mut self) -> Option<String> {
        let mut columns = self.columns()?;
        if columns.len() > 1 {
            let message = format!(
                "rule type '{}' checks one column, found {}",
                self.rule_type,
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
        self.used.extend(["column", "columns"]);
        match self.rule.was_given("column") || self.rule.was_given("columns") {
            true => self.columns().map(Some),
            false => Some(None),
        }
    }

    /// The columns of the rule: at least one, all different.
    pub fn columns(&mut self) -> Option<Vec<String>> {
        self.used.extend(["column", "columns"]);
        let both = self.rule.was_given("column") && self.rule.was_given("columns");
        let columns = if self.rule.was_given("columns") {
            self.rule.texts("columns")?
        } else if self.rule.was_given("column") {
            vec![self.rule.optional("column")?]
        } else {
            let message = format!("rule type '{}' needs a column", self.rule_type);
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
        self.used.push("expression");
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
                    let message = format!("rule type '{}' needs an expression", self.rule_type);
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

    /// Takes all keys and parameters without a look, for a rule that is judged elsewhere.
    pub fn take_anything(&mut self) {
        self.used.extend(OWN_KEYS);
        self.parameters.entries();
    }

    /// The SQL dialect of the engine that holds the table.
    pub fn dialect(&self) -> &Dialect {
        self.home.dialect
    }

    /// A source among the parameters, of another relation than the table, perhaps on another engine.
    pub fn other_source(&mut self, key: &'static str) -> Option<OtherSource> {
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

    /// Reports unknown keys of a rule whose type is not known, and so neither what it reads.
    pub fn finish_without_type(mut rule: Fields<'_>) {
        OWN_KEYS.iter().for_each(|key| rule.ask(key));
        rule.finish();
    }

    /// Reports what the rule type did not ask for.
    pub fn finish(mut self) {
        for key in OWN_KEYS {
            if !self.used.contains(&key) && self.rule.was_given(key) {
                let message = format!("rule type '{}' does not use '{key}'", self.rule_type);
                self.rule
                    .findings()
                    .at_key(&self.rule.path().key(key), message, "remove it");
            }
            self.rule.ask(key);
        }
        let (rule, parameters) = (&self.rule, &self.parameters);
        rule.finish_with(|key| {
            let elsewhere = parameters.asked.contains(&key);
            elsewhere.then(|| format!("put '{key}' under 'parameters'"))
        });
        parameters.finish_with(|key| {
            let elsewhere = rule.asked.contains(&key);
            elsewhere.then(|| format!("put '{key}' beside 'parameters', not inside"))
        });
    }
}
